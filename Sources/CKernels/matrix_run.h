// What the kernels on matrix units share: a backward pass's parts, each called for a share of its work, and tiles.
#ifndef QATLAB_MATRIX_RUN_H
#define QATLAB_MATRIX_RUN_H

#include "integer_forward.h"
#include "lanes.h"
#include "matrix_gradients.h"

#if defined(__x86_64__)
#define CK_MATRIX_TARGET __attribute__((target("amx-tile,amx-int8,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
#else
#define CK_MATRIX_TARGET
#endif

enum { side = 16, pair = 2 * side, tile_elements = side * pair };

// A run over some images: where its parts lie in the scratch memory.
typedef struct {
  const ck_matrix_gradients *job;
  const ck_matrix_convolution *shape;
  ck_matrix_raster raster;
  int64_t first, count;  // images
  int is_last;
  uint16_t *inputs;   // [row][channel][input_places]
  int64_t terms;      // of each gradient: its nearest bfloat16 and what is left, or itself
  uint16_t *pairs;    // [output / 16][places / 32][terms][16][16][2]
  uint16_t *pixels;   // [output / 32][terms][gradient_places][32]
  uint8_t *nothing;   // a pixel of zeros
  const int32_t *gradient_table, *input_table, *image_table;
  const int32_t *weight_steps;  // [tap][1 + 2·most_steps]
  const int32_t *image_taps;    // [group][1 + 2·taps]
} matrix_run;

CK_INLINE int64_t taps(const ck_matrix_convolution *s) { return s->kernel * s->kernel; }
CK_INLINE int64_t halves(int64_t channels) { return (channels + pair - 1) / pair; }

// Items are (32 outputs, 32 places) and (row, 16 inputs, 32 places).
void ck_write_matrix_pairs(void *run, int64_t begin, int64_t end);
void ck_write_matrix_inputs(void *run, int64_t begin, int64_t end);

// Items are (32 outputs, 32 inputs, line of taps) and (32 inputs, 32 places of a group, group).
void ck_multiply_weights_gradient(void *run, int64_t begin, int64_t end);
void ck_multiply_images_gradient(void *run, int64_t begin, int64_t end);

// Sums of 32 pixels of image n by 32 outputs, or by 16 where there are no more, from pixel `first` and output 16·`block`.
// Called between the other two, which give a thread its tiles and take them back.
void ck_begin_tiles(void);
void ck_multiply_pixels(
    const ck_code_product *product, int64_t plane, int64_t n, int64_t first, int64_t block, int wide,
    int32_t sums[pair * pair]);
void ck_end_tiles(void);

#if defined(__x86_64__)
#include <immintrin.h>

// Tiles 0–3 are sums, 4 and 5 left operands, 6 and 7 right ones; all have sixteen rows of 64 bytes.
CK_MATRIX_TARGET CK_INLINE void configure_tiles(void) {
  struct {
    uint8_t palette, start;
    uint8_t reserved[14];
    uint16_t columns[16];
    uint8_t rows[16];
  } __attribute__((aligned(64))) c = {.palette = 1};
  for (int i = 0; i < 8; ++i) {
    c.columns[i] = 64;
    c.rows[i] = side;
  }
  _tile_loadconfig(&c);
}

// Transposes sixteen rows of sixteen words.
CK_MATRIX_TARGET CK_INLINE void transpose(__m512i r[16]) {
  __m512i t[16];
  for (int i = 0; i < 8; ++i) {
    t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
  }
  for (int i = 0; i < 4; ++i) {
    r[4 * i + 0] = _mm512_unpacklo_epi64(t[4 * i + 0], t[4 * i + 2]);
    r[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i + 0], t[4 * i + 2]);
    r[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    r[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
  for (int h = 0; h < 2; ++h) {
    for (int i = 0; i < 4; ++i) {
      t[8 * h + i] = _mm512_shuffle_i32x4(r[8 * h + i], r[8 * h + 4 + i], 0x88);
      t[8 * h + 4 + i] = _mm512_shuffle_i32x4(r[8 * h + i], r[8 * h + 4 + i], 0xdd);
    }
  }
  for (int i = 0; i < 8; ++i) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0x88);
    r[8 + i] = _mm512_shuffle_i32x4(t[i], t[8 + i], 0xdd);
  }
}
#endif

#endif
