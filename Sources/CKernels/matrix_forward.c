// Forward passes on planes of few pixels: the rows of a product are images, as they lie.
#include "matrix_run.h"

int64_t ck_code_slack(int64_t inputs) { return pair * inputs + 4 * side; }

#if defined(__x86_64__)

CK_MATRIX_TARGET void ck_begin_tiles(void) { configure_tiles(); }
CK_MATRIX_TARGET void ck_end_tiles(void) { _tile_release(); }

// 32 outputs of a pixel in 32 images; where there are fewer of the last, some are found twice.
typedef struct {
  const ck_matrix_forward *job;
  const ck_matrix_convolution *shape;
  int64_t pixel, output, image, next_image;
  int wide;
} forward_task;

CK_MATRIX_TARGET CK_INLINE void multiply_codes(int wide) {
  _tile_dpbusd(0, 4, 6);
  _tile_dpbusd(2, 5, 6);
  if (!wide) return;
  _tile_dpbusd(1, 4, 7);
  _tile_dpbusd(3, 5, 7);
}

CK_MATRIX_TARGET CK_INLINE void multiply_halves(int wide) {
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(2, 5, 6);
  if (!wide) return;
  _tile_dpbf16ps(1, 4, 7);
  _tile_dpbf16ps(3, 5, 7);
}

CK_MATRIX_TARGET void ck_multiply_pixels(
    const ck_code_product *product, int64_t plane, int64_t n, int64_t first, int64_t block, int wide,
    int32_t sums[pair * pair]) {
  const int64_t line = 64, tile = side * line, row = product->inputs, outputs = product->outputs / side;
  const uint8_t *left = product->codes + (n * plane + first) * row;
  const int8_t *right = product->weights + block * tile;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (int64_t at = 0; at < row; at += line, right += outputs * tile) {
    _tile_loadd(4, left + at, row);
    _tile_loadd(5, left + side * row + at, row);
    _tile_loadd(6, right, line);
    if (wide) _tile_loadd(7, right + tile, line);
    multiply_codes(wide);
  }
  _tile_stored(0, sums, 4 * pair);
  _tile_stored(2, sums + side * pair, 4 * pair);
  if (!wide) return;
  _tile_stored(1, sums + side, 4 * pair);
  _tile_stored(3, sums + side * pair + side, 4 * pair);
}

// Adds what one pixel of the images brings by one tap.
CK_MATRIX_TARGET CK_INLINE void add_pixel(const forward_task *t, int64_t tap, int64_t from, int codes) {
  const ck_matrix_convolution *s = t->shape;
  const int64_t line = 64, tile = side * line;
  const int64_t bytes = codes ? s->inputs : 2 * s->inputs, row = s->height * s->width * bytes, outputs = s->outputs / side;
  const char *left = (const char *)t->job->source + t->image * row + from * bytes;
  const char *next = (const char *)t->job->source + t->next_image * row + from * bytes;
  const char *right = (const char *)t->job->kernels + (tap * (bytes / line) * outputs + t->output) * tile;
  for (int64_t at = 0; at < bytes; at += line, right += outputs * tile) {
    _tile_loadd(4, left + at, row);
    _tile_loadd(5, next + at, row);
    _tile_loadd(6, right, line);
    if (t->wide) _tile_loadd(7, right + tile, line);
    if (codes) multiply_codes(t->wide);
    else multiply_halves(t->wide);
  }
}

CK_MATRIX_TARGET CK_INLINE void add_pixels(const forward_task *t, int codes) {
  const ck_matrix_convolution *s = t->shape;
  const int64_t top = t->pixel / s->out_width * s->stride - s->padding;
  const int64_t start = t->pixel % s->out_width * s->stride - s->padding;
  for (int64_t u = 0; u < s->kernel; ++u) {
    if (top + u < 0 || top + u >= s->height) continue;
    for (int64_t v = 0; v < s->kernel; ++v) {
      if (start + v < 0 || start + v >= s->width) continue;
      add_pixel(t, u * s->kernel + v, (top + u) * s->width + start + v, codes);
    }
  }
}

