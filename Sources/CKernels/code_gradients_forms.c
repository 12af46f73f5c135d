// What matrix units multiply: images and gradients of some images in the order of their raster.
#include "code_run.h"

#if defined(__x86_64__)

// A pixel's 32 outputs times their weights' scales, as two bfloat16.
typedef struct {
  __m512i high, low;
} split;

typedef struct {
  const code_run *run;
  const float *gradient;  // of the first image, of the first output
  __m512 scale[2];
  int64_t outputs, plane, blocks;
  int64_t pixels;  // that there are
} gradient_reader;

CK_MATRIX_TARGET CK_INLINE __m512 widened(__m512i both, int upper) {
  const __m256i half = upper ? _mm512_extracti64x4_epi64(both, 1) : _mm512_castsi512_si256(both);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}

CK_MATRIX_TARGET CK_INLINE split read_gradient(const gradient_reader *g, int64_t place) {
  const int32_t pixel = g->run->gradient_table[place];
  if (pixel < 0 || pixel >= g->pixels) return (split){_mm512_setzero_si512(), _mm512_setzero_si512()};
  const int64_t image = pixel / g->plane, at = (image * (g->blocks - 1) * g->plane + pixel) * side;
  const __m512 a = _mm512_mul_ps(_mm512_loadu_ps(g->gradient + at), g->scale[0]);
  __m512 b = _mm512_setzero_ps();
  if (g->outputs == pair) b = _mm512_mul_ps(_mm512_loadu_ps(g->gradient + at + g->plane * side), g->scale[1]);
  const __m512i high = (__m512i)_mm512_cvtne2ps_pbh(b, a);
  const __m512 left_a = _mm512_sub_ps(a, widened(high, 0)), left_b = _mm512_sub_ps(b, widened(high, 1));
  return (split){high, (__m512i)_mm512_cvtne2ps_pbh(left_b, left_a)};
}

// Two pixels of sixteen outputs side by side: one row of the right operand.
CK_MATRIX_TARGET CK_INLINE __m512i paired(__m512i even, __m512i odd, int upper) {
  const __m256i e = upper ? _mm512_extracti64x4_epi64(even, 1) : _mm512_castsi512_si256(even);
  const __m256i o = upper ? _mm512_extracti64x4_epi64(odd, 1) : _mm512_castsi512_si256(odd);
  return _mm512_or_si512(_mm512_cvtepu16_epi32(e), _mm512_slli_epi32(_mm512_cvtepu16_epi32(o), 16));
}

CK_MATRIX_TARGET static void write_pairs(const gradient_reader *g, int64_t half, int64_t part) {
  const ck_code_raster *r = &g->run->raster;
  const int wants_weights = g->run->job->weights != 0, wants_images = g->run->job->images != 0;
  const int64_t tile_pair = 2 * tile_elements, run_length = r->places / pair * tile_pair;
  uint16_t *first = g->run->pairs + 2 * half * run_length + part * tile_pair, *second = first + run_length;
  uint16_t *high = g->run->pixels + (2 * half * r->gradient_places + r->lead + part * pair) * pair;
  uint16_t *low = high + r->gradient_places * pair;
  for (int64_t row = 0; row < side; ++row) {
    const split even = read_gradient(g, part * pair + 2 * row), odd = read_gradient(g, part * pair + 2 * row + 1);
    if (wants_weights) {
      _mm512_store_si512(first + row * pair, paired(even.high, odd.high, 0));
      _mm512_store_si512(first + tile_elements + row * pair, paired(even.low, odd.low, 0));
      if (g->outputs == pair) {
        _mm512_store_si512(second + row * pair, paired(even.high, odd.high, 1));
        _mm512_store_si512(second + tile_elements + row * pair, paired(even.low, odd.low, 1));
      }
    }
    if (wants_images) {
      _mm512_store_si512(high + 2 * row * pair, even.high);
      _mm512_store_si512(high + (2 * row + 1) * pair, odd.high);
      _mm512_store_si512(low + 2 * row * pair, even.low);
      _mm512_store_si512(low + (2 * row + 1) * pair, odd.low);
    }
  }
}

CK_MATRIX_TARGET void ck_write_code_pairs(void *context, int64_t begin, int64_t end) {
  const code_run *run = context;
  const ck_code_convolution *s = run->shape;
  const int64_t parts = run->raster.places / pair, blocks = s->outputs / side, plane = s->out_height * s->out_width;
  for (int64_t item = begin; item < end; ++item) {
    const int64_t half = item / parts, output = half * pair, left = s->outputs - output;
    gradient_reader g = {.run = run, .plane = plane, .blocks = blocks, .pixels = run->count * plane};
    g.outputs = left < pair ? left : pair;
    g.gradient = run->job->gradient + (run->first * blocks + 2 * half) * plane * side;
    g.scale[0] = _mm512_loadu_ps(run->job->weight_scale + output);
    g.scale[1] = g.outputs == pair ? _mm512_loadu_ps(run->job->weight_scale + output + side) : _mm512_setzero_ps();
    write_pairs(&g, half, item % parts);
  }
}

