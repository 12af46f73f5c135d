#include "weights.h"

typedef struct {
  lanes factor, inverse, low, high;
} weight_constants;

typedef struct {
  lanes weight, scale;
} weight_sums;

// Masks and rescales a gradient in place, adds gradient × weight to one sum and, of trained scales, gradient × what
// the scale moves the rounded weight by to the other.
CK_INLINE void weight_gradient(
    const float *w, float *d, int64_t n, int trained, const weight_constants *k, weight_sums *sums) {
  const lanes value = n == 16 ? load(w) : load_some(w, n), incoming = n == 16 ? load(d) : load_some(d, n);
  const lanes t = value * k->factor * k->inverse, q = rounded(t);
  mask m;
  if (trained) {
    m = (t > k->low) & (t < k->high);
    sums->scale += incoming * choose(m, q - t, choose(t >= k->high, k->high, k->low));
  } else {
    m = (q >= k->low) & (q <= k->high);
  }
  const lanes g = keep(incoming, m);
  if (n == 16) store(d, g * k->factor);
  else store_some(d, g * k->factor, n);
  sums->weight += g * value;
}

// `vectors` sixteens (or n) of weights that lie `stride` apart.
CK_INLINE void weight_gradients(
    const float *w, float *d, int64_t vectors, int64_t stride, int64_t n, int trained, const weight_constants *k,
    double *weight_total, double *scale_total) {
  for (int64_t r = 0; r < vectors;) {
    weight_sums sums = {};
    const int64_t stop = r + weight_segment < vectors ? r + weight_segment : vectors;
    for (; r < stop; ++r) weight_gradient(w + r * stride, d + r * stride, n, trained, k, &sums);
    for (int l = 0; l < 16; ++l) {
      weight_total[l] += sums.weight[l];
      if (trained) scale_total[l] += sums.scale[l];
    }
  }
}

CK_INLINE void block_backward(const weight_job *j, int64_t b, int trained) {
  const ck_weight_shape s = j->shape;
  const int64_t size = s.rest * s.block;
  const float *w = j->w + b * size;
  float *d = j->q + b * size;
  weight_constants k = {.low = splat(j->low), .high = splat(j->high)};
  if (side_by_side(s)) {
    k.factor = splat(j->factor ? j->factor[b] : 1);
    k.inverse = splat(1.0f / j->scale[b]);
    double weight_total[16] = {0}, scale_total[16] = {0}, weight_sum = 0, scale_sum = 0;
    const int64_t whole = size / 16;
    weight_gradients(w, d, whole, 16, 16, trained, &k, weight_total, scale_total);
    // Lanes beyond the row hold a gradient of zero.
    if (size % 16)
      weight_gradients(w + 16 * whole, d + 16 * whole, 1, 16, size % 16, trained, &k, weight_total, scale_total);
    for (int l = 0; l < 16; ++l) {
      weight_sum += weight_total[l];
      scale_sum += scale_total[l];
    }
    if (j->dot) j->dot[b] = weight_sum;
    if (trained) j->scale_dot[b] = scale_sum;
    return;
  }
  for (int64_t c = 0; c < s.block; c += 16) {
    const int64_t n = s.block - c < 16 ? s.block - c : 16, o = b * s.block + c;
    k.factor = j->factor ? load_some(j->factor + o, n) : splat(1);
    lanes scale = splat(1);
    memcpy(&scale, j->scale + o, n * sizeof(float));
    k.inverse = 1.0f / scale;
    double weight_total[16] = {0}, scale_total[16] = {0};
    if (n == 16) weight_gradients(w + c, d + c, s.rest, s.block, 16, trained, &k, weight_total, scale_total);
    else weight_gradients(w + c, d + c, s.rest, s.block, n, trained, &k, weight_total, scale_total);
    for (int64_t l = 0; l < n; ++l) {
      if (j->dot) j->dot[o + l] = weight_total[l];
      if (trained) j->scale_dot[o + l] = scale_total[l];
    }
  }
}

CK_CLONES static void backward_body(void *context, int64_t begin, int64_t end) {
  const weight_job *j = context;
  if (j->scale_dot) {
    for (int64_t b = begin; b < end; ++b) block_backward(j, b, 1);
  } else {
    for (int64_t b = begin; b < end; ++b) block_backward(j, b, 0);
  }
}

static void weight_backward(weight_job *j) {
  const ck_weight_shape s = j->shape;
  ck_parallel(s.blocks, s.blocks * s.rest * s.block, backward_body, j);
}

void ck_weight_backward(
    const float *w, float *d, ck_weight_shape shape, const float *factor, const float *scale, int32_t minimum,
    int32_t maximum, double *dot) {
  weight_job j = {.w = w, .q = d, .factor = factor, .scale = scale, .dot = dot, .shape = shape,
                  .low = minimum, .high = maximum};
  weight_backward(&j);
}

void ck_weight_trained_backward(
    const float *w, float *d, ck_weight_shape shape, const float *factor, const float *scale, int32_t minimum,
    int32_t maximum, double *dot, double *scale_dot) {
  weight_job j = {.w = w, .q = d, .factor = factor, .scale = scale, .dot = dot, .scale_dot = scale_dot,
                  .shape = shape, .low = minimum, .high = maximum};
  weight_backward(&j);
}
