#include "kernels.h"
#include "parallel.h"

typedef struct {
  const float *x;
  float *y;
  uint64_t key;
  uint32_t threshold;
  float scale;
} job;

// SplitMix64's output function on a counter: any element's number, without those before it.
CK_INLINE uint64_t mixed(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

CK_CLONES static void dropout_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  for (int64_t i = begin; i < end; ++i) {
    const uint32_t draw = mixed(j->key + (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u) >> 40;
    j->y[i] = draw < j->threshold ? 0.0f : j->x[i] * j->scale;
  }
}

void ck_dropout(const float *x, float *y, int64_t count, float rate, uint64_t key) {
  job j = {x, y, key, (uint32_t)(rate * 0x1p24f + 0.5f), 1 / (1 - rate)};
  ck_parallel(count, count * 4, dropout_body, &j);
}
