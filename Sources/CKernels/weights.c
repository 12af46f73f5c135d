#include <math.h>

#include "lanes.h"

// Weights of one output block lie together: [rest][block].
typedef struct {
  const float *w, *factor, *scale;
  float *q, *magnitude;
  double *dot;
  ck_weight_shape shape;
  float low, high;
} job;

// Row-major weights have one output a block and its values side by side; else sixteen outputs (or some) are.
CK_INLINE int side_by_side(ck_weight_shape s) { return s.block == 1; }

CK_CLONES static void magnitude_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
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
  job j = {.w = w, .factor = factor, .magnitude = magnitude, .shape = shape};
  ck_parallel(shape.blocks, shape.blocks * shape.rest * shape.block, magnitude_body, &j);
}

#define on_grid(w) (smaller(larger(rounded((w) * factor * inverse), low), high) * scale)

CK_CLONES static void fake_quantize_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
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
  job j = {.w = w, .q = q, .factor = factor, .scale = scale, .shape = shape, .low = minimum, .high = maximum};
  ck_parallel(shape.blocks, shape.blocks * shape.rest * shape.block, fake_quantize_body, &j);
}

// Masks and rescales a gradient in place, and adds gradient × weight to the sum.
CK_INLINE void weight_gradient(
    const float *w, float *d, int64_t n, const lanes *factor, const lanes *inverse, float low, float high,
    lanes *sum) {
  const lanes value = n == 16 ? load(w) : load_some(w, n);
  const lanes q = rounded(value * *factor * *inverse);
  const lanes g = keep(n == 16 ? load(d) : load_some(d, n), (q >= splat(low)) & (q <= splat(high)));
  if (n == 16) store(d, g * *factor);
  else store_some(d, g * *factor, n);
  *sum += g * value;
}

// A segment of products is added in float before it joins the double sum.
enum { segment = 256 };

CK_CLONES static void backward_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_weight_shape s = j->shape;
  const int64_t size = s.rest * s.block;
  for (int64_t b = begin; b < end; ++b) {
    const float *w = j->w + b * size;
    float *d = j->q + b * size;
    if (side_by_side(s)) {
      const lanes factor = splat(j->factor ? j->factor[b] : 1), inverse = splat(1.0f / j->scale[b]);
      double total = 0;
      for (int64_t i = 0; i < size;) {
        lanes sum = {};
        const int64_t stop = i + 16 * segment < size ? i + 16 * segment : size;
        for (; i + 16 <= stop; i += 16) weight_gradient(w + i, d + i, 16, &factor, &inverse, j->low, j->high, &sum);
        if (i < stop) weight_gradient(w + i, d + i, stop - i, &factor, &inverse, j->low, j->high, &sum);
        i = stop;
        for (int l = 0; l < 16; ++l) total += sum[l];
      }
      if (j->dot) j->dot[b] = total;
      continue;
    }
    for (int64_t c = 0; c < s.block; c += 16) {
      const int64_t n = s.block - c < 16 ? s.block - c : 16, o = b * s.block + c;
      const lanes factor = j->factor ? load_some(j->factor + o, n) : splat(1);
      lanes scale = splat(1);
      memcpy(&scale, j->scale + o, n * sizeof(float));
      const lanes inverse = 1.0f / scale;
      double total[16] = {0};
      for (int64_t r = 0; r < s.rest;) {
        lanes sum = {};
        const int64_t stop = r + segment < s.rest ? r + segment : s.rest;
        if (n == 16) {
          for (; r < stop; ++r)
            weight_gradient(w + r * s.block + c, d + r * s.block + c, 16, &factor, &inverse, j->low, j->high, &sum);
        } else {
          for (; r < stop; ++r)
            weight_gradient(w + r * s.block + c, d + r * s.block + c, n, &factor, &inverse, j->low, j->high, &sum);
        }
        for (int l = 0; l < 16; ++l) total[l] += sum[l];
      }
      for (int64_t l = 0; j->dot && l < n; ++l) j->dot[o + l] = total[l];
    }
  }
}

void ck_weight_backward(
    const float *w, float *d, ck_weight_shape shape, const float *factor, const float *scale, int32_t minimum,
    int32_t maximum, double *dot) {
  job j = {.w = w, .q = d, .factor = factor, .scale = scale, .dot = dot, .shape = shape, .low = minimum,
           .high = maximum};
  ck_parallel(shape.blocks, shape.blocks * shape.rest * shape.block, backward_body, &j);
}