// Codes less the zero point; bfloat16 holds them exactly, in the upper half of a float.
CK_MATRIX_TARGET CK_INLINE __m512i read_codes(const uint8_t *codes, __m512i zero_point) {
  const __m512i code = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)codes));
  return _mm512_castps_si512(_mm512_cvtepi32_ps(_mm512_sub_epi32(code, zero_point)));
}

CK_MATRIX_TARGET void ck_write_code_inputs(void *context, int64_t begin, int64_t end) {
  const code_run *run = context;
  const ck_code_convolution *s = run->shape;
  const ck_code_raster *r = &run->raster;
  const int64_t parts = r->input_places / pair, blocks = s->inputs / side, plane = s->height * s->width;
  const int64_t pixels = run->count * plane;
  const __m512i zero_point = _mm512_set1_epi32(run->job->zero_point);
  for (int64_t item = begin; item < end; ++item) {
    const int64_t part = item % parts, block = item / parts % blocks, row = item / parts / blocks;
    const uint8_t *codes = run->job->codes + run->first * plane * s->inputs + block * side;
    const int32_t *table = run->input_table + row * r->input_places + part * pair;
    __m512i rows[side];
    for (int64_t i = 0; i < side; ++i) {
      const int32_t a = table[2 * i], b = table[2 * i + 1];
      const __m512i even = read_codes(a >= 0 && a < pixels ? codes + a * s->inputs : run->nothing, zero_point);
      const __m512i odd = read_codes(b >= 0 && b < pixels ? codes + b * s->inputs : run->nothing, zero_point);
      rows[i] = _mm512_or_si512(_mm512_srli_epi32(even, 16), odd);
    }
    transpose(rows);
    uint16_t *to = run->inputs + (row * s->inputs + block * side) * r->input_places + part * pair;
    for (int64_t i = 0; i < side; ++i) _mm512_storeu_si512(to + i * r->input_places, rows[i]);
  }
}

typedef struct {
  const float *weights;
  const ck_weight_tile *tile;
  const ck_weight_grid *grid;
  uint16_t *kernels;
  const ck_code_convolution *shape;
} kernel_job;

// Codes of one input's weights to sixteen outputs, as floats.
CK_MATRIX_TARGET CK_INLINE __m512 weight_codes(const float *w, const ck_weight_grid *grid, int64_t output) {
  const __m512 factor = grid->factor ? _mm512_loadu_ps(grid->factor + output) : _mm512_set1_ps(1);
  const __m512 inverse = _mm512_div_ps(_mm512_set1_ps(1), _mm512_loadu_ps(grid->scale + output));
  const __m512 scaled = _mm512_mul_ps(_mm512_mul_ps(_mm512_loadu_ps(w), factor), inverse);
  const __m512 code = _mm512_roundscale_ps(scaled, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  return _mm512_min_ps(
      _mm512_max_ps(code, _mm512_set1_ps(grid->minimum)), _mm512_set1_ps(grid->maximum));
}

CK_MATRIX_TARGET static void kernels_body(void *context, int64_t begin, int64_t end) {
  const kernel_job *j = context;
  const ck_code_convolution *s = j->shape;
  const ck_weight_tile *t = j->tile;
  const int64_t inputs = s->inputs / side, row = t->outputs;
  for (int64_t item = begin; item < end; ++item) {
    const int64_t input = item % inputs, half = item / inputs % halves(s->outputs), tap = item / inputs / halves(s->outputs);
    const int64_t output = half * pair;
    const float *at = j->weights + input * t->input_stride + tap * t->tap_stride;
    const float *first = at + output / row * t->output_stride + output % row;
    const int64_t next = output + side;
    const float *second = next < s->outputs ? at + next / row * t->output_stride + next % row : 0;
    __m512i rows[side];
    for (int64_t i = 0; i < side; ++i) {
      const __m512 a = weight_codes(first + i * row, j->grid, output);
      const __m512 b = second ? weight_codes(second + i * row, j->grid, next) : _mm512_setzero_ps();
      rows[i] = (__m512i)_mm512_cvtne2ps_pbh(b, a);
    }
    transpose(rows);
    uint16_t *to = j->kernels + item * tile_elements;
    for (int64_t i = 0; i < side; ++i) _mm512_store_si512(to + i * pair, rows[i]);
  }
}

void ck_code_kernels(
    const float *weights, const ck_weight_tile *tile, const ck_weight_grid *grid, uint16_t *kernels,
    const ck_code_convolution *s) {
  kernel_job j = {weights, tile, grid, kernels, s};
  const int64_t items = taps(s) * halves(s->outputs) * (s->inputs / side);
  ck_parallel(items, items * tile_elements, kernels_body, &j);
}

#endif
