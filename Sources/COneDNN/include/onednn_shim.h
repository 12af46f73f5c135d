// The part of oneDNN that qatlab uses, as plain C: layouts, and operations that hold a primitive together with
// its arguments. Every function that can fail returns NULL or a non-zero status, and odn_last_error() says why.
#ifndef ONEDNN_SHIM_H
#define ONEDNN_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct odn_layout odn_layout;
typedef struct odn_operation odn_operation;

typedef enum { ODN_F32, ODN_BF16, ODN_S32, ODN_S8, ODN_U8 } odn_type;

typedef enum {
  ODN_FORWARD_TRAINING,
  ODN_FORWARD_INFERENCE,
  ODN_BACKWARD_DATA,
  ODN_BACKWARD_WEIGHTS,
} odn_direction;

typedef enum {
  ODN_SRC,
  ODN_WEIGHTS,
  ODN_BIAS,
  ODN_DST,
  ODN_DIFF_SRC,
  ODN_DIFF_WEIGHTS,
  ODN_DIFF_BIAS,
  ODN_DIFF_DST,
  ODN_WORKSPACE,
  // Memory that an operation needs only while it runs.
  ODN_SCRATCHPAD,
  ODN_ROLE_COUNT,
} odn_role;

// Message of the last failure on this thread; valid until the next call.
const char *odn_last_error(void);
// "2.6.3": version of the library that was loaded.
const char *odn_version(void);
// "avx2", "avx512_core_vnni": the instructions that kernels are made of, by the processor and DNNL_MAX_CPU_ISA.
const char *odn_instruction_set(void);
// Non-zero where the processor multiplies bf16 (AVX-512 BF16) and oneDNN may use it.
int odn_multiplies_bf16(void);
// Non-zero where it multiplies tiles of bf16 (AMX) and oneDNN may use it.
int odn_multiplies_bf16_tiles(void);
// Non-zero where products of u8 and s8 are added in 32 bits (VNNI), and not in 16 with saturation.
int odn_adds_byte_products_exactly(void);

// Row-major layout of 1 to 5 dimensions.
odn_layout *odn_layout_plain(int rank, const int64_t *dims, odn_type type);
// Images with channels innermost.
odn_layout *odn_layout_channels_last(const int64_t dims[4], odn_type type);
// Images in blocks of 16 channels, f32.
odn_layout *odn_layout_sixteens(const int64_t dims[4]);
// A layer's weights [outputs][inputs][kernel][kernel] as tiles of side inputs × side outputs, f32: 8 or 16; kernel 0: of
// a dense layer, whose side is 16.
odn_layout *odn_layout_tiles(int64_t outputs, int64_t inputs, int64_t kernel, int64_t side);
// A dense layer's weights with outputs innermost, f32.
odn_layout *odn_layout_outputs_last(int64_t outputs, int64_t inputs);
odn_layout *odn_layout_copy(const odn_layout *layout);
void odn_layout_destroy(odn_layout *layout);
odn_type odn_layout_type(const odn_layout *layout);
size_t odn_layout_size(const odn_layout *layout);
int odn_layout_equal(const odn_layout *a, const odn_layout *b);
// Activations stored as [batch][channels / block][plane][block]: the block (1 for row-major, all channels for
// channels-last), or 0 where the layout is none of these.
int64_t odn_layout_channel_block(const odn_layout *layout);
// Weights stored as [outputs / block][rest][block]: the block, or 0 where they are not. `grouped` weights have a
// leading group dimension that belongs to the outputs.
int64_t odn_layout_output_block(const odn_layout *layout, int grouped);
// Weights stored as [outputs and inputs][kernel rows][kernel columns][block]: the block, or 0 where they are not.
int64_t odn_layout_tap_block(const odn_layout *layout);

// Weights whose innermost part is [side inputs][outputs], of a convolution or a dense layer: elements between one set of
// `side` inputs and the next, one set of `outputs` and the next, and between taps (rows and columns as one; 0: dense).
typedef struct {
  int64_t side, outputs, output_stride, input_stride, tap_stride;
} odn_weight_tile;

