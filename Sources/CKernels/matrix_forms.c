// What matrix units multiply: images and gradients of some images in the order of their raster.
#include "matrix_run.h"

#if defined(__x86_64__)

// The gradient of a pixel's 32 outputs, times their weights' scales where these are left to it.
typedef struct {
  __m512i high, low;
} split;

typedef struct {
  const matrix_run *run;
  __m512 scale[2];
  int64_t output, outputs, plane;
  int64_t pixels;  // that there are
} gradient_reader;

CK_MATRIX_TARGET CK_INLINE __m512 widened(__m512i both, int upper) {
  const __m256i half = upper ? _mm512_extracti64x4_epi64(both, 1) : _mm512_castsi512_si256(both);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}

CK_MATRIX_TARGET CK_INLINE int64_t place_of(const ck_pixel_strides *s, int64_t pixel, int64_t plane, int64_t first) {
  return (first + pixel / plane) * s->image + pixel % plane * s->pixel;
}

CK_MATRIX_TARGET CK_INLINE split read_halves(const uint16_t *at, int64_t block, int wide) {
  const __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)at);
  const __m256i b = wide ? _mm256_loadu_si256((const __m256i *)(const void *)(at + block)) : _mm256_setzero_si256();
  return (split){_mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1), _mm512_setzero_si512()};
}

CK_MATRIX_TARGET CK_INLINE split read_floats(const float *at, int64_t block, int wide, const __m512 *scale) {
  const __m512 a = _mm512_mul_ps(_mm512_loadu_ps(at), scale[0]);
  const __m512 b = wide ? _mm512_mul_ps(_mm512_loadu_ps(at + block), scale[1]) : _mm512_setzero_ps();
  const __m512i high = (__m512i)_mm512_cvtne2ps_pbh(b, a);
  const __m512 left_a = _mm512_sub_ps(a, widened(high, 0)), left_b = _mm512_sub_ps(b, widened(high, 1));
  return (split){high, (__m512i)_mm512_cvtne2ps_pbh(left_b, left_a)};
}

CK_MATRIX_TARGET CK_INLINE split read_gradient(const gradient_reader *g, int64_t place) {
  const ck_matrix_gradients *job = g->run->job;
  const int32_t pixel = g->run->gradient_table[place];
  if (pixel < 0 || pixel >= g->pixels) return (split){_mm512_setzero_si512(), _mm512_setzero_si512()};
  const ck_pixel_strides *s = &job->gradient_strides;
  const int64_t at = place_of(s, pixel, g->plane, g->run->first) + g->output / side * s->block;
  const int wide = g->outputs == pair;
  if (job->halves) return read_halves((const uint16_t *)job->gradient + at, s->block, wide);
  return read_floats((const float *)job->gradient + at, s->block, wide, g->scale);
}

// Two pixels of sixteen outputs side by side: one row of the right operand.
CK_MATRIX_TARGET CK_INLINE __m512i paired(__m512i even, __m512i odd, int upper) {
  const __m256i e = upper ? _mm512_extracti64x4_epi64(even, 1) : _mm512_castsi512_si256(even);
  const __m256i o = upper ? _mm512_extracti64x4_epi64(odd, 1) : _mm512_castsi512_si256(odd);
  return _mm512_or_si512(_mm512_cvtepu16_epi32(e), _mm512_slli_epi32(_mm512_cvtepu16_epi32(o), 16));
}

CK_MATRIX_TARGET static void write_pairs(const gradient_reader *g, int64_t half, int64_t part) {
  const matrix_run *run = g->run;
  const ck_matrix_raster *r = &run->raster;
  const int wants_weights = run->job->weights != 0, wants_images = run->job->images != 0, both = run->terms == 2;
  const int64_t step = run->terms * tile_elements, run_length = r->places / pair * step;
  uint16_t *first = run->pairs + 2 * half * run_length + part * step, *second = first + run_length;
  uint16_t *high = run->pixels + (run->terms * half * r->gradient_places + r->lead + part * pair) * pair;
  uint16_t *low = high + r->gradient_places * pair;
  for (int64_t row = 0; row < side; ++row) {
    const split even = read_gradient(g, part * pair + 2 * row), odd = read_gradient(g, part * pair + 2 * row + 1);
    if (wants_weights) {
      _mm512_store_si512(first + row * pair, paired(even.high, odd.high, 0));
      if (both) _mm512_store_si512(first + tile_elements + row * pair, paired(even.low, odd.low, 0));
      if (g->outputs == pair) {
        _mm512_store_si512(second + row * pair, paired(even.high, odd.high, 1));
        if (both) _mm512_store_si512(second + tile_elements + row * pair, paired(even.low, odd.low, 1));
      }
    }
    if (wants_images) {
      _mm512_store_si512(high + 2 * row * pair, even.high);
      _mm512_store_si512(high + (2 * row + 1) * pair, odd.high);
      if (both) {
        _mm512_store_si512(low + 2 * row * pair, even.low);
        _mm512_store_si512(low + (2 * row + 1) * pair, odd.low);
      }
    }
  }
}

