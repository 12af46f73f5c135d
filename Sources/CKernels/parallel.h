// Work shared out over oneDNN's own thread pool, libgomp's, so that the two never compete for cores.
#ifndef QATLAB_PARALLEL_H
#define QATLAB_PARALLEL_H

#include <stdint.h>

// The whole function is compiled once for each of some instruction sets; the loader picks one. It does so before the thread
// sanitizer is ready to watch it, so there only the default is compiled.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CK_CLONES_FOR(...)
#endif
#endif
#ifndef CK_CLONES_FOR
#define CK_CLONES_FOR(...) __attribute__((target_clones(__VA_ARGS__)))
#endif

#define CK_CLONES CK_CLONES_FOR("avx512f", "avx2", "default")
#define CK_INLINE static inline __attribute__((always_inline))

typedef void (*ck_body)(void *context, int64_t begin, int64_t end);

// Calls body on consecutive shares of 0..<count; small counts of `work` stay on the calling thread.
void ck_parallel(int64_t count, int64_t work, ck_body body, void *context);

#endif
