// The backward pass of a convolution that read codes, on matrix units (Intel AMX): both gradients in one walk over the
// batch.
//
// A code less its zero point, and a weight's code, have at most 8 significant bits: as bfloat16 they are exact. The
// gradient of the outputs is taken as the sum of two bfloat16, its nearest and the nearest of what is left, which keep 16 of
// its 24 bits. Products of bfloat16 are exact in float, and so they are added.
#ifndef QATLAB_CODE_GRADIENTS_H
#define QATLAB_CODE_GRADIENTS_H

#include <stdint.h>

#include "kernels.h"

// A square convolution without groups; channels are multiples of 16.
typedef struct {
  int64_t batch, inputs, outputs, height, width, out_height, out_width, kernel, stride, padding;
} ck_code_convolution;

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
} ck_code_raster;
ck_code_raster ck_make_code_raster(const ck_code_convolution *shape);

// Which pixel lies at each place, or −1: of the outputs' gradient, of each row of the images and of each group of their
// gradient. Then, for the weights' gradient, of each tap how many steps there are and of each step a place in the images
// and one, in units of 32, in the gradient; and for the images', of each group how many taps there are, which, and the
// places of the gradient that they start at.
int64_t ck_code_table_count(const ck_code_convolution *shape);
void ck_make_code_table(const ck_code_convolution *shape, int32_t *table);

// Bytes of the weights as they are multiplied, and of what a call needs besides; both start at a multiple of 64.
int64_t ck_code_kernel_bytes(const ck_code_convolution *shape);
int64_t ck_code_scratch_bytes(const ck_code_convolution *shape);

// The weights' codes for the images' gradient.
void ck_code_kernels(
    const float *weights, const ck_weight_tile *tile, const ck_weight_grid *grid, uint16_t *kernels,
    const ck_code_convolution *shape);

typedef struct {
  const uint8_t *codes;   // [batch][pixel][channel]
  int32_t zero_point;
  float scale;
  const float *gradient;  // of the outputs, in blocks of sixteen channels
  const float *weight_scale;  // an output
  const uint16_t *kernels;    // NULL where `images` is
  float *weights;             // their gradient, in tiles of sixteen, or NULL
  ck_weight_tile tile;
  float *images;  // their gradient, in blocks of sixteen channels, or NULL
  const int32_t *table;
  void *scratch;
} ck_code_gradients;
void ck_find_code_gradients(const ck_code_gradients *job, const ck_code_convolution *shape);

// Whether the processor has the units and the system lets the process use them.
int ck_has_matrix_units(void);

#endif