CK_MATRIX_TARGET CK_INLINE __m512 scale_of(const matrix_run *run, int64_t output) {
  if (!run->job->weight_scale || output >= run->shape->outputs) return _mm512_set1_ps(1);
  return _mm512_loadu_ps(run->job->weight_scale + output);
}

CK_MATRIX_TARGET void ck_write_matrix_pairs(void *context, int64_t begin, int64_t end) {
  const matrix_run *run = context;
  const ck_matrix_convolution *s = run->shape;
  const int64_t parts = run->raster.places / pair, plane = s->out_height * s->out_width;
  for (int64_t item = begin; item < end; ++item) {
    const int64_t half = item / parts, output = half * pair, left = s->outputs - output;
    const gradient_reader g = {.run = run, .scale = {scale_of(run, output), scale_of(run, output + side)},
                               .output = output, .outputs = left < pair ? left : pair, .plane = plane,
                               .pixels = run->count * plane};
    write_pairs(&g, half, item % parts);
  }
}

// Sixteen channels of two pixels, side by side. Codes less the zero point bfloat16 holds exactly, in the upper half of a
// float.
typedef struct {
  const matrix_run *run;
  const void *nothing;
  __m512i zero_point;
  int64_t block, plane, pixels;
} input_reader;

CK_MATRIX_TARGET CK_INLINE const void *input_place(const input_reader *r, int32_t pixel) {
  const ck_matrix_gradients *job = r->run->job;
  if (pixel < 0 || pixel >= r->pixels) return r->nothing;
  const ck_pixel_strides *s = &job->source_strides;
  const int64_t at = place_of(s, pixel, r->plane, r->run->first) + r->block * s->block;
  return (const char *)job->source + (job->reads_codes ? at : 2 * at);
}

CK_MATRIX_TARGET CK_INLINE __m512i codes_of(const void *at, __m512i zero_point) {
  const __m512i code = _mm512_cvtepu8_epi32(_mm_loadu_si128(at));
  return _mm512_castps_si512(_mm512_cvtepi32_ps(_mm512_sub_epi32(code, zero_point)));
}

CK_MATRIX_TARGET CK_INLINE __m512i read_inputs(const input_reader *r, const int32_t *table) {
  const void *even = input_place(r, table[0]), *odd = input_place(r, table[1]);
  if (r->run->job->reads_codes)
    return _mm512_or_si512(_mm512_srli_epi32(codes_of(even, r->zero_point), 16), codes_of(odd, r->zero_point));
  const __m512i e = _mm512_cvtepu16_epi32(_mm256_loadu_si256(even)), o = _mm512_cvtepu16_epi32(_mm256_loadu_si256(odd));
  return _mm512_or_si512(e, _mm512_slli_epi32(o, 16));
}

CK_MATRIX_TARGET void ck_write_matrix_inputs(void *context, int64_t begin, int64_t end) {
  const matrix_run *run = context;
  const ck_matrix_convolution *s = run->shape;
  const ck_matrix_raster *r = &run->raster;
  const int64_t parts = r->input_places / pair, blocks = s->inputs / side, plane = s->height * s->width;
  input_reader reader = {.run = run, .nothing = run->nothing, .zero_point = _mm512_set1_epi32(run->job->zero_point),
                         .plane = plane, .pixels = run->count * plane};
  for (int64_t item = begin; item < end; ++item) {
    const int64_t part = item % parts, row = item / parts / blocks;
    reader.block = item / parts % blocks;
    const int32_t *table = run->input_table + row * r->input_places + part * pair;
    __m512i rows[side];
    for (int64_t i = 0; i < side; ++i) rows[i] = read_inputs(&reader, table + 2 * i);
    transpose(rows);
    uint16_t *to = run->inputs + (row * s->inputs + reader.block * side) * r->input_places + part * pair;
    for (int64_t i = 0; i < side; ++i) _mm512_storeu_si512(to + i * r->input_places, rows[i]);
  }
}

#else

// Without matrix units nothing is planned that calls these.
void ck_write_matrix_pairs(void *run, int64_t begin, int64_t end) { (void)run, (void)begin, (void)end; }
void ck_write_matrix_inputs(void *run, int64_t begin, int64_t end) { (void)run, (void)begin, (void)end; }

#endif
