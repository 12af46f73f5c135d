// Vector kernels for what oneDNN has no fused primitive for. Plain C, compiled for AVX-512, AVX2 and the baseline,
// parallel in oneDNN's own thread pool. Every reduction adds in an order that does not depend on the thread count.
#ifndef QATLAB_KERNELS_H
#define QATLAB_KERNELS_H

#include <stdint.h>

#include "convolution_kernels.h"

// Activations stored as [batch][blocks][plane][block]: element (n, c, s) lies at
// ((n·blocks + c / block)·plane + s)·block + c mod block. Row-major has block 1, channels-last has one block.
typedef struct {
  int64_t batch, blocks, plane, block;
} ck_shape;

// Rounding to a grid and back: q = zero_point + rint(x / scale), clamped, (q − zero_point)·scale.
typedef struct {
  float scale;
  int32_t zero_point, minimum, maximum;
} ck_grid;

// What follows a convolution: v = a·y + b (+ residual), an activation, fake quantization.
typedef struct {
  const float *a, *b;  // a channel; NULL: 1 and 0
  int has_activation;
  float ceiling;  // of the activation; infinite for ReLU
  int quantizes;
  // The grid's range is trained: the gradient is cut where x / scale leaves the grid, not where its rounding does.
  int trains_range;
  ck_grid grid;
  // Where not NULL it gets the codes too, as [batch][plane][code_channels], of activations in blocks of sixteen
  // channels; what pads the last block has none.
  uint8_t *codes;
  int64_t code_channels;
} ck_epilogue;

// Makes this thread and its pool flush denormal numbers to zero. The pool stays so; the result restores this thread,
// whose other work (reading numbers from text, say) must not change.
unsigned ck_begin_flushing(void);
void ck_end_flushing(unsigned mode);

// What decides which kernels run: bits 0 AVX2, 1 AVX-512, 2 VNNI, 3 bf16 products, 4 matrix units (AMX) that the system
// lets the process use.
unsigned ck_processor_features(void);

// Doubles that ck_channel_statistics and ck_epilogue_backward_reduce need as scratch.
int64_t ck_scratch_count(ck_shape shape);

// Per channel: sum, sum of squares, minimum and maximum of y.
void ck_channel_statistics(
    const float *y, ck_shape shape, double *scratch, double *sum, double *square_sum, float *minimum,
    float *maximum);

// out = epilogue(y, residual); out may be y, or NULL where codes or the range alone are wanted. residual may be NULL.
// range (or NULL) gets minimum and maximum of the values before fake quantization; codes are not written then.
void ck_epilogue_forward(
    const float *y, const float *residual, float *out, ck_shape shape, const ck_epilogue *epilogue, double *scratch,
    float range[2]);

// Minimum and maximum of count values.
void ck_range(const float *x, int64_t count, float range[2]);

// g = (d + d2)·mask of the epilogue at y (and residual), written to g, which may be d. Where sum is not NULL it gets
// Σ g and dot gets Σ g·(y − mean) a channel.
void ck_epilogue_backward_reduce(
    const float *d, const float *d2, const float *y, const float *residual, float *g, ck_shape shape,
    const ck_epilogue *epilogue, const float *mean, double *scratch, double *sum, double *dot);

// Σ (d + d2)·∂out/∂scale of the epilogue at y (and residual), whose zero point is 0: with t = v / scale the minimum
// where t ≤ minimum, the maximum where t ≥ maximum; between them rint(t) − t where `rounding` (LSQ: Esser et al. 2020),
// else 0 (PACT: Choi et al. 2018).
double ck_range_gradient(
    const float *d, const float *d2, const float *y, const float *residual, ck_shape shape,
    const ck_epilogue *epilogue, int rounding, double *scratch);

// Σ |x|.
double ck_magnitude_sum(const float *x, int64_t count);

// dy = A·g + B·y + C, coefficients a channel; B and C may be NULL. dy may be g.
void ck_affine_pair(
    const float *g, const float *y, float *dy, ck_shape shape, const float *A, const float *B, const float *C);

// x += y.
void ck_add(float *x, const float *y, int64_t count);

// y = x / (1 − rate), or 0 with probability rate; y may be x. The draws depend on key and place alone, so the same call
// masks a gradient as it masked the values.
void ck_dropout(const float *x, float *y, int64_t count, float rate, uint64_t key);

// A function in three pieces: slope_below·x where x ≤ lower, slope_above·x where x ≥ upper, between them
// x·(linear + square·x).
typedef struct {
  float lower, upper, slope_below, slope_above, linear, square;
} ck_curve;

