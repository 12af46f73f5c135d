#include <math.h>

#include "epilogue.h"

// A segment of values is added in float before it joins the double sum.
enum { segment = 512, sum_parts = 64 };

typedef struct {
  const float *d, *d2, *y, *residual;
  ck_shape shape;
  const ck_epilogue *epilogue;
  int rounding;
  double *sums;  // one a row
} range_job;

CK_INLINE void add_chunk(
    const range_job *j, int64_t i, int64_t n, const lanes *a, const lanes *b, const epilogue_lanes *k, lanes *sum) {
  lanes g = n == 16 ? load(j->d + i) : load_some(j->d + i, n);
  if (j->d2) g += n == 16 ? load(j->d2 + i) : load_some(j->d2 + i, n);
  lanes v = n == 16 ? load(j->y + i) : load_some(j->y + i, n);
  if (j->epilogue->a) v = *a * v + *b;
  if (j->residual) v += n == 16 ? load(j->residual + i) : load_some(j->residual + i, n);
  if (j->epilogue->has_activation) v = activated(v, k);
  const lanes t = v * k->inverse;
  const lanes inside = j->rounding ? rounded(t) - t : splat(0);
  *sum += g * choose(t >= k->high, k->high, choose(t <= k->low, k->low, inside));
}

CK_INLINE double row_sum(const range_job *j, int64_t index, const epilogue_lanes *k) {
  const ck_shape s = j->shape;
  const int64_t length = s.plane * s.block, offset = index * length, channel = index % s.blocks * s.block;
  lanes a = {}, b = {};
  double total = 0;
  if (16 % s.block == 0) {
    if (j->epilogue->a) {
      a = repeat(j->epilogue->a + channel, s.block);
      b = repeat(j->epilogue->b + channel, s.block);
    }
    for (int64_t i = 0; i < length;) {
      lanes sum = {};
      const int64_t end = i + 16 * segment < length ? i + 16 * segment : length;
      for (; i + 16 <= end; i += 16) add_chunk(j, offset + i, 16, &a, &b, k, &sum);
      // Lanes beyond the row hold a gradient of zero.
      if (i < end) add_chunk(j, offset + i, end - i, &a, &b, k, &sum);
      i = end;
      for (int l = 0; l < 16; ++l) total += sum[l];
    }
    return total;
  }
  for (int64_t at = 0; at < length; at += s.block) {
    lanes sum = {};
    for (int64_t c = 0; c < s.block; c += 16) {
      const int64_t n = s.block - c < 16 ? s.block - c : 16;
      if (j->epilogue->a) {
        a = load_some(j->epilogue->a + channel + c, n);
        b = load_some(j->epilogue->b + channel + c, n);
      }
      add_chunk(j, offset + at + c, n, &a, &b, k, &sum);
    }
    for (int l = 0; l < 16; ++l) total += sum[l];
  }
  return total;
}

CK_CLONES static void range_gradient_body(void *context, int64_t begin, int64_t end) {
  const range_job *j = context;
  epilogue_lanes k;
  epilogue_constants(j->epilogue, &k);
  for (int64_t i = begin; i < end; ++i) j->sums[i] = row_sum(j, i, &k);
}

double ck_range_gradient(
    const float *d, const float *d2, const float *y, const float *residual, ck_shape shape,
    const ck_epilogue *epilogue, int rounding, double *scratch) {
  range_job j = {d, d2, y, residual, shape, epilogue, rounding, scratch};
  const int64_t rows = shape.batch * shape.blocks;
  ck_parallel(rows, rows * shape.plane * shape.block, range_gradient_body, &j);
  double total = 0;
  for (int64_t i = 0; i < rows; ++i) total += scratch[i];
  return total;
}

typedef struct {
  const float *x;
  int64_t count;
  double sums[sum_parts];
} magnitude_job;

CK_CLONES static void magnitude_sum_body(void *context, int64_t begin, int64_t end) {
  magnitude_job *j = context;
  for (int64_t part = begin; part < end; ++part) {
    int64_t i = j->count * part / sum_parts;
    const int64_t last = j->count * (part + 1) / sum_parts;
    double total = 0;
    while (i < last) {
      lanes sum = {};
      const int64_t stop = i + 16 * segment < last ? i + 16 * segment : last;
      for (; i + 16 <= stop; i += 16) sum += magnitude_of(load(j->x + i));
      if (i < stop) sum += magnitude_of(load_some(j->x + i, stop - i));
      i = stop;
      for (int l = 0; l < 16; ++l) total += sum[l];
    }
    j->sums[part] = total;
  }
}

double ck_magnitude_sum(const float *x, int64_t count) {
  magnitude_job j = {.x = x, .count = count};
  ck_parallel(sum_parts, count, magnitude_sum_body, &j);
  double total = 0;
  for (int part = 0; part < sum_parts; ++part) total += j.sums[part];
  return total;
}

int ck_keep_above(float *x, int64_t count, float least) {
  int finite = 1;
  for (int64_t i = 0; i < count; ++i) {
    finite &= isfinite(x[i]) != 0;
    x[i] = x[i] > least ? x[i] : least;
  }
  return finite;
}
