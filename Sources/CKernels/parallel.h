// Work shared out over oneDNN's own thread pool, libgomp's, so that the two never compete for cores.
#ifndef QATLAB_PARALLEL_H
#define QATLAB_PARALLEL_H

#include <stdint.h>

// The whole function is compiled once for each instruction set; the loader picks one.
#define CK_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#define CK_INLINE static inline __attribute__((always_inline))

typedef void (*ck_body)(void *context, int64_t begin, int64_t end);

// Calls body on consecutive shares of 0..<count; small counts of `work` stay on the calling thread.
void ck_parallel(int64_t count, int64_t work, ck_body body, void *context);

#endif
