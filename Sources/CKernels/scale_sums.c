#include "channel_sums.h"
#include "integer_forward.h"
#include "matrix_run.h"

// Two blocks of channels at a time, so that a pixel's channels are read in longer runs; sums that are found on the way, so
// many pixels at a time.
enum { together = 2, strip = pair };

typedef struct {
  const int32_t *sums;  // or NULL
  const ck_code_product *product;
  float *y;
  ck_shape shape;
  const ck_sum_scaling *scaling;
  double *partial;  // or NULL
} job;

typedef struct {
  lanes sum, square, least, most;
} statistics;

typedef struct {
  mask shift;
  lanes factor, bias;
  int64_t channels;
} block_scaling;

CK_INLINE void block_constants(const job *j, int64_t block, block_scaling *k) {
  const ck_sum_scaling *s = j->scaling;
  const int64_t first = 16 * block, left = s->channels - first;
  k->channels = left < 16 ? left : 16;
  k->shift = (mask){};
  memcpy(&k->shift, s->shift + first, k->channels * sizeof(int32_t));
  k->factor = load_some(s->factor + first, k->channels);
  k->bias = (lanes){};
  if (s->bias) k->bias = load_some(s->bias + first, k->channels);
}

CK_INLINE void begin_statistics(statistics *s) {
  s->sum = s->square = (lanes){};
  s->least = splat(INFINITY);
  s->most = splat(-INFINITY);
}

CK_INLINE void scale_pixel(const int32_t *sums, float *y, const block_scaling *k, int has_bias, statistics *s) {
  mask raw = {};
  if (k->channels == 16) raw = *(const mask *)sums;
  else memcpy(&raw, sums, k->channels * sizeof(int32_t));
  lanes v = __builtin_convertvector(raw - k->shift, lanes) * k->factor;
  if (has_bias) v += k->bias;
  store(y, v);
  s->sum += v;
  s->square += v * v;
  s->least = smaller(v, s->least);
  s->most = larger(v, s->most);
}

CK_INLINE void add_statistics(const statistics *s, double *partial, int64_t channels) {
  for (int l = 0; l < 16; ++l) {
    partial[l] += s->sum[l];
    partial[channels + l] += s->square[l];
    double *low = partial + 2 * channels + l, *high = partial + 3 * channels + l;
    *low = s->least[l] < *low ? s->least[l] : *low;
    *high = s->most[l] > *high ? s->most[l] : *high;
  }
}

CK_INLINE void scale_blocks(const job *j, int64_t block, int count, int64_t first, int64_t last, double *partial) {
  const ck_shape s = j->shape;
  const int64_t stride = j->scaling->channels, stored = 16 * s.blocks;
  block_scaling k[together];
  statistics seen[together];
  for (int b = 0; b < count; ++b) {
    block_constants(j, block + b, &k[b]);
    begin_statistics(&seen[b]);
  }
  const int has_bias = j->scaling->bias != 0;
  int32_t found[strip * strip] __attribute__((aligned(64)));
  int64_t added = 0;
  for (int64_t n = first; n < last; ++n) {
    const int32_t *sums = j->sums ? j->sums + n * s.plane * stride + 16 * block : found;
    const int64_t row = j->sums ? stride : strip;
    float *y = j->y + (n * s.blocks + block) * s.plane * 16;
    for (int64_t p = 0; p < s.plane; ++p) {
      if (!j->sums && p % strip == 0) ck_multiply_pixels(j->product, s.plane, n, p, block, count > 1, found);
      const int32_t *pixel = sums + (j->sums ? p : p % strip) * row;
      for (int b = 0; b < count; ++b)
        scale_pixel(pixel + 16 * b, y + (b * s.plane + p) * 16, &k[b], has_bias, &seen[b]);
      if (++added < segment || !partial) continue;
      for (int b = 0; b < count; ++b) {
        add_statistics(&seen[b], partial + 16 * b, stored);
        begin_statistics(&seen[b]);
      }
      added = 0;
    }
  }
  for (int b = 0; partial && b < count; ++b) add_statistics(&seen[b], partial + 16 * b, stored);
}

CK_CLONES static void scale_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_shape s = j->shape;
  const int64_t stored = 16 * s.blocks;
  if (!j->sums) ck_begin_tiles();
  for (int64_t item = begin; item < end; ++item) {
    const int64_t block = item / chunks * together, chunk = item % chunks;
    const int64_t left = s.blocks - block, first = s.batch * chunk / chunks, last = s.batch * (chunk + 1) / chunks;
    double *partial = 0;
    if (j->partial) {
      partial = j->partial + chunk * fields * stored + 16 * block;
      begin_chunk(partial, stored, 16 * (left < together ? left : together));
    }
    if (left >= together) scale_blocks(j, block, together, first, last, partial);
    else scale_blocks(j, block, 1, first, last, partial);
  }
  if (!j->sums) ck_end_tiles();
}

void ck_scale_sums(
    const int32_t *sums, const ck_code_product *product, float *y, ck_shape shape, const ck_sum_scaling *scaling,
    double *scratch, double *sum, double *square_sum, float *minimum, float *maximum) {
  job j = {sums, product, y, shape, scaling, sum ? scratch : 0};
  const int64_t items = (shape.blocks + together - 1) / together * chunks, stored = 16 * shape.blocks;
  ck_parallel(items, shape.batch * stored * shape.plane, scale_body, &j);
  if (sum) join_chunks(scratch, stored, sum, square_sum, minimum, maximum);
}

typedef struct {
  const uint8_t *codes;
  float *x;
  ck_shape shape;
  int64_t channels;
  ck_grid grid;
} widen_job;

typedef uint8_t bytes __attribute__((vector_size(16), aligned(1)));

CK_CLONES static void widen_body(void *context, int64_t begin, int64_t end) {
  const widen_job *j = context;
  const ck_shape s = j->shape;
  const lanes scale = splat(j->grid.scale), zero = splat(j->grid.zero_point);
  for (int64_t row = begin; row < end; ++row) {
    const int64_t block = row % s.blocks, left = j->channels - 16 * block;
    const uint8_t *codes = j->codes + row / s.blocks * s.plane * j->channels + 16 * block;
    float *x = j->x + row * s.plane * 16;
    for (int64_t p = 0; p < s.plane; ++p) {
      const uint8_t *from = codes + p * j->channels;
      if (left >= 16) {
        store(x + 16 * p, (__builtin_convertvector(*(const bytes *)from, lanes) - zero) * scale);
        continue;
      }
      for (int64_t c = 0; c < 16; ++c) x[16 * p + c] = c < left ? ((float)from[c] - zero[0]) * scale[0] : 0;
    }
  }
}

void ck_widen_codes(const uint8_t *codes, float *x, ck_shape shape, int64_t channels, ck_grid grid) {
  widen_job j = {codes, x, shape, channels, grid};
  const int64_t rows = shape.batch * shape.blocks;
  ck_parallel(rows, rows * shape.plane * 16, widen_body, &j);
}
