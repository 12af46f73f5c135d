#include "lanes.h"

enum { most_taps = 49 };

typedef struct {
  const float *x, *d;
  float *w;
  const ck_depthwise *shape;
} job;

CK_CLONES static void depthwise_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_depthwise s = *j->shape;
  const int64_t taps = s.kernel * s.kernel;
  for (int64_t b = begin; b < end; ++b) {
    lanes total[most_taps] = {};
    for (int64_t n = 0; n < s.batch; ++n) {
      const float *x = j->x + (n * s.blocks + b) * s.in_height * s.in_width * 16;
      const float *d = j->d + (n * s.blocks + b) * s.out_height * s.out_width * 16;
      // An image's sum before the batch's: many small numbers are not added to one large one.
      lanes sum[most_taps] = {};
      for (int64_t row = 0; row < s.out_height; ++row) {
        for (int64_t column = 0; column < s.out_width; ++column) {
          const lanes g = load(d + (row * s.out_width + column) * 16);
          for (int64_t t = 0; t < taps; ++t) {
            const int64_t y = row * s.stride - s.padding + t / s.kernel;
            const int64_t z = column * s.stride - s.padding + t % s.kernel;
            if (y < 0 || y >= s.in_height || z < 0 || z >= s.in_width) continue;
            sum[t] += g * load(x + (y * s.in_width + z) * 16);
          }
        }
      }
      for (int64_t t = 0; t < taps; ++t) total[t] += sum[t];
    }
    for (int64_t t = 0; t < taps; ++t) {
      for (int64_t i = 0; i < 16; ++i) {
        const int64_t c = b * 16 + i;
        j->w[(c / s.weight_block * taps + t) * s.weight_block + c % s.weight_block] = total[t][i];
      }
    }
  }
}

void ck_depthwise_weight_gradient(const float *x, const float *d, float *w, const ck_depthwise *shape) {
  job j = {x, d, w, shape};
  const int64_t pixels = shape->out_height * shape->out_width;
  ck_parallel(
      shape->blocks, shape->batch * shape->blocks * pixels * shape->kernel * shape->kernel * 16, depthwise_body, &j);
}
