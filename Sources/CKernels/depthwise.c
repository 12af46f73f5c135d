#include "lanes.h"
#include "tiles.h"

enum { most_taps = 49 };

typedef struct {
  const float *x, *d;
  float *w;
  const ck_depthwise *shape;
} job;

// Channels of one block at a time, in vectors as wide as it is.
#define depthwise_of(width, vector) \
  CK_CLONES static void depthwise_of_##width(void *context, int64_t begin, int64_t end) { \
    const job *j = context; \
    const ck_depthwise s = *j->shape; \
    const int64_t taps = s.kernel * s.kernel; \
    for (int64_t b = begin; b < end; ++b) { \
      vector total[most_taps] = {}; \
      for (int64_t n = 0; n < s.batch; ++n) { \
        const float *x = j->x + (n * s.blocks + b) * s.in_height * s.in_width * width; \
        const float *d = j->d + (n * s.blocks + b) * s.out_height * s.out_width * width; \
        /* An image's sum before the batch's: many small numbers are not added to one large one. */ \
        vector sum[most_taps] = {}; \
        for (int64_t row = 0; row < s.out_height; ++row) { \
          for (int64_t column = 0; column < s.out_width; ++column) { \
            const vector g = *(const vector *)(d + (row * s.out_width + column) * width); \
            for (int64_t t = 0; t < taps; ++t) { \
              const int64_t y = row * s.stride - s.padding + t / s.kernel; \
              const int64_t z = column * s.stride - s.padding + t % s.kernel; \
              if (y < 0 || y >= s.in_height || z < 0 || z >= s.in_width) continue; \
              sum[t] += g * *(const vector *)(x + (y * s.in_width + z) * width); \
            } \
          } \
        } \
        for (int64_t t = 0; t < taps; ++t) total[t] += sum[t]; \
      } \
      for (int64_t t = 0; t < taps; ++t) { \
        for (int64_t i = 0; i < width; ++i) { \
          const int64_t c = b * width + i; \
          j->w[(c / s.weight_block * taps + t) * s.weight_block + c % s.weight_block] = total[t][i]; \
        } \
      } \
    } \
  }
depthwise_of(8, eight) depthwise_of(16, lanes)
#undef depthwise_of

void ck_depthwise_weight_gradient(const float *x, const float *d, float *w, const ck_depthwise *shape) {
  job j = {x, d, w, shape};
  const int64_t pixels = shape->out_height * shape->out_width;
  ck_parallel(
      shape->blocks, shape->batch * shape->blocks * pixels * shape->kernel * shape->kernel * shape->block,
      shape->block == 8 ? depthwise_of_8 : depthwise_of_16, &j);
}
