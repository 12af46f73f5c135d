// How activations lie in memory: as floats, or as bf16 in the files that define CK_BF16 and include another one whole.
// The arithmetic is that of floats either way.
#ifndef QATLAB_ELEMENT_H
#define QATLAB_ELEMENT_H

#include "lanes.h"

// bf16 is the upper half of a float, rounded to nearest, ties to even. On integer lanes every processor can do it.
typedef uint16_t halves __attribute__((vector_size(32), aligned(2)));
typedef uint32_t words __attribute__((vector_size(64), aligned(4)));

#define widened(h) ((lanes)(__builtin_convertvector((h), words) << 16))
// Half a unit in the last place more would carry a NaN over to infinity or zero: it is cut off and kept quiet instead.
#define narrowed_words(x) \
  ({ \
    const lanes wide_ = (x); \
    const words w_ = (words)wide_; \
    const words even_ = (w_ + 0x7fffu + ((w_ >> 16) & 1u)) >> 16; \
    const words nan_ = (words)(wide_ != wide_); \
    (even_ & ~nan_) | (((w_ >> 16) | 0x40u) & nan_); \
  })
#define narrowed(x) __builtin_convertvector(narrowed_words(x), halves)

#ifdef CK_BF16
typedef uint16_t element;
#define named(function) function##_bf16
#define load_elements(p) widened(*(const halves *)(p))
#define load_some_elements(p, n) \
  ({ \
    halves part_ = {}; \
    memcpy(&part_, (p), (n) * sizeof(uint16_t)); \
    widened(part_); \
  })
#define store_elements(p, x) (*(halves *)(p) = narrowed(x))
#define store_some_elements(p, x, n) \
  ({ \
    const halves part_ = narrowed(x); \
    memcpy((p), &part_, (n) * sizeof(uint16_t)); \
  })
#else
typedef float element;
#define named(function) function
#define load_elements(p) load(p)
#define load_some_elements(p, n) load_some(p, n)
#define store_elements(p, x) store(p, x)
#define store_some_elements(p, x, n) store_some(p, x, n)
#endif

#define load_n(p, n) ((n) == 16 ? load_elements(p) : load_some_elements(p, n))

#endif
