#include "kernels.h"
#include "parallel.h"

typedef struct {
  const float *x;
  uint8_t *codes;
  ck_grid grid;
} job;

CK_CLONES static void quantize_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const float inverse = 1.0f / j->grid.scale, zero = (float)j->grid.zero_point;
  const float low = (float)j->grid.minimum, high = (float)j->grid.maximum;
  for (int64_t i = begin; i < end; ++i) {
    float q = __builtin_rintf(j->x[i] * inverse) + zero;
    q = q > low ? q : low;
    q = q < high ? q : high;
    j->codes[i] = (uint8_t)(int32_t)q;
  }
}

void ck_quantize_u8(const float *x, uint8_t *codes, int64_t count, ck_grid grid) {
  job j = {x, codes, grid};
  ck_parallel(count, count, quantize_body, &j);
}