// Zero where weights lie so, with full blocks of both; sides are 8 and 16, and rows of all of a dense layer's outputs
// count as tiles of 16.
int odn_layout_weight_tile(const odn_layout *layout, odn_weight_tile *tile);

// Weights whose innermost part is [block / 2][width][2], the outer and the innermost index of one dimension and `width`
// of the other: what multiplies pairs of bf16. Strides as in odn_weight_tile, from one whole block to the next.
typedef struct {
  int pairs_outputs;  // else inputs
  int64_t block, width, output_stride, input_stride, tap_stride;
} odn_weight_pairs;

// Zero where weights lie so, with full blocks of both.
int odn_layout_weight_pairs(const odn_layout *layout, odn_weight_pairs *pairs);

// Weights whose innermost part is [quads][width][4], the first and the last index of inputs, `width` of outputs: what
// multiplies four bytes at a time. Strides as in odn_weight_tile, from one whole block to the next.
typedef struct {
  int64_t width, quads, output_stride, input_stride, tap_stride;
} odn_weight_quads;

// Zero where the weights of a convolution without groups lie so, padded or not.
int odn_layout_weight_quads(const odn_layout *layout, odn_weight_quads *quads);

// What happens to the sums before they are stored.
typedef struct {
  odn_type src, weights, dst;
  int has_bias;
  odn_type bias;
  // Integer kernels: one factor for each output channel (NULL: none), source and destination zero points.
  const float *scales;
  int64_t scale_count;
  int32_t src_zero_point, dst_zero_point;
  // dst = … + sum_scale · (dst − sum_zero_point), before the activation.
  int has_sum;
  float sum_scale;
  int32_t sum_zero_point;
  // The result is held between two bounds, either of which may be infinite: 0 and infinity are ReLU.
  int has_bounds;
  float low, high;
  // Then it is rounded to a whole number, ties to even, and the offset added: zero points of dense layers, and of
  // others the destination's, which would be added before rounding.
  int rounds;
  float offset;
} odn_epilogue;

typedef struct {
  int64_t batch, inputs, outputs, in_height, in_width, out_height, out_width, kernel, stride, padding, groups;
  // Winograd's algorithm in place of the direct one: fewer multiplications, a little more rounding.
  int winograd;
} odn_convolution;

// A NULL layout lets oneDNN choose. `forward` is the hint that the backward directions need.
odn_operation *odn_convolution_create(
    odn_direction direction, const odn_convolution *shape, const odn_epilogue *epilogue,
    const odn_layout *src, const odn_layout *weights, const odn_layout *dst, const odn_operation *forward);

typedef struct {
  int64_t batch, inputs, outputs;
} odn_dense;

odn_operation *odn_dense_create(
    odn_direction direction, const odn_dense *shape, const odn_epilogue *epilogue, const odn_layout *src,
    const odn_layout *weights, const odn_layout *dst, const odn_operation *forward);

typedef struct {
  int64_t batch, channels, in_height, in_width, out_height, out_width, kernel_height, kernel_width, stride, padding;
  int maximum;
} odn_pooling;

odn_operation *odn_pooling_create(
    odn_direction direction, const odn_pooling *shape, odn_type type, const odn_layout *src,
    const odn_layout *dst, const odn_operation *forward);

odn_operation *odn_reorder_create(const odn_layout *from, const odn_layout *to);

void odn_operation_destroy(odn_operation *operation);
// The layout that the operation wants for a role, or NULL where it has none; the caller owns it.
odn_layout *odn_operation_layout(const odn_operation *operation, odn_role role);
// "jit:avx512_core"; valid as long as the operation.
const char *odn_operation_implementation(const odn_operation *operation);
int odn_operation_bind(odn_operation *operation, odn_role role, void *data);
int odn_operation_run(odn_operation *operation);

// C [rows, columns] = A [rows, inner] · B [inner, columns], all row-major and dense, plus C itself where `adds`; a
// transposed operand lies in memory as its transpose. Non-zero on failure.
int odn_multiply(
    const float *a, int transposes_a, const float *b, int transposes_b, int64_t rows, int64_t inner, int64_t columns,
    int adds, float *c);

#ifdef __cplusplus
}
#endif

#endif
