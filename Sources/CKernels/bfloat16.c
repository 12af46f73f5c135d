#include "element.h"
#include "weights.h"

typedef struct {
  float *x;
  uint16_t *halves;
} convert_job;

CK_CLONES static void narrow_body(void *context, int64_t begin, int64_t end) {
  const convert_job *j = context;
  int64_t i = begin;
  for (; i + 16 <= end; i += 16) *(halves *)(j->halves + i) = narrowed(load(j->x + i));
  if (i < end) {
    const halves rest = narrowed(load_some(j->x + i, end - i));
    memcpy(j->halves + i, &rest, (end - i) * sizeof(uint16_t));
  }
}

void ck_narrow(const float *x, uint16_t *halves, int64_t count) {
  convert_job j = {(float *)x, halves};
  ck_parallel(count, count, narrow_body, &j);
}

CK_CLONES static void widen_body(void *context, int64_t begin, int64_t end) {
  const convert_job *j = context;
  int64_t i = begin;
  for (; i + 16 <= end; i += 16) store(j->x + i, widened(*(const halves *)(j->halves + i)));
  if (i < end) {
    halves rest = {};
    memcpy(&rest, j->halves + i, (end - i) * sizeof(uint16_t));
    store_some(j->x + i, widened(rest), end - i);
  }
}

void ck_widen(const uint16_t *halves, float *x, int64_t count) {
  convert_job j = {x, (uint16_t *)halves};
  ck_parallel(count, count, widen_body, &j);
}

typedef struct {
  const float *weights;
  uint16_t *target;
  const ck_pairing *pairing;
  const ck_weight_grid *grid;  // or NULL
} pair_job;

// What fake quantization does to a row of sixteen outputs.
// Two rows of sixteen outputs, of inputs 2k and 2k + 1, become one row of pairs.
CK_INLINE void pair_inputs(const float *tile, int64_t row, uint16_t *target, int64_t width, const row_grid *r) {
  for (int k = 0; k < 8; ++k) {
    lanes even, odd;
    weight_row(tile + 2 * k * row, r, &even);
    weight_row(tile + (2 * k + 1) * row, r, &odd);
    const words low = narrowed_words(even), high = narrowed_words(odd);
    *(words *)(target + 2 * k * width) = low | high << 16;
  }
}

// A row of sixteen outputs is eight pairs already; they are transposed.
CK_INLINE void pair_outputs(const float *tile, int64_t row, uint16_t *target, int64_t width, const row_grid *r) {
  uint32_t pairs[16][8];
  for (int i = 0; i < 16; ++i) {
    lanes w;
    weight_row(tile + i * row, r, &w);
    const halves h = narrowed(w);
    memcpy(pairs[i], &h, sizeof h);
  }
  for (int k = 0; k < 8; ++k) {
    uint32_t *line = (uint32_t *)(void *)(target + 2 * k * width);
    for (int i = 0; i < 16; ++i) line[i] = pairs[i][k];
  }
}

CK_CLONES static void pair_body(void *context, int64_t begin, int64_t end) {
  const pair_job *j = context;
  const ck_pairing *p = j->pairing;
  const ck_weight_pairs t = p->target;
  const int64_t row = p->source.outputs;
  for (int64_t item = begin; item < end; ++item) {
    const int64_t out = item / p->inputs, in = item % p->inputs;
    const float *tiles = j->weights + out * 16 / row * p->source.output_stride + out * 16 % row
        + in * p->source.input_stride;
    row_grid grid = {};
    row_constants(j->grid, out * 16, &grid);
    for (int64_t k = 0; k < p->place_count; ++k) {
      const ck_tap_place place = p->places[k];
      const float *tile = tiles + place.tap * p->source.tap_stride;
      const int64_t o = (out * p->output_pixels + place.output_pixel) * 16;
      const int64_t i = (in * p->input_pixels + place.input_pixel) * 16;
      uint16_t *target = j->target + place.target_tap * t.tap_stride;
      if (t.pairs_outputs) {
        target += o / t.block * t.output_stride + o % t.block * t.width + i / t.width * t.input_stride + i % t.width * 2;
        pair_outputs(tile, row, target, t.width, &grid);
      } else {
        target += i / t.block * t.input_stride + i % t.block * t.width + o / t.width * t.output_stride + o % t.width * 2;
        pair_inputs(tile, row, target, t.width, &grid);
      }
    }
  }
}

void ck_pair_weights(
    const float *weights, uint16_t *target, const ck_pairing *pairing, const ck_weight_grid *grid) {
  pair_job j = {weights, target, pairing, grid};
  const int64_t tiles = pairing->outputs * pairing->inputs;
  ck_parallel(tiles, tiles * 256 * pairing->place_count, pair_body, &j);
}
