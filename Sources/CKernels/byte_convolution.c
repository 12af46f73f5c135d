#include "byte_products.h"

#include <string.h>

enum { panel = 16, most_rows = 64 };

static int64_t even(int64_t channels) { return channels + channels % 2; }
static int64_t panels(const ck_byte_convolution *s) { return (s->outputs + panel - 1) / panel; }
static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// Images that are computed together, so that planes of a few pixels fill the rows of a product.
static int64_t images_at_once(const ck_byte_convolution *s) {
  const int64_t pixels = s->out_height * s->out_width;
  return pixels >= most_rows ? 1 : smaller(s->batch, most_rows / pixels);
}

static int64_t padded_height(const ck_byte_convolution *s) { return s->height + 2 * s->padding; }
static int64_t padded_width(const ck_byte_convolution *s) { return s->width + 2 * s->padding; }
static int64_t image_size(const ck_byte_convolution *s) {
  return padded_height(s) * padded_width(s) * even(s->inputs);
}

int64_t ck_byte_weight_count(const ck_byte_convolution *s) {
  return panels(s) * s->kernel * s->kernel * even(s->inputs) * panel;
}

int64_t ck_byte_scratch_count(const ck_byte_convolution *s) { return s->workers * images_at_once(s) * image_size(s); }

void ck_byte_weights(const int8_t *weights, int16_t *to, const ck_byte_convolution *s) {
  const int64_t taps = s->kernel * s->kernel, pairs = even(s->inputs) / 2;
  memset(to, 0, (size_t)ck_byte_weight_count(s) * sizeof *to);
  for (int64_t o = 0; o < s->outputs; ++o) {
    for (int64_t i = 0; i < s->inputs; ++i) {
      for (int64_t tap = 0; tap < taps; ++tap) {
        to[(((o / panel * taps + tap) * pairs + i / 2) * panel + o % panel) * 2 + i % 2] =
            weights[(o * s->inputs + i) * taps + tap];
      }
    }
  }
}

#if defined(__x86_64__)

typedef struct {
  const uint8_t *x;
  const int16_t *weights;
  int32_t *sums;
  int16_t *scratch;
  const ck_byte_convolution *shape;
} job;

// Codes less their zero point, zero around the image.
CK_AVX2 static void widen(const job *j, int64_t image, int16_t *to) {
  const ck_byte_convolution *s = j->shape;
  const int64_t channels = even(s->inputs), line = padded_width(s) * channels;
  memset(to, 0, (size_t)image_size(s) * sizeof *to);
  for (int64_t y = 0; y < s->height; ++y) {
    const uint8_t *from = j->x + (image * s->height + y) * s->width * s->inputs;
    int16_t *row = to + (y + s->padding) * line + s->padding * channels;
    if (channels == s->inputs) {
      for (int64_t i = 0; i < s->width * channels; ++i) row[i] = (int16_t)(from[i] - s->zero_point);
      continue;
    }
    for (int64_t x = 0; x < s->width; ++x) {
      for (int64_t c = 0; c < s->inputs; ++c) {
        row[x * channels + c] = (int16_t)(from[x * s->inputs + c] - s->zero_point);
      }
    }
  }
}

// Where each row of a product reads and writes.
typedef struct {
  const int16_t *rows[most_rows];
  int32_t *sums[most_rows];
  int32_t spare[most_rows][panel];
} places;

CK_AVX2 static void one_panel(const job *j, const int64_t *offsets, places *at, int64_t count, int64_t which) {
  const ck_byte_convolution *s = j->shape;
  const int64_t taps = s->kernel * s->kernel, pairs = even(s->inputs) / 2, first = which * panel;
  const int64_t outputs = smaller(panel, s->outputs - first);
  int32_t *sums[most_rows];
  for (int64_t i = 0; i < count; ++i) sums[i] = outputs == panel ? at->sums[i] + first : at->spare[i];
  const byte_product p = {at->rows, offsets, taps, pairs, j->weights + which * taps * pairs * panel * 2, sums};
  multiply_bytes(&p, count);
  if (outputs == panel) return;
  for (int64_t i = 0; i < count; ++i) {
    memcpy(at->sums[i] + first, at->spare[i], (size_t)outputs * sizeof(int32_t));
  }
}

// A group of images and a share of the outputs.
CK_AVX2 static void one_unit(const job *j, const int64_t *offsets, int64_t unit, int64_t splits, int16_t *wide) {
  const ck_byte_convolution *s = j->shape;
  const int64_t each = images_at_once(s), pixels = s->out_height * s->out_width, size = image_size(s);
  const int64_t from = unit / splits * each, images = smaller(each, s->batch - from);
  const int64_t part = unit % splits, first = panels(s) * part / splits, last = panels(s) * (part + 1) / splits;
  for (int64_t i = 0; i < images; ++i) widen(j, from + i, wide + i * size);
  places at;
  for (int64_t start = 0; start < images * pixels; start += most_rows) {
    const int64_t count = smaller(most_rows, images * pixels - start);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t pixel = start + i, y = pixel % pixels / s->out_width, x = pixel % s->out_width;
      at.rows[i] = wide + pixel / pixels * size
          + (y * s->stride * padded_width(s) + x * s->stride) * even(s->inputs);
      at.sums[i] = j->sums + (from * pixels + pixel) * s->outputs;
    }
    for (int64_t which = first; which < last; ++which) one_panel(j, offsets, &at, count, which);
  }
}

static void share_of_workers(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_byte_convolution *s = j->shape;
  const int64_t each = images_at_once(s), groups = (s->batch + each - 1) / each;
  const int64_t splits = groups >= 2 * s->workers ? 1 : smaller(panels(s), (2 * s->workers + groups - 1) / groups);
  int64_t offsets[ck_most_byte_taps];
  for (int64_t tap = 0; tap < s->kernel * s->kernel; ++tap) {
    offsets[tap] = (tap / s->kernel * padded_width(s) + tap % s->kernel) * even(s->inputs);
  }
  for (int64_t worker = begin; worker < end; ++worker) {
    const int64_t units = groups * splits, last = units * (worker + 1) / s->workers;
    for (int64_t unit = units * worker / s->workers; unit < last; ++unit) {
      one_unit(j, offsets, unit, splits, j->scratch + worker * each * image_size(s));
    }
  }
}

void ck_byte_convolve(
    const uint8_t *x, const int16_t *weights, int32_t *sums, int16_t *scratch, const ck_byte_convolution *s) {
  job j = {x, weights, sums, scratch, s};
  const int64_t work = s->batch * s->out_height * s->out_width * s->outputs * s->inputs * s->kernel * s->kernel;
  ck_parallel(s->workers, work, share_of_workers, &j);
}

#else
// Other processors multiply bytes exactly, so no plan asks for this.
void ck_byte_convolve(
    const uint8_t *x, const int16_t *weights, int32_t *sums, int16_t *scratch, const ck_byte_convolution *s) {
  (void)x, (void)weights, (void)sums, (void)scratch, (void)s;
}
#endif
