// The backward pass of a convolution on matrix units (Intel AMX), which multiply bfloat16 and add in float: both gradients
// in one walk over the batch.
//
// A code less its zero point, and a weight's code, have at most 8 significant bits: as bfloat16 they are exact. Where the
// layer read codes, the gradient of its outputs in float is taken as the sum of two bfloat16, its nearest and the nearest of
// what is left, which keep 16 of its 24 bits. Products of bfloat16 are exact in float, and so they are added. A layer
// whose images and gradients are bfloat16 is multiplied as it is.
#ifndef QATLAB_MATRIX_GRADIENTS_H
#define QATLAB_MATRIX_GRADIENTS_H

#include <stdint.h>

#include "kernels.h"

// A square convolution without groups; channels are multiples of 16.
typedef struct {
  int64_t batch, inputs, outputs, height, width, out_height, out_width, kernel, stride, padding;
} ck_matrix_convolution;

// How a layer's images and gradients lie while they are multiplied: in rows of places, of which a tap of the kernel reaches
// from one to another in steps of 32.
//
// Either the pixels of some images follow one another with zeros between lines and images, so that a tap is one shift (a
// stride splits the images into rows of every stride-th pixel), or 32 images of a pixel do: then nothing is multiplied that
// is zero, which on small planes saves more than half.
typedef struct {
  int64_t images;                         // at a time
  int64_t places;                         // of the outputs' gradient, a multiple of 32
  int64_t lead, gradient_places;          // zeros in front of it, and its places with those around
  int64_t rows, input_places;             // of the images
  int64_t groups, group_places;           // of the images' gradient: sums of one list of taps
  int64_t most_steps;                     // of a tap
} ck_matrix_raster;
ck_matrix_raster ck_make_matrix_raster(const ck_matrix_convolution *shape);

// Which pixel lies at each place, or −1: of the outputs' gradient, of each row of the images and of each group of their
// gradient. Then, for the weights' gradient, of each tap how many steps there are and of each step a place in the images
// and one, in units of 32, in the gradient; and for the images', of each group how many taps there are, which, and the
// places of the gradient that they start at.
int64_t ck_matrix_table_count(const ck_matrix_convolution *shape);
void ck_make_matrix_table(const ck_matrix_convolution *shape, int32_t *table);

// Bytes of the weights as they are multiplied, and of what a call needs besides; both start at a multiple of 64.
int64_t ck_matrix_kernel_bytes(const ck_matrix_convolution *shape);
int64_t ck_matrix_scratch_bytes(const ck_matrix_convolution *shape, int halves);

// The weights as the images' gradient is found with them: their codes, these times their scales where `scales`, or where
// `grid` is NULL the weights themselves; all but codes are rounded to bfloat16.
void ck_matrix_kernels(
    const float *weights, const ck_weight_tile *tile, const ck_weight_grid *grid, int scales, uint16_t *kernels,
    const ck_matrix_convolution *shape);

// Elements from one image, sixteen channels and pixel to the next.
typedef struct {
  int64_t image, block, pixel;
} ck_pixel_strides;

typedef struct {
  const void *source;  // uint8_t codes where `reads_codes`, else bfloat16
  int32_t zero_point;
  float scale;
  int halves;  // gradients are bfloat16, else float
  int reads_codes;
  const void *gradient;       // of the outputs
  const float *weight_scale;  // an output, where the kernels are codes; else NULL
  const uint16_t *kernels;    // NULL where `images` is
  float *weights;             // their gradient, in tiles of sixteen, or NULL
  ck_weight_tile tile;
  void *images;  // their gradient, or NULL
  ck_pixel_strides source_strides, gradient_strides, image_strides;
  const int32_t *table;
  void *scratch;
} ck_matrix_gradients;
void ck_find_matrix_gradients(const ck_matrix_gradients *job, const ck_matrix_convolution *shape);

// The forward pass on planes of few pixels, where most of what a kernel covers is padding: sums of an output's pixel over
// the batch, of the pixels that it sees alone. Channels are innermost on both sides, inputs are a multiple of 64 codes or
// 32 bfloat16, and there are 16 images or more.
typedef struct {
  const void *source;   // codes as uint8_t, or bfloat16
  const void *kernels;  // int8_t [tap][inputs / 64][outputs / 16][16][16][4], or bfloat16 [tap][inputs / 32]…[16][16][2]
  void *target;         // sums of products of codes as int32_t, or bfloat16
  int reads_codes;
} ck_matrix_forward;
void ck_multiply_forward(const ck_matrix_forward *job, const ck_matrix_convolution *shape);

// Weights as bfloat16 for it: on their grid, or as they are where `grid` is NULL.
void ck_matrix_forward_kernels(
    const float *weights, const ck_weight_tile *tile, const ck_weight_grid *grid, uint16_t *kernels,
    const ck_matrix_convolution *shape);

// Whether the processor has the units and the system lets the process use them.
int ck_has_matrix_units(void);

#endif
