// Products of matrices of floats, as parts of larger kernels: the caller shares out the work.
#ifndef QATLAB_PRODUCT_H
#define QATLAB_PRODUCT_H

#include "lanes.h"

// Multiplications and additions are one instruction where the processor has it.
#define CK_PRODUCT_CLONES CK_CLONES_FOR("avx512f", "fma", "default")

// c[i][0..<16] = Σ a(i, p)·b[p][0..<16], or added to c: a(i, p) lies at i·row + p·step, rows of b and c at their strides.
typedef struct {
  const float *a, *b;
  float *c;
  int64_t row, step, b_row, c_row, rows, depth;
  int adds;
} product;

enum { product_rows = 6 };

// The sums of a few rows stay in registers.
#define few_rows(n) \
  CK_INLINE void product_of_##n(const product *p, int64_t first) { \
    const float *a = p->a + first * p->row, *b = p->b; \
    float *c = p->c + first * p->c_row; \
    lanes sum[n]; \
    for (int i = 0; i < n; ++i) sum[i] = p->adds ? load(c + i * p->c_row) : splat(0); \
    for (int64_t k = 0; k < p->depth; ++k, a += p->step, b += p->b_row) { \
      const lanes column = load(b); \
      for (int i = 0; i < n; ++i) sum[i] += a[i * p->row] * column; \
    } \
    for (int i = 0; i < n; ++i) store(c + i * p->c_row, sum[i]); \
  }
few_rows(1) few_rows(2) few_rows(3) few_rows(4) few_rows(5) few_rows(6)
#undef few_rows

CK_INLINE void multiply(const product *p) {
  int64_t i = 0;
  for (; i + product_rows <= p->rows; i += product_rows) product_of_6(p, i);
  switch (p->rows - i) {
    case 5: product_of_5(p, i); break;
    case 4: product_of_4(p, i); break;
    case 3: product_of_3(p, i); break;
    case 2: product_of_2(p, i); break;
    case 1: product_of_1(p, i); break;
    default: break;
  }
}

#endif
