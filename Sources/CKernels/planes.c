#include "lanes.h"

// One job serves both ways: tiles of 16 inputs × 16 outputs are copied out, or added up.
typedef struct {
  float *weights, *dense;
  const ck_plane_product *product;
} job;

CK_INLINE float *tap_tile(const job *j, int64_t out, int64_t in, int64_t tap) {
  const ck_plane_product *p = j->product;
  return j->weights + out * 16 / p->taps_tile.outputs * p->taps_tile.output_stride
      + out * 16 % p->taps_tile.outputs + in * p->taps_tile.input_stride + tap * p->tap_stride;
}

CK_INLINE float *dense_tile(const job *j, int64_t out, int64_t in, int64_t to, int64_t from) {
  const ck_plane_product *p = j->product;
  const int64_t output = (out * p->output_pixels + to) * 16, input = in * p->input_pixels + from;
  return j->dense + output / p->dense_tile.outputs * p->dense_tile.output_stride
      + output % p->dense_tile.outputs + input * p->dense_tile.input_stride;
}

CK_CLONES static void expand_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_plane_product *p = j->product;
  const int64_t row = p->taps_tile.outputs, dense_row = p->dense_tile.outputs;
  for (int64_t t = begin; t < end; ++t) {
    const int64_t out = t / p->inputs, in = t % p->inputs;
    for (int64_t from = 0; from < p->input_pixels; ++from) {
      for (int64_t to = 0; to < p->output_pixels; ++to) {
        const float *tap = tap_tile(j, out, in, p->tap_of_pair[from * p->output_pixels + to]);
        float *place = dense_tile(j, out, in, to, from);
        for (int i = 0; i < 16; ++i) store(place + i * dense_row, load(tap + i * row));
      }
    }
  }
}

CK_CLONES static void contract_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_plane_product *p = j->product;
  const int64_t row = p->taps_tile.outputs, dense_row = p->dense_tile.outputs;
  for (int64_t t = begin; t < end; ++t) {
    const int64_t out = t / p->inputs, in = t % p->inputs;
    for (int64_t k = 0; k < p->taps; ++k) {
      lanes sum[16] = {};
      for (int64_t pair = 0; pair < p->input_pixels * p->output_pixels; ++pair) {
        if (p->tap_of_pair[pair] != k) continue;
        const float *place = dense_tile(j, out, in, pair % p->output_pixels, pair / p->output_pixels);
        for (int i = 0; i < 16; ++i) sum[i] += load(place + i * dense_row);
      }
      float *tap = tap_tile(j, out, in, k);
      for (int i = 0; i < 16; ++i) store(tap + i * row, sum[i]);
    }
  }
}

void ck_expand_taps(const float *weights, float *dense, const ck_plane_product *product) {
  job j = {(float *)weights, dense, product};
  const int64_t tiles = product->outputs * product->inputs;
  ck_parallel(tiles, tiles * 256 * product->input_pixels * product->output_pixels, expand_body, &j);
}

void ck_contract_taps(float *weights, const float *dense, const ck_plane_product *product) {
  job j = {weights, (float *)dense, product};
  const int64_t tiles = product->outputs * product->inputs;
  ck_parallel(tiles, tiles * 256 * product->input_pixels * product->output_pixels, contract_body, &j);
}
