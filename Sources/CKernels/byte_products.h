// Exact sums of products of codes on processors that have no instruction for bytes alone: both sides are 16-bit numbers,
// multiplied in pairs and added in 32 bits.
#ifndef QATLAB_BYTE_PRODUCTS_H
#define QATLAB_BYTE_PRODUCTS_H

#include "kernels.h"
#include "parallel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define CK_AVX2 __attribute__((target("avx2")))
#define CK_AVX2_INLINE static inline __attribute__((always_inline, target("avx2")))

// Sums of sixteen outputs: Σ over taps and pairs of inputs of rows[i][offset + 2k…]·weights, weights [taps][pairs][16][2].
typedef struct {
  const int16_t *const *rows;
  const int64_t *offsets;
  int64_t taps, pairs;
  const int16_t *weights;
  int32_t *const *sums;
} byte_product;

enum { byte_rows = 5 };

#define few_byte_rows(n) \
  CK_AVX2_INLINE void byte_product_of_##n(const byte_product *p, int64_t first) { \
    __m256i low[n], high[n]; \
    const int16_t *w = p->weights; \
    for (int i = 0; i < n; ++i) low[i] = high[i] = _mm256_setzero_si256(); \
    for (int64_t tap = 0; tap < p->taps; ++tap) { \
      const int16_t *row[n]; \
      for (int i = 0; i < n; ++i) row[i] = p->rows[first + i] + p->offsets[tap]; \
      for (int64_t k = 0; k < p->pairs; ++k, w += 32) { \
        const __m256i a = _mm256_loadu_si256((const __m256i *)w); \
        const __m256i b = _mm256_loadu_si256((const __m256i *)(w + 16)); \
        for (int i = 0; i < n; ++i) { \
          int32_t pair; \
          __builtin_memcpy(&pair, row[i] + 2 * k, sizeof pair); \
          const __m256i x = _mm256_set1_epi32(pair); \
          low[i] = _mm256_add_epi32(low[i], _mm256_madd_epi16(x, a)); \
          high[i] = _mm256_add_epi32(high[i], _mm256_madd_epi16(x, b)); \
        } \
      } \
    } \
    for (int i = 0; i < n; ++i) { \
      _mm256_storeu_si256((__m256i *)p->sums[first + i], low[i]); \
      _mm256_storeu_si256((__m256i *)(p->sums[first + i] + 8), high[i]); \
    } \
  }
few_byte_rows(1) few_byte_rows(2) few_byte_rows(3) few_byte_rows(4) few_byte_rows(5)
#undef few_byte_rows

CK_AVX2_INLINE void multiply_bytes(const byte_product *p, int64_t rows) {
  int64_t i = 0;
  for (; i + byte_rows <= rows; i += byte_rows) byte_product_of_5(p, i);
  switch (rows - i) {
    case 4: byte_product_of_4(p, i); break;
    case 3: byte_product_of_3(p, i); break;
    case 2: byte_product_of_2(p, i); break;
    case 1: byte_product_of_1(p, i); break;
    default: break;
  }
}
#endif

#endif
