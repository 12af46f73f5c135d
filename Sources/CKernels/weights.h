// What the kernels over a layer's weights share.
#ifndef QATLAB_WEIGHTS_H
#define QATLAB_WEIGHTS_H

#include "lanes.h"

// Weights of one output block lie together: [rest][block].
typedef struct {
  const float *w, *factor, *scale;
  float *q, *magnitude;
  double *dot, *scale_dot;
  ck_weight_shape shape;
  float low, high;
} weight_job;

// A segment of values is added in float before it joins the double sum.
enum { weight_segment = 256 };

// Of sixteen outputs: what their weights are folded and rounded with.
typedef struct {
  int quantizes;
  lanes factor, scale, inverse, low, high;
} row_grid;

CK_INLINE void row_constants(const ck_weight_grid *grid, int64_t output, row_grid *r) {
  r->quantizes = grid != 0;
  if (!grid) return;
  r->factor = grid->factor ? load(grid->factor + output) : splat(1);
  r->scale = load(grid->scale + output);
  r->inverse = 1.0f / r->scale;
  r->low = splat(grid->minimum);
  r->high = splat(grid->maximum);
}

// One input's weights to sixteen outputs as codes; and as the values of these codes, or as they are without a grid.
CK_INLINE void code_row(const float *row, const row_grid *r, lanes *codes) {
  *codes = smaller(larger(rounded(load(row) * r->factor * r->inverse), r->low), r->high);
}

CK_INLINE void weight_row(const float *row, const row_grid *r, lanes *weights) {
  if (!r->quantizes) {
    *weights = load(row);
    return;
  }
  code_row(row, r, weights);
  *weights *= r->scale;
}

// Where the weights of an input to sixteen outputs lie by one tap, in tiles of sixteen.
CK_INLINE int64_t row_place(const ck_weight_tile *t, int64_t output, int64_t input, int64_t tap) {
  return output / t->outputs * t->output_stride + output % t->outputs + input / 16 * t->input_stride
      + tap * t->tap_stride + input % 16 * t->outputs;
}

// Row-major weights have one output a block and its values side by side; else sixteen outputs (or some) are.
CK_INLINE int side_by_side(ck_weight_shape s) { return s.block == 1; }

#endif
