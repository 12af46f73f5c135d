#include <math.h>

#include "element.h"
#include "epilogue.h"

enum { chunks = 8, fields = 2, segment = 512 };

typedef struct {
  const element *d, *d2, *y, *residual;
  const float *mean;
  element *g;
  ck_shape shape;
  const ck_epilogue *epilogue;
  double *partial;  // or NULL
} reduce_job;

CK_INLINE void masked(
    const reduce_job *j, int64_t i, int64_t n, const lanes *y, const lanes *a, const lanes *b,
    const epilogue_lanes *k, lanes *result) {
  lanes g = load_n(j->d + i, n);
  if (j->d2) g += load_n(j->d2 + i, n);
  const int activation = j->epilogue->has_activation, quantizes = j->epilogue->quantizes;
  if (activation || quantizes) {
    lanes v = *y;
    if (j->epilogue->a) v = *a * v + *b;
    if (j->residual) v += load_n(j->residual + i, n);
    mask m;
    passing(&v, activation, quantizes, quantizes && j->epilogue->trains_range, k, &m);
    g = keep(g, m);
  }
  if (j->g) {
    if (n == 16) store_elements(j->g + i, g);
    else store_some_elements(j->g + i, g, n);
  }
  *result = g;
}

CK_INLINE void reduce_lanes(
    const reduce_job *j, int64_t offset, int64_t length, int64_t block, int64_t channel, const epilogue_lanes *k,
    double *sum, double *dot) {
  lanes a = {}, b = {}, mean = {};
  if (j->epilogue->a) {
    a = repeat(j->epilogue->a + channel, block);
    b = repeat(j->epilogue->b + channel, block);
  }
  if (j->mean) mean = repeat(j->mean + channel, block);
  int64_t i = 0;
  while (i < length) {
    lanes s = {}, t = {};
    const int64_t end = i + 16 * segment < length ? i + 16 * segment : length;
    for (; i + 16 <= end; i += 16) {
      const lanes y = load_elements(j->y + offset + i);
      lanes g;
      masked(j, offset + i, 16, &y, &a, &b, k, &g);
      s += g;
      t += g * (y - mean);
    }
    if (i < end) {
      // Lanes beyond the row hold a gradient of zero.
      const lanes y = load_some_elements(j->y + offset + i, end - i);
      lanes g;
      masked(j, offset + i, end - i, &y, &a, &b, k, &g);
      s += g;
      t += g * (y - mean);
      i = end;
    }
    if (sum) {
      for (int l = 0; l < 16; ++l) {
        sum[l % block] += s[l];
        dot[l % block] += t[l];
      }
    }
  }
}

// Sixteen channels of all pixels at a time, of which a pixel has more.
CK_INLINE void reduce_wide(
    const reduce_job *j, int64_t offset, int64_t length, int64_t block, int64_t channel, const epilogue_lanes *k,
    double *sum, double *dot) {
  for (int64_t c = 0; c < block; c += 16) {
    const int64_t n = block - c < 16 ? block - c : 16;
    lanes a = {}, b = {}, mean = {};
    if (j->epilogue->a) {
      a = load_some(j->epilogue->a + channel + c, n);
      b = load_some(j->epilogue->b + channel + c, n);
    }
    if (j->mean) mean = load_some(j->mean + channel + c, n);
    for (int64_t at = 0; at < length;) {
      lanes s = {}, t = {};
      const int64_t end = at + segment * block < length ? at + segment * block : length;
      for (; at < end; at += block) {
        const int64_t i = offset + at + c;
        const lanes y = load_n(j->y + i, n);
        lanes g;
        masked(j, i, n, &y, &a, &b, k, &g);
        s += g;
        t += g * (y - mean);
      }
      for (int64_t l = 0; sum && l < n; ++l) {
        sum[c + l] += s[l];
        dot[c + l] += t[l];
      }
    }
  }
}

