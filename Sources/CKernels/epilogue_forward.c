#include <math.h>

#include "element.h"
#include "epilogue.h"

typedef uint8_t bytes __attribute__((vector_size(16), aligned(1)));

typedef struct {
  const element *y, *residual;
  element *out;
  ck_shape shape;
  const ck_epilogue *epilogue;
  float *ranges;  // two a row, or NULL
} job;

// One variant of the row loop for each set of flags: they are constants after inlining.
CK_INLINE void chunk(
    const element *y, const element *r, element *out, uint8_t *codes, int64_t code_count, int64_t n,
    const lanes *a, const lanes *b, int affine, int residual, int activation, int quantizes, const epilogue_lanes *k,
    lanes *least, lanes *most) {
  lanes v = load_n(y, n);
  if (affine) v = *a * v + *b;
  if (residual) v += load_n(r, n);
  if (activation) v = activated(v, k);
  if (least) {
    mask valid = (mask){} - 1;
    if (n != 16) {
      for (int i = 0; i < 16; ++i) valid[i] = i < n ? -1 : 0;
    }
    *least = choose(valid, smaller(v, *least), *least);
    *most = choose(valid, larger(v, *most), *most);
  }
  if (codes) {
    v = smaller(larger(raw_code(v, k), k->low), k->high);
    const bytes coded = __builtin_convertvector(v, bytes);
    if (code_count >= 16) *(bytes *)codes = coded;
    else memcpy(codes, &coded, code_count);
    v = (v - k->zero) * k->scale;
  } else if (quantizes) {
    v = fake_quantized(v, k);
  }
  if (!out) return;
  if (n == 16) store_elements(out, v);
  else store_some_elements(out, v, n);
}

#define at_or_null(p, i) ((p) ? (p) + (i) : 0)

CK_INLINE void row(
    const job *j, int64_t index, int affine, int residual, int activation, int quantizes, int coded,
    const epilogue_lanes *k) {
  const ck_shape s = j->shape;
  const int64_t length = s.plane * s.block, offset = index * length;
  const int64_t channel = index % s.blocks * s.block, stride = j->epilogue->code_channels, left = stride - channel;
  const element *y = j->y + offset, *r = residual ? j->residual + offset : 0;
  element *out = at_or_null(j->out, offset);
  uint8_t *codes = coded ? j->epilogue->codes + index / s.blocks * s.plane * stride + channel : 0;
  lanes least = splat(INFINITY), most = splat(-INFINITY), a = {}, b = {};
  lanes *low = j->ranges ? &least : 0, *high = j->ranges ? &most : 0;
  if (16 % s.block == 0) {
    if (affine) {
      a = repeat(j->epilogue->a + channel, s.block);
      b = repeat(j->epilogue->b + channel, s.block);
    }
    int64_t i = 0;
    if (low) {
      for (; i + 16 <= length; i += 16)
        chunk(y + i, r + i, at_or_null(out, i), 0, 0, 16, &a, &b, affine, residual, activation, quantizes, k, &least,
              &most);
    } else {
      // Codes are written where a block is sixteen channels.
      for (; i + 16 <= length; i += 16)
        chunk(y + i, r + i, at_or_null(out, i), at_or_null(codes, i / 16 * stride), left, 16, &a, &b, affine,
              residual, activation, quantizes, k, 0, 0);
    }
    if (i < length)
      chunk(y + i, r + i, at_or_null(out, i), 0, 0, length - i, &a, &b, affine, residual, activation, quantizes, k, low,
            high);
  } else {
    for (int64_t c = 0; c < s.block; c += 16) {
      const int64_t n = s.block - c < 16 ? s.block - c : 16;
      if (affine) {
        a = load_some(j->epilogue->a + channel + c, n);
        b = load_some(j->epilogue->b + channel + c, n);
      }
      for (int64_t i = c, pixel = 0; i < length; i += s.block, ++pixel)
        chunk(y + i, r + i, at_or_null(out, i), at_or_null(codes, pixel * stride + c), left - c, n, &a, &b, affine,
              residual, activation, quantizes, k, low, high);
    }
  }
  if (j->ranges) {
    j->ranges[2 * index] = lane_min(&least);
    j->ranges[2 * index + 1] = lane_max(&most);
  }
}

CK_CLONES static void forward_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  epilogue_lanes k;
  epilogue_constants(j->epilogue, &k);
  const int affine = j->epilogue->a != 0, residual = j->residual != 0;
  const int activation = j->epilogue->has_activation, quantizes = j->epilogue->quantizes;
  const int coded = j->epilogue->codes != 0 && !j->ranges;
  const int variant = coded ? 16 + affine * 4 + residual * 2 + activation
                            : affine * 8 + residual * 4 + activation * 2 + quantizes;
#define VARIANT(n) \
  case n: \
    for (int64_t i = begin; i < end; ++i) row(j, i, (n & 8) != 0, (n & 4) != 0, (n & 2) != 0, n & 1, 0, &k); \
    break;
#define CODED(n) \
  case 16 + n: \
    for (int64_t i = begin; i < end; ++i) row(j, i, (n & 4) != 0, (n & 2) != 0, n & 1, 1, 1, &k); \
    break;
  switch (variant) {
    VARIANT(0) VARIANT(1) VARIANT(2) VARIANT(3) VARIANT(4) VARIANT(5) VARIANT(6) VARIANT(7)
    VARIANT(8) VARIANT(9) VARIANT(10) VARIANT(11) VARIANT(12) VARIANT(13) VARIANT(14) VARIANT(15)
    CODED(0) CODED(1) CODED(2) CODED(3) CODED(4) CODED(5) CODED(6) CODED(7)
  }
#undef CODED
#undef VARIANT
}

void named(ck_epilogue_forward)(
    const element *y, const element *residual, element *out, ck_shape shape, const ck_epilogue *epilogue, double *scratch,
    float range[2]) {
  const int64_t rows = shape.batch * shape.blocks;
  job j = {y, residual, out, shape, epilogue, range ? (float *)scratch : 0};
  ck_parallel(rows, rows * shape.plane * shape.block, forward_body, &j);
  if (!range) return;
  range[0] = INFINITY;
  range[1] = -INFINITY;
  for (int64_t i = 0; i < rows; ++i) {
    range[0] = fminf(range[0], j.ranges[2 * i]);
    range[1] = fmaxf(range[1], j.ranges[2 * i + 1]);
  }
}
