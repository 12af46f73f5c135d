#include "winograd.h"

#include "product.h"

enum { panel = winograd_panel };

// Planes of one point each lie a little more than their size apart: a power of two would crowd them into one cache set.
enum { apart = 16 };

static int64_t across(int64_t size, const ck_winograd *s) { return (size + s->extent - 1) / s->extent; }
static int64_t tiles(const ck_winograd *s) {
  return s->batch * across(s->out_height, s) * across(s->out_width, s);
}

// As many tiles at a time as keep both sides of the product in the last cache, but enough to pay for reading the kernels.
static int64_t tiles_at_once(const ck_winograd *s) {
  const int64_t near_cache = (int64_t)1 << 20, least = 96;
  const int64_t some = near_cache / (points(s) * (s->inputs + s->outputs));
  const int64_t most = some < least ? least : some;
  return tiles(s) < most ? tiles(s) : most;
}

static int64_t plane_stride(int64_t channels, const ck_winograd *s) {
  return tiles_at_once(s) * channels + apart;
}

int64_t ck_winograd_kernel_count(const ck_winograd *s) { return points(s) * s->inputs * s->outputs; }

int64_t ck_winograd_scratch_count(const ck_winograd *s) {
  return points(s) * (plane_stride(s->inputs, s) + plane_stride(s->outputs, s));
}

// Tiles

typedef struct {
  const float *from;
  float *to;
  const ck_winograd *shape;
  const ck_sums_end *end;
  int64_t first, channels, block, height, width, padding, plane;
} tile_job;

// The pixel of channel c at the top left of a tile's window.
typedef struct {
  int64_t image, top, left;
} corner;

CK_INLINE corner corner_of(const tile_job *j, int64_t tile) {
  const ck_winograd *s = j->shape;
  const int64_t columns = across(s->out_width, s), each = columns * across(s->out_height, s);
  return (corner){
      tile / each, tile % each / columns * s->extent - j->padding, tile % columns * s->extent - j->padding};
}

CK_INLINE int64_t channel_place(const tile_job *j, int64_t image, int64_t channel) {
  return (image * (j->channels / j->block) + channel / j->block) * j->height * j->width * j->block
      + channel % j->block;
}

// A window of side × side pixels, zero outside of the plane.
CK_INLINE void read_window(const tile_job *j, const float *x, corner c, eight *d, int side) {
  for (int row = 0; row < side; ++row) {
    const int64_t y = c.top + row;
    for (int column = 0; column < side; ++column) {
      const int64_t z = c.left + column;
      const int inside = y >= 0 && y < j->height && z >= 0 && z < j->width;
      d[row * side + column] = inside ? eight_from(x + (y * j->width + z) * j->block) : (eight){};
    }
  }
}

typedef int32_t eight_mask __attribute__((vector_size(32), aligned(4)));
#define pick(condition, yes, no) \
  ({ \
    const eight_mask pick_ = (condition); \
    (eight)(((eight_mask)(yes) & pick_) | ((eight_mask)(no) & ~pick_)); \
  })

// Windows of tiles, of the images or of the outputs' gradient, to their points.
#define to_points(name, extent, window, line) \
  CK_PRODUCT_CLONES static void name(void *context, int64_t begin, int64_t end) { \
    enum { side = extent + 2 }; \
    const tile_job *j = context; \
    for (int64_t tile = begin; tile < end; ++tile) { \
      const corner c = corner_of(j, j->first + tile); \
      for (int64_t channel = 0; channel < j->channels; channel += 8) { \
        eight d[window * window], lines[side * window], at[side * side]; \
        read_window(j, j->from + channel_place(j, c.image, channel), c, d, window); \
        for (int i = 0; i < window; ++i) line(d + i, window, lines + i, window, extent); \
        for (int i = 0; i < side; ++i) line(lines + i * window, 1, at + i * side, 1, extent); \
        float *to = j->to + tile * j->channels + channel; \
        for (int p = 0; p < side * side; ++p) eight_at(to + p * j->plane) = at[p]; \
      } \
    } \
  }
to_points(inputs_of_2, 2, 4, line_of_input) to_points(inputs_of_4, 4, 6, line_of_input)
to_points(gradients_of_2, 2, 2, line_of_gradient) to_points(gradients_of_4, 4, 4, line_of_gradient)
#undef to_points

