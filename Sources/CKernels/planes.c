#include "tiles.h"

// One job serves both ways: tiles of `block` inputs × `block` outputs are copied out, or added up.
typedef struct {
  float *weights, *dense;
  const ck_plane_product *product;
} job;

enum { most_block = 16 };

CK_INLINE float *tap_tile(const job *j, int64_t out, int64_t in, int64_t tap) {
  const ck_plane_product *p = j->product;
  return j->weights + weight_place(&p->taps_tile, out * p->block, in * p->block) + tap * p->taps_tile.tap_stride;
}

CK_INLINE float *dense_tile(const job *j, int64_t out, int64_t in, int64_t to, int64_t from) {
  const ck_plane_product *p = j->product;
  return j->dense
      + weight_place(
          &p->dense_tile, (out * p->output_pixels + to) * p->block, (in * p->input_pixels + from) * p->block);
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
        for (int64_t i = 0; i < p->block; ++i) {
          for (int64_t o = 0; o < p->block; o += 8) {
            eight_at(place + i * dense_row + o) = eight_from(tap + i * row + o);
          }
        }
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
      eight sum[2 * most_block] = {};
      for (int64_t pair = 0; pair < p->input_pixels * p->output_pixels; ++pair) {
        if (p->tap_of_pair[pair] != k) continue;
        const float *place = dense_tile(j, out, in, pair % p->output_pixels, pair / p->output_pixels);
        for (int64_t i = 0; i < p->block; ++i) {
          for (int64_t o = 0; o < p->block; o += 8) sum[2 * i + o / 8] += eight_from(place + i * dense_row + o);
        }
      }
      float *tap = tap_tile(j, out, in, k);
      for (int64_t i = 0; i < p->block; ++i) {
        for (int64_t o = 0; o < p->block; o += 8) eight_at(tap + i * row + o) = sum[2 * i + o / 8];
      }
    }
  }
}

static int64_t floats_of(const ck_plane_product *p) {
  return p->outputs * p->inputs * p->block * p->block * p->input_pixels * p->output_pixels;
}

void ck_expand_taps(const float *weights, float *dense, const ck_plane_product *product) {
  job j = {(float *)weights, dense, product};
  ck_parallel(product->outputs * product->inputs, floats_of(product), expand_body, &j);
}

void ck_contract_taps(float *weights, const float *dense, const ck_plane_product *product) {
  job j = {weights, (float *)dense, product};
  ck_parallel(product->outputs * product->inputs, floats_of(product), contract_body, &j);
}