CK_CLONES static void reduce_body(void *context, int64_t begin, int64_t end) {
  const reduce_job *j = context;
  const ck_shape s = j->shape;
  epilogue_lanes k;
  epilogue_constants(j->epilogue, &k);
  const int64_t length = s.plane * s.block, channels = s.blocks * s.block;
  for (int64_t item = begin; item < end; ++item) {
    const int64_t block_index = item / chunks, part = item % chunks, channel = block_index * s.block;
    double *sum = 0, *dot = 0;
    if (j->partial) {
      sum = j->partial + part * fields * channels + channel;
      dot = sum + channels;
      for (int64_t c = 0; c < s.block; ++c) sum[c] = dot[c] = 0;
    }
    const int64_t first = s.batch * part / chunks, last = s.batch * (part + 1) / chunks;
    for (int64_t n = first; n < last; ++n) {
      const int64_t offset = (n * s.blocks + block_index) * length;
      if (s.block == 16) reduce_lanes(j, offset, length, 16, channel, &k, sum, dot);
      else if (16 % s.block == 0) reduce_lanes(j, offset, length, s.block, channel, &k, sum, dot);
      else reduce_wide(j, offset, length, s.block, channel, &k, sum, dot);
    }
  }
}

void named(ck_epilogue_backward_reduce)(
    const element *d, const element *d2, const element *y, const element *residual, element *g, ck_shape shape,
    const ck_epilogue *epilogue, const float *mean, double *scratch, double *sum, double *dot) {
  const int64_t channels = shape.blocks * shape.block;
  reduce_job j = {d, d2, y, residual, mean, g, shape, epilogue, sum ? scratch : 0};
  ck_parallel(shape.blocks * chunks, shape.batch * channels * shape.plane, reduce_body, &j);
  if (!sum) return;
  for (int64_t c = 0; c < channels; ++c) {
    double total = 0, product = 0;
    for (int64_t part = 0; part < chunks; ++part) {
      total += scratch[part * fields * channels + c];
      product += scratch[part * fields * channels + channels + c];
    }
    sum[c] = total;
    dot[c] = product;
  }
}

typedef struct {
  const element *g, *y;
  const float *A, *B, *C;
  element *dy;
  ck_shape shape;
} affine_job;

CK_INLINE void affine_chunk(const affine_job *j, int64_t i, int64_t n, const lanes *A, const lanes *B, const lanes *C) {
  lanes v = *A * load_n(j->g + i, n);
  if (j->B) v += *B * load_n(j->y + i, n) + *C;
  if (n == 16) store_elements(j->dy + i, v);
  else store_some_elements(j->dy + i, v, n);
}

CK_CLONES static void affine_body(void *context, int64_t begin, int64_t end) {
  const affine_job *j = context;
  const ck_shape s = j->shape;
  const int64_t length = s.plane * s.block;
  for (int64_t index = begin; index < end; ++index) {
    const int64_t channel = index % s.blocks * s.block, offset = index * length;
    lanes A = {}, B = {}, C = {};
    if (16 % s.block == 0) {
      A = repeat(j->A + channel, s.block);
      if (j->B) {
        B = repeat(j->B + channel, s.block);
        C = repeat(j->C + channel, s.block);
      }
      int64_t i = 0;
      for (; i + 16 <= length; i += 16) affine_chunk(j, offset + i, 16, &A, &B, &C);
      if (i < length) affine_chunk(j, offset + i, length - i, &A, &B, &C);
    } else {
      for (int64_t c = 0; c < s.block; c += 16) {
        const int64_t n = s.block - c < 16 ? s.block - c : 16;
        A = load_some(j->A + channel + c, n);
        if (j->B) {
          B = load_some(j->B + channel + c, n);
          C = load_some(j->C + channel + c, n);
        }
        for (int64_t at = 0; at < length; at += s.block) affine_chunk(j, offset + at + c, n, &A, &B, &C);
      }
    }
  }
}

void named(ck_affine_pair)(
    const element *g, const element *y, element *dy, ck_shape shape, const float *A, const float *B, const float *C) {
  affine_job j = {g, y, A, B, C, dy, shape};
  const int64_t rows = shape.batch * shape.blocks;
  ck_parallel(rows, rows * shape.plane * shape.block, affine_body, &j);
}

typedef struct {
  element *x;
  const element *y;
} add_job;

CK_CLONES static void add_body(void *context, int64_t begin, int64_t end) {
  const add_job *j = context;
  int64_t i = begin;
  for (; i + 16 <= end; i += 16) store_elements(j->x + i, load_elements(j->x + i) + load_elements(j->y + i));
  if (i < end) {
    const lanes sum = load_some_elements(j->x + i, end - i) + load_some_elements(j->y + i, end - i);
    store_some_elements(j->x + i, sum, end - i);
  }
}

void named(ck_add)(element *x, const element *y, int64_t count) {
  add_job j = {x, y};
  ck_parallel(count, count, add_body, &j);
}
