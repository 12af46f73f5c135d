#include "element.h"

typedef struct {
  const element *x;
  element *y;
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
  for (int64_t i = begin; i < end; i += 16) {
    const int64_t n = end - i < 16 ? end - i : 16;
    mask kept;
    for (int l = 0; l < 16; ++l) {
      const uint32_t draw = mixed(j->key + (uint64_t)(i + l + 1) * 0x9e3779b97f4a7c15u) >> 40;
      kept[l] = draw < j->threshold ? 0 : -1;
    }
    const lanes y = keep(load_n(j->x + i, n) * j->scale, kept);
    if (n == 16) store_elements(j->y + i, y);
    else store_some_elements(j->y + i, y, n);
  }
}

void named(ck_dropout)(const element *x, element *y, int64_t count, float rate, uint64_t key) {
  job j = {x, y, key, (uint32_t)(rate * 0x1p24f + 0.5f), 1 / (1 - rate)};
  ck_parallel(count, count * 4, dropout_body, &j);
}