CK_MATRIX_TARGET CK_INLINE void store_codes(const forward_task *t) {
  const ck_matrix_convolution *s = t->shape;
  const int64_t image = s->out_height * s->out_width * s->outputs, row = 4 * image;
  int32_t *first = (int32_t *)t->job->target + t->image * image + t->pixel * s->outputs + t->output * side;
  int32_t *next = first + (t->next_image - t->image) * image;
  _tile_stored(0, first, row);
  _tile_stored(2, next, row);
  if (!t->wide) return;
  _tile_stored(1, first + side, row);
  _tile_stored(3, next + side, row);
}

CK_MATRIX_TARGET CK_INLINE void store_halves(const forward_task *t) {
  const ck_matrix_convolution *s = t->shape;
  const int64_t image = s->out_height * s->out_width * s->outputs;
  float sums[pair * pair] __attribute__((aligned(64)));
  _tile_stored(0, sums, 4 * pair);
  _tile_stored(2, sums + side * pair, 4 * pair);
  if (t->wide) {
    _tile_stored(1, sums + side, 4 * pair);
    _tile_stored(3, sums + side * pair + side, 4 * pair);
  }
  uint16_t *to = (uint16_t *)t->job->target + t->pixel * s->outputs + t->output * side;
  for (int64_t row = 0; row < pair; ++row) {
    const int64_t n = row < side ? t->image + row : t->next_image + row - side;
    for (int64_t o = 0; o <= t->wide; ++o) {
      const __m256i half = (__m256i)_mm512_cvtneps_pbh(_mm512_load_ps(sums + row * pair + o * side));
      _mm256_storeu_si256((__m256i *)(void *)(to + n * image + o * side), half);
    }
  }
}

typedef struct {
  const ck_matrix_forward *job;
  const ck_matrix_convolution *shape;
} forward_job;

CK_MATRIX_TARGET CK_INLINE void forward_item(const forward_job *j, int64_t item, int codes) {
  const ck_matrix_convolution *s = j->shape;
  const int64_t pixels = s->out_height * s->out_width, parts = halves(s->batch), last = s->batch - side;
  forward_task t = {.job = j->job, .shape = s, .pixel = item / parts % pixels, .output = 2 * (item / parts / pixels)};
  const int64_t image = item % parts * pair;
  t.image = image < last ? image : last;
  t.next_image = image + side < last ? image + side : last;
  t.wide = t.output + 1 < s->outputs / side;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  add_pixels(&t, codes);
  if (codes) store_codes(&t);
  else store_halves(&t);
}

CK_MATRIX_TARGET static void forward_body(void *context, int64_t begin, int64_t end) {
  const forward_job *j = context;
  configure_tiles();
  if (j->job->reads_codes) {
    for (int64_t item = begin; item < end; ++item) forward_item(j, item, 1);
  } else {
    for (int64_t item = begin; item < end; ++item) forward_item(j, item, 0);
  }
  _tile_release();
}

void ck_multiply_forward(const ck_matrix_forward *job, const ck_matrix_convolution *s) {
  forward_job j = {job, s};
  const int64_t items = halves(s->outputs) * s->out_height * s->out_width * halves(s->batch);
  ck_parallel(items, items * pair * s->inputs, forward_body, &j);
}

#else

// Without matrix units nothing is planned that calls these.
void ck_multiply_forward(const ck_matrix_forward *job, const ck_matrix_convolution *s) { (void)job, (void)s; }
void ck_begin_tiles(void) {}
void ck_end_tiles(void) {}
void ck_multiply_pixels(
    const ck_code_product *product, int64_t plane, int64_t n, int64_t first, int64_t block, int wide,
    int32_t sums[pair * pair]) {
  (void)product, (void)plane, (void)n, (void)first, (void)block, (void)wide, (void)sums;
}

#endif
