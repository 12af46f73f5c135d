// What training needs around a convolution of codes: weights as codes, 32-bit sums as floats, codes as floats.
#ifndef QATLAB_INTEGER_FORWARD_H
#define QATLAB_INTEGER_FORWARD_H

#include "kernels.h"

// Weights [outputs / width][inputs / (4·quads)][taps][quads][width][4], the outer three in any order: what multiplies
// four bytes at a time. Strides are bytes from one block to the next.
typedef struct {
  int64_t width, quads, output_stride, input_stride, tap_stride;
  int64_t byte_count;  // with the padding of both
} ck_weight_quads;

// From weights in tiles of sixteen; `outputs` and `inputs` count sixteens of channels. What pads the target is zero.
typedef struct {
  int64_t outputs, inputs, taps;
  ck_weight_tile source;
  ck_weight_quads target;
} ck_quad_packing;

// codes = those of w·factor on the grid; total[o] = Σ codes of output o.
void ck_pack_weight_codes(
    const float *weights, int8_t *codes, const ck_quad_packing *packing, const ck_weight_grid *grid, int32_t *total);

// How sums of products of codes become floats: y = (sum − shift)·factor + bias, a channel.
typedef struct {
  int64_t channels;  // of a pixel in `sums`; those that pad y are zero
  const int32_t *shift;
  const float *factor, *bias;  // bias NULL: 0
} ck_sum_scaling;

// Where a convolution has one tap and no stride, its sums can be found as they are needed, on matrix units: products of codes
// [batch][plane][inputs] with weights [inputs / 64][outputs / 16][16][16][4]. What lies ck_code_slack(inputs) bytes beyond
// the codes is read too, and counts for nothing.
typedef struct {
  const uint8_t *codes;
  const int8_t *weights;
  int64_t inputs, outputs;
} ck_code_product;
int64_t ck_code_slack(int64_t inputs);

// y from sums [batch][plane][channels], or where `sums` is NULL those of `product`; shape's block is 16. Where `sum` is not NULL, statistics of y as
// ck_channel_statistics finds them, in the same order of addition whatever the number of threads.
void ck_scale_sums(
    const int32_t *sums, const ck_code_product *product, float *y, ck_shape shape, const ck_sum_scaling *scaling, double *scratch, double *sum,
    double *square_sum, float *minimum, float *maximum);

// x = (code − zero point)·scale from codes [batch][plane][channels]; shape's block is 16, what pads x is zero.
void ck_widen_codes(const uint8_t *codes, float *x, ck_shape shape, int64_t channels, ck_grid grid);

#endif
