#include <string.h>

#include "kernels.h"
#include "parallel.h"

typedef struct {
  float *weights, *crop;
  int64_t kernel, first, extent, block;
  int scatters;
} job;

static void crop_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const size_t run = j->extent * j->block;
  for (int64_t o = begin; o < end; ++o) {
    for (int64_t r = 0; r < j->extent; ++r) {
      float *full = j->weights + ((o * j->kernel + j->first + r) * j->kernel + j->first) * j->block;
      float *part = j->crop + (o * j->extent + r) * run;
      if (j->scatters) memcpy(full, part, run * sizeof(float));
      else memcpy(part, full, run * sizeof(float));
    }
  }
}

void ck_crop_taps(
    float *weights, float *crop, int64_t outer, int64_t kernel, int64_t first, int64_t extent, int64_t block,
    int scatters) {
  job j = {weights, crop, kernel, first, extent, block, scatters};
  ck_parallel(outer, outer * extent * extent * block, crop_body, &j);
}
