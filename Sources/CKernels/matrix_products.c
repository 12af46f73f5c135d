// Products on matrix units: two tiles of 16 × 16 sums by two, of operands 32 deep.
#include "matrix_run.h"
#include "weights.h"

#if defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>

int ck_has_matrix_units(void) {
  enum { request = 0x1023, tile_data = 18 };
  static int known = -1;
  int has = __atomic_load_n(&known, __ATOMIC_RELAXED);
  if (has >= 0) return has;
  __builtin_cpu_init();
  has = __builtin_cpu_supports("amx-bf16") && __builtin_cpu_supports("amx-int8")
      && __builtin_cpu_supports("avx512bf16")
      && syscall(SYS_arch_prctl, request, tile_data) == 0;
  __atomic_store_n(&known, has, __ATOMIC_RELAXED);
  return has;
}

// Steps of 32 places whose operands, and the sums of a line of taps, fit the first cache.
enum { near_steps = 4 };

typedef struct {
  float *sums[2][2];
  int64_t row;  // bytes
  int wide_left, wide_right;
} sum_tiles;

CK_MATRIX_TARGET CK_INLINE void load_sums(const sum_tiles *t, int starts) {
  if (starts) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    return;
  }
  _tile_loadd(0, t->sums[0][0], t->row);
  if (t->wide_right) _tile_loadd(1, t->sums[0][1], t->row);
  if (t->wide_left) _tile_loadd(2, t->sums[1][0], t->row);
  if (t->wide_left && t->wide_right) _tile_loadd(3, t->sums[1][1], t->row);
}

CK_MATRIX_TARGET CK_INLINE void store_sums(const sum_tiles *t) {
  _tile_stored(0, t->sums[0][0], t->row);
  if (t->wide_right) _tile_stored(1, t->sums[0][1], t->row);
  if (t->wide_left) _tile_stored(2, t->sums[1][0], t->row);
  if (t->wide_left && t->wide_right) _tile_stored(3, t->sums[1][1], t->row);
}

// 32 outputs and 32 inputs.
typedef struct {
  const matrix_run *run;
  int64_t half, input;
  int wide_left, wide_right;
} weights_task;

CK_MATRIX_TARGET CK_INLINE sum_tiles sums_of(const weights_task *w, int64_t tap) {
  const ck_weight_tile *t = &w->run->job->tile;
  sum_tiles sums = {.row = t->outputs * (int64_t)sizeof(float), .wide_left = w->wide_left, .wide_right = w->wide_right};
  for (int64_t i = 0; i < 2; ++i) {
    for (int64_t o = 0; o < 2; ++o) {
      const int64_t place = row_place(t, w->half * pair + o * side, w->input * pair + i * side, tap);
      sums.sums[i][o] = w->run->job->weights + place;
    }
  }
  return sums;
}

// Adds products over the steps of a block, whose operands all taps of the line find in the first cache.
CK_MATRIX_TARGET CK_INLINE void add_weights(const weights_task *w, int64_t tap, int64_t begin) {
  const matrix_run *run = w->run;
  const ck_matrix_raster *r = &run->raster;
  const int64_t step = run->terms * tile_elements, half = r->places / pair * step;
  const int64_t left_row = r->input_places * (int64_t)sizeof(uint16_t);
  const int32_t *steps = run->weight_steps + tap * (1 + 2 * r->most_steps);
  const int64_t end = begin + near_steps < steps[0] ? begin + near_steps : steps[0];
  const uint16_t *inputs = run->inputs + w->input * pair * r->input_places;
  const uint16_t *pairs = run->pairs + 2 * w->half * half;
  if (begin > 0 && begin >= end) return;
  const sum_tiles sums = sums_of(w, tap);
  load_sums(&sums, run->first == 0 && begin == 0);
  for (int64_t k = begin; k < end; ++k) {
    const uint16_t *left = inputs + steps[1 + 2 * k], *right = pairs + steps[2 + 2 * k] * step;
    _tile_loadd(4, left, left_row);
    if (w->wide_left) _tile_loadd(5, left + side * r->input_places, left_row);
    for (int64_t at = 0; at < step; at += tile_elements) {
      _tile_loadd(6, right + at, 64);
      _tile_dpbf16ps(0, 4, 6);
      if (w->wide_left) _tile_dpbf16ps(2, 5, 6);
      if (!w->wide_right) continue;
      _tile_loadd(7, right + half + at, 64);
      _tile_dpbf16ps(1, 4, 7);
      if (w->wide_left) _tile_dpbf16ps(3, 5, 7);
    }
  }
  store_sums(&sums);
}

// From sums of codes by scaled gradients to the weights' gradient.
CK_MATRIX_TARGET CK_INLINE void scale_weights(const weights_task *w, int64_t tap) {
  const ck_matrix_gradients *job = w->run->job;
  const sum_tiles sums = sums_of(w, tap);
  for (int64_t o = 0; o <= w->wide_right; ++o) {
    __m512 factor = _mm512_set1_ps(job->scale);
    if (job->weight_scale)
      factor = _mm512_div_ps(factor, _mm512_loadu_ps(job->weight_scale + w->half * pair + o * side));
    for (int64_t i = 0; i <= w->wide_left; ++i) {
      for (int64_t row = 0; row < side; ++row) {
        float *at = sums.sums[i][o] + row * job->tile.outputs;
        _mm512_storeu_ps(at, _mm512_mul_ps(_mm512_loadu_ps(at), factor));
      }
    }
  }
}

