#include "product.h"
#include "winograd.h"

typedef struct {
  const float *from;
  float *to;
  const ck_winograd *shape;
  const ck_weight_tile *tile;
  int flips;
} kernel_job;

CK_INLINE void transpose(eight *r) {
  eight t[8];
  for (int i = 0; i < 4; ++i) {
    t[2 * i] = __builtin_shufflevector(r[i], r[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
    t[2 * i + 1] = __builtin_shufflevector(r[i], r[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
  }
  // Now t[2i] holds (r[i], r[i + 4]) interleaved, columns 0 to 3, and t[2i + 1] columns 4 to 7.
  for (int half = 0; half < 2; ++half) {
    eight u[4];
    for (int i = 0; i < 2; ++i) {
      u[2 * i] = __builtin_shufflevector(t[2 * i + half], t[2 * i + 4 + half], 0, 8, 1, 9, 2, 10, 3, 11);
      u[2 * i + 1] = __builtin_shufflevector(t[2 * i + half], t[2 * i + 4 + half], 4, 12, 5, 13, 6, 14, 7, 15);
    }
    for (int i = 0; i < 2; ++i) {
      r[4 * half + 2 * i] = __builtin_shufflevector(u[i], u[i + 2], 0, 8, 1, 9, 2, 10, 3, 11);
      r[4 * half + 2 * i + 1] = __builtin_shufflevector(u[i], u[i + 2], 4, 12, 5, 13, 6, 14, 7, 15);
    }
  }
}

CK_INLINE void kernel_points(const float *taps, int64_t tap_stride, int flips, eight *at, int extent) {
  const int side = extent + 2;
  eight g[9], lines[3 * most_points];
  for (int tap = 0; tap < 9; ++tap) g[flips ? 8 - tap : tap] = eight_from(taps + tap * tap_stride);
  for (int column = 0; column < 3; ++column) line_of_kernel(g + column, 3, lines + column, 3, extent);
  for (int row = 0; row < side; ++row) line_of_kernel(lines + 3 * row, 1, at + row * side, 1, extent);
}

// Eight inputs by eight outputs at a time.
#define kernels_of(extent) \
  CK_PRODUCT_CLONES static void kernels_of_##extent(void *context, int64_t begin, int64_t end) { \
    const kernel_job *j = context; \
    const ck_winograd *s = j->shape; \
    const int64_t rows = j->flips ? s->outputs : s->inputs, columns = j->flips ? s->inputs : s->outputs; \
    for (int64_t part = begin; part < end; ++part) { \
      const int64_t output = part / (s->inputs / 8) * 8, input = part % (s->inputs / 8) * 8; \
      eight at[8][(extent + 2) * (extent + 2)]; \
      for (int i = 0; i < 8; ++i) { \
        kernel_points( \
            j->from + weight_place(j->tile, output, input + i), j->tile->tap_stride, j->flips, at[i], extent); \
      } \
      const int64_t row = j->flips ? output : input, column = j->flips ? input : output; \
      float *to = j->to + (column / winograd_panel * rows + row) * winograd_panel + column % winograd_panel; \
      for (int p = 0; p < (extent + 2) * (extent + 2); ++p, to += rows * columns) { \
        eight square[8]; \
        for (int i = 0; i < 8; ++i) square[i] = at[i][p]; \
        if (j->flips) transpose(square); \
        for (int i = 0; i < 8; ++i) eight_at(to + i * winograd_panel) = square[i]; \
      } \
    } \
  }
kernels_of(2) kernels_of(4)
#undef kernels_of

void ck_winograd_kernels(
    const float *weights, const ck_weight_tile *tile, float *kernels, const ck_winograd *s, int flips) {
  kernel_job j = {weights, kernels, s, tile, flips};
  ck_parallel(
      s->outputs / 8 * (s->inputs / 8), ck_winograd_kernel_count(s), s->extent == 2 ? kernels_of_2 : kernels_of_4, &j);
}

#define weights_of(extent) \
  CK_PRODUCT_CLONES static void weights_of_##extent(void *context, int64_t begin, int64_t end) { \
    enum { side = extent + 2 }; \
    const kernel_job *j = context; \
    const ck_winograd *s = j->shape; \
    for (int64_t part = begin; part < end; ++part) { \
      const int64_t output = part / s->inputs * 8, input = part % s->inputs; \
      const float *from = j->from + (output / winograd_panel * s->inputs + input) * winograd_panel \
          + output % winograd_panel; \
      eight at[side * side], lines[3 * side], g[9]; \
      for (int p = 0; p < side * side; ++p) at[p] = eight_from(from + p * s->inputs * s->outputs); \
      for (int i = 0; i < side; ++i) line_to_kernel(at + i, side, lines + i, side, extent); \
      for (int i = 0; i < 3; ++i) line_to_kernel(lines + i * side, 1, g + 3 * i, 1, extent); \
      float *to = j->to + weight_place(j->tile, output, input); \
      for (int tap = 0; tap < 9; ++tap) eight_at(to + tap * j->tile->tap_stride) = g[tap]; \
    } \
  }
weights_of(2) weights_of(4)
#undef weights_of

void winograd_weights(const float *kernels, float *weights, const ck_weight_tile *tile, const ck_winograd *s) {
  kernel_job j = {kernels, weights, s, tile, 0};
  ck_parallel(
      s->outputs / 8 * s->inputs, ck_winograd_kernel_count(s), s->extent == 2 ? weights_of_2 : weights_of_4, &j);
}