#define from_points(extent) \
  CK_PRODUCT_CLONES static void outputs_of_##extent(void *context, int64_t begin, int64_t end) { \
    enum { side = extent + 2 }; \
    const tile_job *j = context; \
    for (int64_t tile = begin; tile < end; ++tile) { \
      const corner c = corner_of(j, j->first + tile); \
      const int64_t rows = j->height - c.top, columns = j->width - c.left; \
      const ck_sums_end *end = j->end; \
      const eight low = (eight){} + end->low, high = (eight){} + end->high; \
      for (int64_t channel = 0; channel < j->channels; channel += 8) { \
        const float *from = j->from + tile * j->channels + channel; \
        eight t[side * side], lines[extent * side], y[extent * extent]; \
        for (int p = 0; p < side * side; ++p) t[p] = eight_from(from + p * j->plane); \
        for (int i = 0; i < side; ++i) line_of_output(t + i, side, lines + i, side, extent); \
        for (int i = 0; i < extent; ++i) line_of_output(lines + i * side, 1, y + i * extent, 1, extent); \
        const eight bias = end->bias ? eight_from(end->bias + channel) : (eight){}; \
        float *to = j->to + channel_place(j, c.image, channel) + (c.top * j->width + c.left) * j->block; \
        for (int row = 0; row < extent && row < rows; ++row) { \
          for (int column = 0; column < extent && column < columns; ++column) { \
            float *place = to + (row * j->width + column) * j->block; \
            eight sum = y[row * extent + column] + bias; \
            if (end->adds) sum += eight_from(place); \
            sum = pick(sum < low, low, sum); \
            sum = pick(sum > high, high, sum); \
            eight_at(place) = sum; \
          } \
        } \
      } \
    } \
  }
from_points(2) from_points(4)
#undef from_points

static tile_job input_side(const ck_winograd *s, const float *x, float *to) {
  return (tile_job){
      x, to, s, 0, 0, s->inputs, s->in_block, s->height, s->width, s->padding, plane_stride(s->inputs, s)};
}

static tile_job output_side(const ck_winograd *s, const float *from, float *to, const ck_sums_end *end) {
  return (tile_job){
      from, to, s, end, 0, s->outputs, s->out_block, s->out_height, s->out_width, 0, plane_stride(s->outputs, s)};
}

static void over_tiles(tile_job *j, int64_t first, int64_t count, ck_body of_2, ck_body of_4) {
  j->first = first;
  ck_parallel(count, count * points(j->shape) * j->channels, j->shape->extent == 2 ? of_2 : of_4, j);
}

// Products at each point

typedef struct {
  const float *a, *b;
  float *c;
  const ck_winograd *shape;
  int64_t count;
  int adds;
} point_job;

// One point's tiles by sixteen outputs.
CK_PRODUCT_CLONES static void outputs_at_points(void *context, int64_t begin, int64_t end) {
  const point_job *j = context;
  const ck_winograd *s = j->shape;
  const int64_t panels = s->outputs / panel;
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t point = unit / panels, which = unit % panels;
    const product p = {
        j->a + point * plane_stride(s->inputs, s), j->b + unit * s->inputs * panel,
        j->c + point * plane_stride(s->outputs, s) + which * panel, s->inputs, 1, panel, s->outputs, j->count,
        s->inputs, 0};
    multiply(&p);
  }
}

// One point's kernels of sixteen outputs, summed over tiles.
CK_PRODUCT_CLONES static void kernels_at_points(void *context, int64_t begin, int64_t end) {
  const point_job *j = context;
  const ck_winograd *s = j->shape;
  const int64_t panels = s->outputs / panel;
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t point = unit / panels, which = unit % panels;
    const product p = {
        j->a + point * plane_stride(s->inputs, s), j->b + point * plane_stride(s->outputs, s) + which * panel,
        j->c + unit * s->inputs * panel, 1, s->inputs, s->outputs, panel, s->inputs, j->count, j->adds};
    multiply(&p);
  }
}

static void at_points(point_job *j, ck_body body) {
  const ck_winograd *s = j->shape;
  ck_parallel(
      points(s) * (s->outputs / panel), points(s) * j->count * s->inputs * s->outputs, body, j);
}

void ck_winograd_convolve(
    const float *x, const float *kernels, float *y, float *scratch, const ck_winograd *s, const ck_sums_end *end) {
  float *sums = scratch + points(s) * plane_stride(s->inputs, s);
  tile_job in = input_side(s, x, scratch), out = output_side(s, sums, y, end);
  for (int64_t first = 0, all = tiles(s), most = tiles_at_once(s); first < all; first += most) {
    const int64_t count = all - first < most ? all - first : most;
    over_tiles(&in, first, count, inputs_of_2, inputs_of_4);
    point_job at = {scratch, kernels, sums, s, count, 0};
    at_points(&at, outputs_at_points);
    over_tiles(&out, first, count, outputs_of_2, outputs_of_4);
  }
}

// Gradients of weights

void ck_winograd_weights_gradient(
    const float *x, const float *d, float *gradient, const ck_weight_tile *tile, float *kernels, float *scratch,
    const ck_winograd *s) {
  float *other = scratch + points(s) * plane_stride(s->inputs, s);
  tile_job in = input_side(s, x, scratch), out = output_side(s, d, other, 0);
  for (int64_t first = 0, all = tiles(s), most = tiles_at_once(s); first < all; first += most) {
    const int64_t count = all - first < most ? all - first : most;
    over_tiles(&in, first, count, inputs_of_2, inputs_of_4);
    over_tiles(&out, first, count, gradients_of_2, gradients_of_4);
    point_job at = {scratch, other, kernels, s, count, first > 0};
    at_points(&at, kernels_at_points);
  }
  winograd_weights(kernels, gradient, tile, s);
}