CK_MATRIX_TARGET void ck_multiply_weights_gradient(void *context, int64_t begin, int64_t end) {
  const matrix_run *run = context;
  const ck_matrix_convolution *s = run->shape;
  const int64_t inputs = halves(s->inputs);
  configure_tiles();
  for (int64_t item = begin; item < end; ++item) {
    const int64_t line = item % s->kernel * s->kernel;
    weights_task w = {run, item / s->kernel / inputs, item / s->kernel % inputs, 0, 0};
    w.wide_left = 2 * w.input + 1 < s->inputs / side;
    w.wide_right = 2 * w.half + 1 < s->outputs / side;
    for (int64_t k = 0; k < run->raster.most_steps; k += near_steps) {
      for (int64_t tap = line; tap < line + s->kernel; ++tap) add_weights(&w, tap, k);
    }
    for (int64_t tap = line; run->is_last && tap < line + s->kernel; ++tap) scale_weights(&w, tap);
  }
  _tile_release();
}

CK_MATRIX_TARGET CK_INLINE void write_pixel(const ck_matrix_gradients *job, int64_t at, const float *sums) {
  const __m512 v = _mm512_load_ps(sums);
  if (job->halves) _mm256_storeu_si256((__m256i *)(void *)((uint16_t *)job->images + at), (__m256i)_mm512_cvtneps_pbh(v));
  else _mm512_storeu_ps((float *)job->images + at, v);
}

// Sums of 32 places by 32 inputs, to where these pixels lie.
CK_MATRIX_TARGET CK_INLINE void write_images(
    const matrix_run *run, const float *sums, const int32_t *table, int64_t input, int wide) {
  const ck_pixel_strides *s = &run->job->image_strides;
  const int64_t plane = run->shape->height * run->shape->width, pixels = run->count * plane;
  for (int64_t row = 0; row < pair; ++row) {
    const int32_t pixel = table[row];
    if (pixel < 0 || pixel >= pixels) continue;
    const int64_t at = (run->first + pixel / plane) * s->image + 2 * input * s->block + pixel % plane * s->pixel;
    write_pixel(run->job, at, sums + row * pair);
    if (wide) write_pixel(run->job, at + s->block, sums + row * pair + side);
  }
}

CK_MATRIX_TARGET CK_INLINE void images_task(const matrix_run *run, int64_t input, int64_t place, int64_t group) {
  const ck_matrix_convolution *s = run->shape;
  const ck_matrix_raster *r = &run->raster;
  const int64_t inputs = s->inputs / side, outputs = halves(s->outputs);
  const int wide = 2 * input + 1 < inputs;
  float sums[pair * pair] __attribute__((aligned(64)));
  const sum_tiles tiles = {.sums = {{sums, sums + side}, {sums + side * pair, sums + side * pair + side}},
                           .row = pair * (int64_t)sizeof(float), .wide_left = 1, .wide_right = wide};
  load_sums(&tiles, 1);
  const int32_t *list = run->image_taps + group * (1 + 2 * taps(s));
  for (int32_t t = 0; t < list[0]; ++t) {
    const uint16_t *kernels = run->job->kernels + (list[1 + 2 * t] * outputs * inputs + 2 * input) * tile_elements;
    const uint16_t *pixels = run->pixels + (list[2 + 2 * t] + place) * pair;
    for (int64_t o = 0; o < outputs; ++o) {
      _tile_loadd(6, kernels, 64);
      if (wide) _tile_loadd(7, kernels + tile_elements, 64);
      for (int64_t term = 0; term < run->terms; ++term, pixels += r->gradient_places * pair) {
        _tile_loadd(4, pixels, 64);
        _tile_loadd(5, pixels + tile_elements, 64);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(2, 5, 6);
        if (wide) {
          _tile_dpbf16ps(1, 4, 7);
          _tile_dpbf16ps(3, 5, 7);
        }
      }
      kernels += inputs * tile_elements;
    }
  }
  store_sums(&tiles);
  write_images(run, sums, run->image_table + group * r->group_places + place, input, wide);
}

CK_MATRIX_TARGET void ck_multiply_images_gradient(void *context, int64_t begin, int64_t end) {
  const matrix_run *run = context;
  const int64_t groups = run->raster.groups, parts = run->raster.group_places / pair;
  configure_tiles();
  for (int64_t item = begin; item < end; ++item)
    images_task(run, item / groups / parts, item / groups % parts * pair, item % groups);
  _tile_release();
}

#else

// Without matrix units nothing is planned that calls the other two.
int ck_has_matrix_units(void) { return 0; }
void ck_multiply_weights_gradient(void *run, int64_t begin, int64_t end) { (void)run, (void)begin, (void)end; }
void ck_multiply_images_gradient(void *run, int64_t begin, int64_t end) { (void)run, (void)begin, (void)end; }

#endif