// y = curve(x); y may be x. g = d times the curve's derivative at x; g may be d.
void ck_curve_forward(const float *x, float *y, int64_t count, const ck_curve *curve);
void ck_curve_backward(const float *x, const float *d, float *g, int64_t count, const ck_curve *curve);

// The same on activations and gradients that lie as bf16; the arithmetic, statistics and coefficients are floats.
void ck_channel_statistics_bf16(
    const uint16_t *y, ck_shape shape, double *scratch, double *sum, double *square_sum, float *minimum,
    float *maximum);
void ck_epilogue_forward_bf16(
    const uint16_t *y, const uint16_t *residual, uint16_t *out, ck_shape shape, const ck_epilogue *epilogue,
    double *scratch, float range[2]);
void ck_range_bf16(const uint16_t *x, int64_t count, float range[2]);
void ck_epilogue_backward_reduce_bf16(
    const uint16_t *d, const uint16_t *d2, const uint16_t *y, const uint16_t *residual, uint16_t *g, ck_shape shape,
    const ck_epilogue *epilogue, const float *mean, double *scratch, double *sum, double *dot);
void ck_affine_pair_bf16(
    const uint16_t *g, const uint16_t *y, uint16_t *dy, ck_shape shape, const float *A, const float *B,
    const float *C);
void ck_add_bf16(uint16_t *x, const uint16_t *y, int64_t count);
void ck_curve_forward_bf16(const uint16_t *x, uint16_t *y, int64_t count, const ck_curve *curve);
void ck_curve_backward_bf16(const uint16_t *x, const uint16_t *d, uint16_t *g, int64_t count, const ck_curve *curve);
void ck_dropout_bf16(const uint16_t *x, uint16_t *y, int64_t count, float rate, uint64_t key);

// bf16 is the upper half of a float: rounding is to nearest, ties to even; NaN stays NaN.
void ck_narrow(const float *x, uint16_t *halves, int64_t count);
void ck_widen(const uint16_t *halves, float *x, int64_t count);

// Weights [blocks][rest][block]: output o is (o / block, o mod block).
typedef struct {
  int64_t blocks, rest, block;
} ck_weight_shape;

// Largest |w·factor| of each output; factor NULL: 1.
void ck_weight_magnitude(const float *w, ck_weight_shape shape, const float *factor, float *magnitude);

// Σ |w·factor| of each output; factor NULL: 1.
void ck_weight_magnitude_sum(const float *w, ck_weight_shape shape, const float *factor, double *sum);

// q = fake quantization of w·factor with one scale an output, zero point 0.
void ck_weight_fake_quantize(
    const float *w, float *q, ck_weight_shape shape, const float *factor, const float *scale, int32_t minimum,
    int32_t maximum);

// Straight-through gradient: d ← d·mask·factor, and, where dot is not NULL, dot[o] = Σ d·mask·w.
void ck_weight_backward(
    const float *w, float *d, ck_weight_shape shape, const float *factor, const float *scale, int32_t minimum,
    int32_t maximum, double *dot);

// The same for trained scales (LSQ): the mask is minimum < t < maximum of t = w·factor / scale, and scale_dot[o] gets
// Σ d·∂q/∂scale: the bound that t passed, between them rint(t) − t.
void ck_weight_trained_backward(
    const float *w, float *d, ck_weight_shape shape, const float *factor, const float *scale, int32_t minimum,
    int32_t maximum, double *dot, double *scale_dot);

// x = max(x, least). The result is 0 where a value is NaN or infinite, else 1.
int ck_keep_above(float *x, int64_t count, float least);

// Copies the kernel taps of a square crop: weights [outer][kernel][kernel][block] and crop
// [outer][extent][extent][block], from row and column `first`; into the weights where `scatters`.
void ck_crop_taps(
    float *weights, float *crop, int64_t outer, int64_t kernel, int64_t first, int64_t extent, int64_t block,
    int scatters);

// Weights [outputs][inputs][taps][block / 2][width][2], the outer three in any order: the outer and the innermost index
// of the last three are of one dimension, `width` is of the other. What multiplies pairs of bf16.
typedef struct {
  int pairs_outputs;  // else inputs
  int64_t block, width, output_stride, input_stride, tap_stride;
} ck_weight_pairs;

// Where a tap of each 16 × 16 channels stands in the target: its tap there, and the pixels that number its rows and
// columns in a plane product (0 of 1 in a convolution).
typedef struct {
  int64_t tap, target_tap, output_pixel, input_pixel;
} ck_tap_place;

