// Where pixels lie while a layer's gradients are found, and which of them each tap brings together.
#include "matrix_run.h"

static int64_t larger_of(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t parts_of(int64_t a, int64_t of) { return (a + of - 1) / of; }
static int64_t floor_division(int64_t a, int64_t b) { return (a >= 0 ? a : a - b + 1) / b; }

// Where line or column u of the kernel reaches to: a phase of the images, and by how many of its lines or pixels.
static int64_t tap_step(const ck_matrix_convolution *s, int64_t u) { return floor_division(u - s->padding, s->stride); }
static int64_t tap_phase(const ck_matrix_convolution *s, int64_t u) { return u - s->padding - s->stride * tap_step(s, u); }

// Pixels in a row

typedef struct {
  int64_t pitch, plane;   // from a line to the next, and from an image
  int64_t before, after;  // how far taps reach, in lines and in pixels
} spacing;

static int64_t spaced(int64_t in, int64_t out, const spacing *p, int64_t stride) {
  return larger_of(out + p->after, p->before + parts_of(in, stride));
}

// Enough space that every tap finds zeros where it leaves a line or an image.
static spacing spacing_of(const ck_matrix_convolution *s) {
  spacing p = {.before = larger_of(-tap_step(s, 0), 0), .after = larger_of(tap_step(s, s->kernel - 1), 0)};
  p.pitch = spaced(s->width, s->out_width, &p, s->stride);
  p.plane = p.pitch * spaced(s->height, s->out_height, &p, s->stride);
  return p;
}

// Phases that the kernel reads, in one direction: those of its first lines.
static int64_t read_lines(const ck_matrix_convolution *s) { return s->kernel < s->stride ? s->kernel : s->stride; }
static int64_t row_of(const ck_matrix_convolution *s, int64_t u, int64_t v) {
  return u % s->stride * read_lines(s) + v % s->stride;
}

// As many images as the second cache holds, but enough places that sums are not moved in and out all the time.
static ck_matrix_raster pixels_in_rows(const ck_matrix_convolution *s) {
  const int64_t cache = (int64_t)1 << 20, least_places = 1024;
  const spacing p = spacing_of(s);
  const int64_t rows = read_lines(s) * read_lines(s), image = p.plane * (2 * s->inputs * rows + 8 * s->outputs);
  const int64_t most = larger_of(larger_of(cache / image, parts_of(least_places, p.plane)), 1);
  ck_matrix_raster r = {.rows = rows, .groups = s->stride * s->stride};
  r.images = parts_of(s->batch, parts_of(s->batch, most));
  r.places = r.group_places = parts_of(r.images * p.plane, pair) * pair;
  r.most_steps = r.places / pair;
  const int64_t back = p.before * (p.pitch + 1), ahead = p.after * (p.pitch + 1);
  r.lead = ahead;
  r.input_places = r.places + back + ahead;
  r.gradient_places = r.lead + r.places + back;
  return r;
}

// 32 images of a pixel

static int64_t pairs_of_line(int64_t in, int64_t out, const ck_matrix_convolution *s) {
  int64_t count = 0;
  for (int64_t o = 0; o < out; ++o) {
    for (int64_t u = 0; u < s->kernel; ++u) {
      const int64_t at = o * s->stride - s->padding + u;
      count += at >= 0 && at < in;
    }
  }
  return count;
}

static int64_t pixel_pairs(const ck_matrix_convolution *s) {
  return pairs_of_line(s->height, s->out_height, s) * pairs_of_line(s->width, s->out_width, s);
}

static int64_t bytes_of_32(const ck_matrix_convolution *s) {
  return pair * (2 * s->inputs * s->height * s->width + 8 * s->outputs * s->out_height * s->out_width);
}

static ck_matrix_raster images_in_rows(const ck_matrix_convolution *s) {
  const int64_t cache = (int64_t)5 << 19, pixels = s->height * s->width, made = s->out_height * s->out_width;
  const int64_t thirties = parts_of(s->batch, pair), most = larger_of(cache / bytes_of_32(s), 1);
  const int64_t each = parts_of(thirties, parts_of(thirties, most));
  return (ck_matrix_raster){
      .images = each * pair, .places = made * each * pair, .gradient_places = made * each * pair, .rows = 1,
      .input_places = pixels * each * pair, .groups = pixels, .group_places = each * pair,
      .most_steps = made * each};
}

// A good part fewer products, for memory that is no burden.
static int puts_images_in_rows(const ck_matrix_convolution *s) {
  const int64_t most_bytes = (int64_t)12 << 20;
  const ck_matrix_raster pixels = pixels_in_rows(s);
  const int64_t products = pixel_pairs(s) * parts_of(s->batch, pair) * pair;
  const int64_t others = taps(s) * pixels.places * parts_of(s->batch, pixels.images);
  return bytes_of_32(s) <= most_bytes && 5 * products <= 4 * others;
}

ck_matrix_raster ck_make_matrix_raster(const ck_matrix_convolution *s) {
  ck_matrix_raster r = puts_images_in_rows(s) ? images_in_rows(s) : pixels_in_rows(s);
  // An odd number of lines of the cache apart, channels don't crowd into a few of its sets.
  r.input_places = (parts_of(r.input_places, pair) | 1) * pair;
  return r;
}

int64_t ck_matrix_table_count(const ck_matrix_convolution *s) {
  const ck_matrix_raster r = ck_make_matrix_raster(s);
  return r.places + r.rows * r.input_places + r.groups * r.group_places + taps(s) * (1 + 2 * r.most_steps)
      + r.groups * (1 + 2 * taps(s));
}

// Table

typedef struct {
  const ck_matrix_convolution *shape;
  ck_matrix_raster raster;
  int32_t *gradient, *inputs, *images, *weight_steps, *image_taps;
} table_parts;

static void add_to(int32_t *list, int64_t first, int64_t second) {
  int32_t *end = list + 1 + 2 * list[0]++;
  end[0] = (int32_t)first;
  end[1] = (int32_t)second;
}

static int32_t *steps_of(const table_parts *t, int64_t tap) { return t->weight_steps + tap * (1 + 2 * t->raster.most_steps); }
static int32_t *taps_of(const table_parts *t, int64_t group) { return t->image_taps + group * (1 + 2 * taps(t->shape)); }

// Every stride-th pixel from (line, column), of each image; no tap reads those that a stride leaves out at the end.
static void place_phase(
    const table_parts *t, const spacing *p, int64_t line, int64_t column, int32_t *places, int64_t count) {
  const ck_matrix_convolution *s = t->shape;
  for (int64_t n = 0; n < t->raster.images; ++n) {
    for (int64_t y = line; y < s->height; y += s->stride) {
      for (int64_t x = column; x < s->width; x += s->stride) {
        const int64_t at = n * p->plane + y / s->stride * p->pitch + x / s->stride;
        if (at < count) places[at] = (int32_t)((n * s->height + y) * s->width + x);
      }
    }
  }
}

static void place_pixels(const table_parts *t) {
  const ck_matrix_convolution *s = t->shape;
  const ck_matrix_raster *r = &t->raster;
  const spacing p = spacing_of(s);
  for (int64_t n = 0; n < r->images; ++n) {
    for (int64_t y = 0; y < s->out_height; ++y) {
      for (int64_t x = 0; x < s->out_width; ++x)
        t->gradient[n * p.plane + y * p.pitch + x] = (int32_t)((n * s->out_height + y) * s->out_width + x);
    }
  }
  const int64_t start = p.before * (p.pitch + 1);
  for (int64_t row = 0; row < r->rows; ++row) {
    const int64_t line = tap_phase(s, row / read_lines(s)), column = tap_phase(s, row % read_lines(s));
    place_phase(t, &p, line, column, t->inputs + row * r->input_places + start, r->input_places - start);
  }
  for (int64_t phase = 0; phase < r->groups; ++phase)
    place_phase(t, &p, phase / s->stride, phase % s->stride, t->images + phase * r->group_places, r->group_places);
  for (int64_t tap = 0; tap < taps(s); ++tap) {
    const int64_t u = tap / s->kernel, v = tap % s->kernel, shift = tap_step(s, u) * p.pitch + tap_step(s, v);
    const int64_t row = row_of(s, u, v) * s->inputs * r->input_places;
    for (int64_t k = 0; k < r->most_steps; ++k) add_to(steps_of(t, tap), row + start + shift + k * pair, k);
    add_to(taps_of(t, tap_phase(s, u) * s->stride + tap_phase(s, v)), tap, r->lead - shift);
  }
}

// One tap brings an output's pixel together with an input's.
static void pair_pixels(const table_parts *t, int64_t tap, int64_t out, int64_t in) {
  const int64_t each = t->raster.group_places / pair;
  for (int64_t k = 0; k < each; ++k) add_to(steps_of(t, tap), (in * each + k) * pair, out * each + k);
  add_to(taps_of(t, in), tap, out * each * pair);
}

static void place_images(const table_parts *t) {
  const ck_matrix_convolution *s = t->shape;
  const ck_matrix_raster *r = &t->raster;
  const int64_t pixels = s->height * s->width, made = s->out_height * s->out_width, run = r->group_places;
  for (int64_t n = 0; n < r->images; ++n) {
    for (int64_t o = 0; o < made; ++o) t->gradient[o * run + n] = (int32_t)(n * made + o);
    for (int64_t i = 0; i < pixels; ++i) t->inputs[i * run + n] = t->images[i * run + n] = (int32_t)(n * pixels + i);
  }
  for (int64_t tap = 0; tap < taps(s); ++tap) {
    for (int64_t o = 0; o < made; ++o) {
      const int64_t y = o / s->out_width * s->stride - s->padding + tap / s->kernel;
      const int64_t x = o % s->out_width * s->stride - s->padding + tap % s->kernel;
      if (y >= 0 && y < s->height && x >= 0 && x < s->width) pair_pixels(t, tap, o, y * s->width + x);
    }
  }
}

void ck_make_matrix_table(const ck_matrix_convolution *s, int32_t *table) {
  table_parts t = {.shape = s, .raster = ck_make_matrix_raster(s), .gradient = table};
  const ck_matrix_raster *r = &t.raster;
  t.inputs = t.gradient + r->places;
  t.images = t.inputs + r->rows * r->input_places;
  t.weight_steps = t.images + r->groups * r->group_places;
  t.image_taps = t.weight_steps + taps(s) * (1 + 2 * r->most_steps);
  for (int32_t *p = t.gradient; p < t.weight_steps; ++p) *p = -1;
  memset(t.weight_steps, 0, (ck_matrix_table_count(s) - (t.weight_steps - table)) * sizeof *table);
  if (puts_images_in_rows(s)) place_images(&t);
  else place_pixels(&t);
}
