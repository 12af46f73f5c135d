#include <string.h>

#include "kernels.h"
#include "parallel.h"

enum { sixteen = 16 * sizeof(uint16_t) };

typedef struct {
  const uint16_t *x;
  uint16_t *rows;
  const ck_columns *shape;
} job;

static void columns_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_columns *s = j->shape;
  const int64_t pixels = s->out_height * s->out_width, taps = s->kernel * s->kernel;
  for (int64_t row = begin; row < end; ++row) {
    const int64_t image = row / pixels, top = row % pixels / s->out_width * s->stride - s->padding;
    const int64_t left = row % s->out_width * s->stride - s->padding;
    uint16_t *to = j->rows + row * s->channels * taps * 16;
    for (int64_t c = 0; c < s->channels; ++c) {
      const uint16_t *plane = j->x + (image * s->channels + c) * s->height * s->width * 16;
      for (int64_t tap = 0; tap < taps; ++tap, to += 16) {
        const int64_t y = top + tap / s->kernel, x = left + tap % s->kernel;
        if (y < 0 || x < 0 || y >= s->height || x >= s->width) memset(to, 0, sixteen);
        else memcpy(to, plane + (y * s->width + x) * 16, sixteen);
      }
    }
  }
}

void ck_gather_columns(const uint16_t *x, uint16_t *columns, const ck_columns *shape) {
  job j = {x, columns, shape};
  const int64_t rows = shape->batch * shape->out_height * shape->out_width;
  ck_parallel(rows, rows * shape->channels * shape->kernel * shape->kernel * 16, columns_body, &j);
}
