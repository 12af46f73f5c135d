#include "integer_forward.h"
#include "weights.h"

typedef struct {
  const float *weights;
  int8_t *codes;
  const ck_quad_packing *packing;
  const ck_weight_grid *grid;
  int32_t *total;
} job;

CK_INLINE void byte_row(const float *row, const row_grid *g, mask *codes) {
  lanes code;
  code_row(row, g, &code);
  *codes = __builtin_convertvector(code, mask);
}

CK_CLONES static void pack_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_quad_packing *p = j->packing;
  const ck_weight_quads t = p->target;
  const int64_t row = p->source.outputs;
  for (int64_t out = begin; out < end; ++out) {
    const int64_t output = 16 * out;
    row_grid grid;
    row_constants(j->grid, output, &grid);
    const float *source = j->weights + output / row * p->source.output_stride + output % row;
    int8_t *target = j->codes + output / t.width * t.output_stride + output % t.width * 4;
    mask total = {};
    for (int64_t in = 0; in < p->inputs; ++in) {
      for (int64_t tap = 0; tap < p->taps; ++tap) {
        const float *tile = source + in * p->source.input_stride + tap * p->source.tap_stride;
        for (int64_t k = 0; k < 4; ++k) {
          mask a, b, c, d;
          byte_row(tile + (4 * k + 0) * row, &grid, &a);
          byte_row(tile + (4 * k + 1) * row, &grid, &b);
          byte_row(tile + (4 * k + 2) * row, &grid, &c);
          byte_row(tile + (4 * k + 3) * row, &grid, &d);
          total += a + b + c + d;
          const int64_t quad = 4 * in + k;
          int8_t *place = target + quad / t.quads * t.input_stride + tap * t.tap_stride + quad % t.quads * t.width * 4;
          *(mask *)(void *)place = (a & 255) | (b & 255) << 8 | (c & 255) << 16 | d << 24;
        }
      }
    }
    *(mask *)(j->total + output) = total;
  }
}

void ck_pack_weight_codes(
    const float *weights, int8_t *codes, const ck_quad_packing *packing, const ck_weight_grid *grid, int32_t *total) {
  job j = {weights, codes, packing, grid, total};
  const int64_t weight_count = packing->outputs * packing->inputs * packing->taps * 256;
  // Memory of a plan held something else before.
  if (packing->target.byte_count != weight_count) memset(codes, 0, packing->target.byte_count);
  ck_parallel(packing->outputs, weight_count, pack_body, &j);
}
