// Weights as matrix units multiply them: 32 inputs of a sum in pairs, to sixteen results side by side.
#include "matrix_run.h"
#include "weights.h"

#if defined(__x86_64__)

typedef struct {
  const float *weights;
  const ck_weight_tile *tile;
  const ck_weight_grid *grid;
  int scales;
  uint16_t *kernels;
  const ck_matrix_convolution *shape;
} kernel_job;

typedef struct {
  const kernel_job *job;
  row_grid grid;
  int64_t output;
} row_reader;

CK_MATRIX_TARGET CK_INLINE row_reader reader_of(const kernel_job *j, int64_t output) {
  row_reader r = {.job = j, .output = output};
  row_constants(j->grid, output, &r.grid);
  return r;
}

// An input's weights to sixteen outputs, or their codes.
CK_MATRIX_TARGET CK_INLINE __m512 read_row(const row_reader *r, int64_t input, int64_t tap) {
  const float *row = r->job->weights + row_place(r->job->tile, r->output, input, tap);
  lanes values;
  if (r->job->scales || !r->grid.quantizes) weight_row(row, &r->grid, &values);
  else code_row(row, &r->grid, &values);
  return (__m512)values;
}

CK_MATRIX_TARGET static void backward_body(void *context, int64_t begin, int64_t end) {
  const kernel_job *j = context;
  const ck_matrix_convolution *s = j->shape;
  const int64_t inputs = s->inputs / side;
  for (int64_t item = begin; item < end; ++item) {
    const int64_t input = item % inputs, half = item / inputs % halves(s->outputs), tap = item / inputs / halves(s->outputs);
    const int64_t output = half * pair;
    const int wide = output + side < s->outputs;
    const row_reader first = reader_of(j, output), second = reader_of(j, wide ? output + side : output);
    __m512i rows[side];
    for (int64_t i = 0; i < side; ++i) {
      const __m512 b = wide ? read_row(&second, input * side + i, tap) : _mm512_setzero_ps();
      rows[i] = (__m512i)_mm512_cvtne2ps_pbh(b, read_row(&first, input * side + i, tap));
    }
    transpose(rows);
    uint16_t *to = j->kernels + item * tile_elements;
    for (int64_t i = 0; i < side; ++i) _mm512_store_si512(to + i * pair, rows[i]);
  }
}

CK_MATRIX_TARGET static void forward_body(void *context, int64_t begin, int64_t end) {
  const kernel_job *j = context;
  const int64_t outputs = j->shape->outputs / side, inputs = j->shape->inputs / pair;
  for (int64_t item = begin; item < end; ++item) {
    const int64_t input = item / outputs % inputs * pair, tap = item / outputs / inputs;
    const row_reader reader = reader_of(j, item % outputs * side);
    uint16_t *to = j->kernels + item * tile_elements;
    for (int64_t i = 0; i < pair; i += 2) {
      const __m256i even = (__m256i)_mm512_cvtneps_pbh(read_row(&reader, input + i, tap));
      const __m256i odd = (__m256i)_mm512_cvtneps_pbh(read_row(&reader, input + i + 1, tap));
      const __m512i upper = _mm512_slli_epi32(_mm512_cvtepu16_epi32(odd), 16);
      _mm512_storeu_si512(to + i / 2 * pair, _mm512_or_si512(_mm512_cvtepu16_epi32(even), upper));
    }
  }
}

void ck_matrix_kernels(
    const float *weights, const ck_weight_tile *tile, const ck_weight_grid *grid, int scales, uint16_t *kernels,
    const ck_matrix_convolution *s) {
  kernel_job j = {weights, tile, grid, scales, kernels, s};
  const int64_t items = taps(s) * halves(s->outputs) * (s->inputs / side);
  ck_parallel(items, items * tile_elements, backward_body, &j);
}

void ck_matrix_forward_kernels(
    const float *weights, const ck_weight_tile *tile, const ck_weight_grid *grid, uint16_t *kernels,
    const ck_matrix_convolution *s) {
  kernel_job j = {weights, tile, grid, 1, kernels, s};
  const int64_t items = taps(s) * (s->inputs / pair) * (s->outputs / side);
  ck_parallel(items, items * tile_elements, forward_body, &j);
}

#else

// Without matrix units nothing is planned that calls these.
void ck_matrix_kernels(
    const float *weights, const ck_weight_tile *tile, const ck_weight_grid *grid, int scales, uint16_t *kernels,
    const ck_matrix_convolution *s) {
  (void)weights, (void)tile, (void)grid, (void)scales, (void)kernels, (void)s;
}
void ck_matrix_forward_kernels(
    const float *weights, const ck_weight_tile *tile, const ck_weight_grid *grid, uint16_t *kernels,
    const ck_matrix_convolution *s) {
  (void)weights, (void)tile, (void)grid, (void)kernels, (void)s;
}

#endif
