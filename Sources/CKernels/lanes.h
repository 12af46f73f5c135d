// Sixteen floats at a time, whatever the vector width: the compiler splits them where registers are narrower.
#ifndef QATLAB_LANES_H
#define QATLAB_LANES_H

#include <stdint.h>
#include <string.h>

#include "kernels.h"
#include "parallel.h"

typedef float lanes __attribute__((vector_size(64), aligned(4)));
typedef int32_t mask __attribute__((vector_size(64), aligned(4)));

// Macros, because a vector of this width can't be an argument of a function that is compiled for several processors.
#define splat(x) ((lanes){} + (float)(x))
#define load(p) (*(const lanes *)(p))
#define store(p, x) (*(lanes *)(p) = (x))
#define load_some(p, n) \
  ({ \
    lanes some_ = {}; \
    memcpy(&some_, (p), (n) * sizeof(float)); \
    some_; \
  })
#define store_some(p, x, n) \
  ({ \
    const lanes some_ = (x); \
    memcpy((p), &some_, (n) * sizeof(float)); \
  })
#define keep(x, m) ((lanes)((mask)(x) & (m)))
#define choose(m, yes, no) \
  ({ \
    const mask m_ = (m); \
    (lanes)(((mask)(yes) & m_) | ((mask)(no) & ~m_)); \
  })
#define larger(a, b) \
  ({ \
    const lanes larger_a = (a), larger_b = (b); \
    choose(larger_a > larger_b, larger_a, larger_b); \
  })
#define smaller(a, b) \
  ({ \
    const lanes smaller_a = (a), smaller_b = (b); \
    choose(smaller_a < smaller_b, smaller_a, smaller_b); \
  })
#define rounded(x) __builtin_elementwise_rint(x)
#define magnitude_of(x) __builtin_elementwise_abs(x)

CK_INLINE float lane_min(const lanes *x) {
  float r = (*x)[0];
  for (int i = 1; i < 16; ++i) r = (*x)[i] < r ? (*x)[i] : r;
  return r;
}
CK_INLINE float lane_max(const lanes *x) {
  float r = (*x)[0];
  for (int i = 1; i < 16; ++i) r = (*x)[i] > r ? (*x)[i] : r;
  return r;
}

// Channel values for sixteen consecutive elements of a row whose block divides 16.
#define repeat(values, block) \
  ({ \
    lanes repeated_; \
    for (int i_ = 0; i_ < 16; ++i_) repeated_[i_] = (values)[i_ % (block)]; \
    repeated_; \
  })

#endif
