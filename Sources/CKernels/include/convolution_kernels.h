// Convolutions, and what stands for them, where oneDNN has no fast code: part of kernels.h, with the same rules.
#ifndef QATLAB_CONVOLUTION_KERNELS_H
#define QATLAB_CONVOLUTION_KERNELS_H

#include <stdint.h>

// Weights [outputs][inputs][taps][`side` inputs][`outputs`], the outer three in any order: elements from one whole tile to
// the next, and between taps (0: dense).
typedef struct {
  int64_t side, outputs, output_stride, input_stride, tap_stride;
} ck_weight_tile;

// A convolution on planes so small that it is a dense layer over (channel, pixel): each pair of pixels has one of the
// kernel's taps between them, tap_of_pair[input·output_pixels + output]. Activations lie in blocks of 8 or 16 channels,
// which `outputs` and `inputs` count; both layers' weights lie in tiles.
typedef struct {
  int64_t block, outputs, inputs, taps, input_pixels, output_pixels;
  const int64_t *tap_of_pair;
  ck_weight_tile taps_tile, dense_tile;
} ck_plane_product;

// Writes the dense layer's weights; and back, for gradients: each tap gets the sum over its places.
void ck_expand_taps(const float *weights, float *dense, const ck_plane_product *product);
void ck_contract_taps(float *weights, const float *dense, const ck_plane_product *product);

// What is done to the sums on their way to y: a bias an output (or NULL), what y held (`adds`), and bounds (or infinite).
typedef struct {
  const float *bias;
  int adds;
  float low, high;
} ck_sums_end;

// A 3×3 convolution at stride 1 by Winograd's algorithm (Lavin, Gray 2015), F(2×2, 3×3) or F(4×4, 3×3) by `extent`:
// tiles of extent × extent outputs, each a product of (extent + 2)² points. Channels are multiples of 16, blocks (of
// activations, as in ck_shape) of 8; padding is at most 2.
typedef struct {
  int64_t batch, inputs, outputs, in_block, out_block, height, width, out_height, out_width, padding, extent;
} ck_winograd;

// Floats of the kernels at their points, and of what a call needs besides.
int64_t ck_winograd_kernel_count(const ck_winograd *shape);
int64_t ck_winograd_scratch_count(const ck_winograd *shape);

// The kernels at their points; where `flips` those of the pass that finds the images' gradient, which is
// ck_winograd_convolve with both sides exchanged and padding 2 − padding.
void ck_winograd_kernels(
    const float *weights, const ck_weight_tile *tile, float *kernels, const ck_winograd *shape, int flips);

// y = x ∗ kernels, with `end`.
void ck_winograd_convolve(
    const float *x, const float *kernels, float *y, float *scratch, const ck_winograd *shape,
    const ck_sums_end *end);

// Gradient of the weights from the images x and the gradient d of the outputs; `kernels` is scratch too.
void ck_winograd_weights_gradient(
    const float *x, const float *d, float *gradient, const ck_weight_tile *tile, float *kernels, float *scratch,
    const ck_winograd *shape);

// A dense layer: x [batch][inputs], weights [outputs / 16][inputs][16], the last outputs padded with anything finite, and
// y [batch][outputs]. Each sum goes over the inputs in their order, whatever the place of its row among the others.
typedef struct {
  int64_t batch, inputs, outputs;
} ck_dense;
void ck_dense_product(const float *x, const float *weights, float *y, const ck_dense *shape, const ck_sums_end *end);

// A convolution on each channel alone over activations in blocks of 8 or 16 channels; weights lie as
// [channels / weight_block][kernel·kernel][weight_block], kernel at most 7.
typedef struct {
  int64_t batch, block, blocks, in_height, in_width, out_height, out_width, kernel, stride, padding, weight_block;
} ck_depthwise;

// w = gradient of its weights, from the input x and the gradient d of the output.
void ck_depthwise_weight_gradient(const float *x, const float *d, float *w, const ck_depthwise *shape);

// A square convolution's view of bf16 images [batch][channels][height][width][16]; `channels` counts sixteens.
typedef struct {
  int64_t batch, channels, height, width, out_height, out_width, kernel, stride, padding;
} ck_columns;

// What each output pixel sees: [batch · output pixels][channels][kernel][kernel][16], zero in the padding.
void ck_gather_columns(const uint16_t *x, uint16_t *columns, const ck_columns *shape);

// A square convolution over codes with channels innermost, its kernel of at most ck_most_byte_taps taps; `workers` is how
// many threads share it at most.
enum { ck_most_byte_taps = 256 };
typedef struct {
  int64_t batch, inputs, outputs, height, width, out_height, out_width, kernel, stride, padding, workers;
  int32_t zero_point;
} ck_byte_convolution;

// Codes of weights [outputs][inputs][kernel][kernel] as 16-bit pairs of inputs, for processors with AVX2.
int64_t ck_byte_weight_count(const ck_byte_convolution *shape);
void ck_byte_weights(const int8_t *weights, int16_t *to, const ck_byte_convolution *shape);

// sums[pixel][output] = Σ (code − zero_point)·weight, exactly; padding counts as the zero point. `scratch` holds
// ck_byte_scratch_count numbers.
int64_t ck_byte_scratch_count(const ck_byte_convolution *shape);
void ck_byte_convolve(
    const uint8_t *x, const int16_t *weights, int32_t *sums, int16_t *scratch, const ck_byte_convolution *shape);

// The same sums of a 3×3 convolution at stride 1 with 16·n channels on both sides and padding at most 2, by Winograd's
// algorithm in whole numbers; at most ck_most_winograd_inputs inputs, so that four times a sum has 32 bits.
enum { ck_most_winograd_inputs = 1792 };
int64_t ck_byte_winograd_weight_count(const ck_byte_convolution *shape);
void ck_byte_winograd_weights(const int8_t *weights, int16_t *to, const ck_byte_convolution *shape);
int64_t ck_byte_winograd_scratch_bytes(const ck_byte_convolution *shape);
void ck_byte_winograd(
    const uint8_t *x, const int16_t *weights, int32_t *sums, void *scratch, const ck_byte_convolution *shape);

#endif
