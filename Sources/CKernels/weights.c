#include <math.h>

#include "weights.h"

CK_CLONES static void magnitude_body(void *context, int64_t begin, int64_t end) {
  const weight_job *j = context;
  const ck_weight_shape s = j->shape;
  const int64_t size = s.rest * s.block;
  for (int64_t b = begin; b < end; ++b) {
    const float *w = j->w + b * size;
    if (side_by_side(s)) {
      lanes most = {};
      int64_t i = 0;
      for (; i + 16 <= size; i += 16) most = larger(magnitude_of(load(w + i)), most);
      if (i < size) most = larger(magnitude_of(load_some(w + i, size - i)), most);
      j->magnitude[b] = lane_max(&most) * (j->factor ? fabsf(j->factor[b]) : 1);
      continue;
    }
    for (int64_t c = 0; c < s.block; c += 16) {
      const int64_t n = s.block - c < 16 ? s.block - c : 16, o = b * s.block + c;
      lanes most = {};
      for (int64_t r = 0; r < s.rest; ++r) {
        const float *p = w + r * s.block + c;
        most = larger(magnitude_of(n == 16 ? load(p) : load_some(p, n)), most);
      }
      if (j->factor) most *= magnitude_of(load_some(j->factor + o, n));
      store_some(j->magnitude + o, most, n);
    }
  }
}

void ck_weight_magnitude(const float *w, ck_weight_shape shape, const float *factor, float *magnitude) {
  weight_job j = {.w = w, .factor = factor, .magnitude = magnitude, .shape = shape};
  ck_parallel(shape.blocks, shape.blocks * shape.rest * shape.block, magnitude_body, &j);
}

CK_INLINE void add_magnitudes(const float *w, int64_t vectors, int64_t stride, int64_t n, double *total) {
  for (int64_t r = 0; r < vectors;) {
    lanes sum = {};
    const int64_t stop = r + weight_segment < vectors ? r + weight_segment : vectors;
    for (; r < stop; ++r) {
      const float *p = w + r * stride;
      sum += magnitude_of(n == 16 ? load(p) : load_some(p, n));
    }
    for (int l = 0; l < 16; ++l) total[l] += sum[l];
  }
}

CK_CLONES static void magnitude_sum_body(void *context, int64_t begin, int64_t end) {
  const weight_job *j = context;
  const ck_weight_shape s = j->shape;
  const int64_t size = s.rest * s.block;
  for (int64_t b = begin; b < end; ++b) {
    const float *w = j->w + b * size;
    if (side_by_side(s)) {
      double total[16] = {0}, sum = 0;
      add_magnitudes(w, size / 16, 16, 16, total);
      if (size % 16) add_magnitudes(w + size / 16 * 16, 1, 16, size % 16, total);
      for (int l = 0; l < 16; ++l) sum += total[l];
      j->dot[b] = sum * (j->factor ? fabsf(j->factor[b]) : 1);
      continue;
    }
    for (int64_t c = 0; c < s.block; c += 16) {
      const int64_t n = s.block - c < 16 ? s.block - c : 16, o = b * s.block + c;
      double total[16] = {0};
      add_magnitudes(w + c, s.rest, s.block, n, total);
      for (int64_t l = 0; l < n; ++l) j->dot[o + l] = total[l] * (j->factor ? fabsf(j->factor[o + l]) : 1);
    }
  }
}

void ck_weight_magnitude_sum(const float *w, ck_weight_shape shape, const float *factor, double *sum) {
  weight_job j = {.w = w, .factor = factor, .dot = sum, .shape = shape};
  ck_parallel(shape.blocks, shape.blocks * shape.rest * shape.block, magnitude_sum_body, &j);
}

#define on_grid(w) (smaller(larger(rounded((w) * factor * inverse), low), high) * scale)

CK_CLONES static void fake_quantize_body(void *context, int64_t begin, int64_t end) {
  const weight_job *j = context;
  const ck_weight_shape s = j->shape;
  const int64_t size = s.rest * s.block;
  const lanes low = splat(j->low), high = splat(j->high);
  for (int64_t b = begin; b < end; ++b) {
    const float *w = j->w + b * size;
    float *q = j->q + b * size;
    if (side_by_side(s)) {
      const lanes factor = splat(j->factor ? j->factor[b] : 1), scale = splat(j->scale[b]), inverse = 1.0f / scale;
      int64_t i = 0;
      for (; i + 16 <= size; i += 16) store(q + i, on_grid(load(w + i)));
      if (i < size) {
        store_some(q + i, on_grid(load_some(w + i, size - i)), size - i);
      }
      continue;
    }
    for (int64_t c = 0; c < s.block; c += 16) {
      const int64_t n = s.block - c < 16 ? s.block - c : 16, o = b * s.block + c;
      const lanes factor = j->factor ? load_some(j->factor + o, n) : splat(1);
      const lanes scale = load_some(j->scale + o, n), inverse = 1.0f / scale;
      for (int64_t r = 0; r < s.rest; ++r) {
        const int64_t i = r * s.block + c;
        if (n == 16) store(q + i, on_grid(load(w + i)));
        else store_some(q + i, on_grid(load_some(w + i, n)), n);
      }
    }
  }
}

void ck_weight_fake_quantize(
    const float *w, float *q, ck_weight_shape shape, const float *factor, const float *scale, int32_t minimum,
    int32_t maximum) {
  weight_job j = {.w = w, .q = q, .factor = factor, .scale = scale, .shape = shape, .low = minimum, .high = maximum};
  ck_parallel(shape.blocks, shape.blocks * shape.rest * shape.block, fake_quantize_body, &j);
}