// Rounds weights to bf16 as they are laid out in pairs. `outputs` and `inputs` count sixteens of channels.
typedef struct {
  int64_t outputs, inputs, output_pixels, input_pixels, place_count;
  const ck_tap_place *places;
  ck_weight_tile source;
  ck_weight_pairs target;
} ck_pairing;

// Fake quantization of the weights on the way, as ck_weight_fake_quantize does it.
typedef struct {
  const float *factor;  // an output; NULL: 1
  const float *scale;   // an output
  int32_t minimum, maximum;
} ck_weight_grid;

// `grid` may be NULL.
void ck_pair_weights(
    const float *weights, uint16_t *target, const ck_pairing *pairing, const ck_weight_grid *grid);

// Adam (Kingma, Ba 2015) with L2 decay added to the gradient, as torch.optim.Adam: step counts from 1.
void ck_adam(
    float *w, const float *g, float *m, float *v, int64_t count, double rate, double beta1, double beta2,
    double epsilon, double decay, int64_t step);

// The same with decoupled decay (Loshchilov, Hutter 2019), as torch.optim.AdamW: w ← w·(1 − rate·decay) before Adam's
// step, whose moments know nothing of it.
void ck_adamw(
    float *w, const float *g, float *m, float *v, int64_t count, double rate, double beta1, double beta2,
    double epsilon, double decay, int64_t step);

// SGD with momentum as torch.optim.SGD: m = momentum·m + (g + decay·w), the first step sets m; w −= rate·m.
void ck_sgd(
    float *w, const float *g, float *m, int64_t count, double rate, double momentum, double decay, int64_t step);

// Learned rounding of weights [outputs][rest] (AdaRound: Nagel and others, 2020): weight = scale·clamp(base + h(v)) with
// base = floor(w / scale), one scale an output, and h(v) = clip(1.2·σ(v) − 0.1, 0, 1). `gradient` is that of the loss
// at the weights; `first` and `second` are Adam's moments; `sigmoid` is kept from one call to the other.
typedef struct {
  int64_t count, rest;
  const float *base, *scale, *gradient;
  float *v, *sigmoid, *first, *second, *weights;
  float low, high;
} ck_rounding;

// step and correction are Adam's, with its bias corrections; strength·Σ(1 − |2h − 1|^exponent) draws h to 0 or 1.
typedef struct {
  float step, correction, strength, exponent;
} ck_rounding_rate;

// Writes the weights that v stands for; then moves v against the gradient.
void ck_rounding_apply(const ck_rounding *state);
void ck_rounding_step(const ck_rounding *state, ck_rounding_rate rate);

// From what an integer layer has summed to the codes of its output: t = sum·scale, held between low and high (the
// bounds of an activation, or infinite), q = zero_point + rint(t), clamped to minimum…maximum.
typedef struct {
  const float *scale;    // a channel; of an average the first alone
  const int32_t *bias;   // a channel, added to the sum; NULL: 0
  int is_narrow;         // a sum and its bias, added, are known to stay in 32 bits
  float residual_scale;  // t += residual code·residual_scale
  float low, high;
  int32_t zero_point, minimum, maximum;
} ck_requantization;

// Codes from 32-bit sums, with `more` added to them and `residual` to their products, each of which may be NULL. Where
// codes is NULL the bounded t go to values.
void ck_requantize_sums(
    const int32_t *sums, const int32_t *more, const uint8_t *residual, ck_shape shape, const ck_requantization *r,
    uint8_t *codes, float *values);

// Codes from codes, channel by channel: the sum is weight·(q − zero_point).
void ck_scale_codes(
    const uint8_t *x, ck_shape shape, const int32_t *weight, int32_t zero_point, const ck_requantization *r,
    uint8_t *codes);

// Windows over planes that lie as in ck_shape; `padding` counts as zeros.
typedef struct {
  int64_t batch, blocks, block, in_height, in_width, out_height, out_width, kernel_height, kernel_width, stride,
      padding;
} ck_window;

// Averages of codes, rounded once: t = Σ (q − zero_point) / (kernel_height·kernel_width) · scale[0].
void ck_average_codes(
    const uint8_t *x, uint8_t *codes, const ck_window *window, int32_t zero_point, const ck_requantization *r);
// The same of floats that are whole multiples of `scale`; out = (q − zero point)·output_scale.
void ck_average_on_grid(
    const float *x, float *out, const ck_window *window, float scale, float output_scale,
    const ck_requantization *r);

// codes = zero_point + rint(x / scale), clamped.
void ck_quantize_u8(const float *x, uint8_t *codes, int64_t count, ck_grid grid);

// Gives memory that was freed back to the system; does nothing where the C library has no way to.
void ck_release_freed(void);

#endif
