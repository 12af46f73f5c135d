#include <math.h>

#include "kernels.h"
#include "parallel.h"

// Every path from numbers to codes ends here, so that a fake-quantized layer and its integer twin round alike.
CK_INLINE float code_of(float t, const ck_requantization *r) {
  t = t > r->low ? t : r->low;
  t = t < r->high ? t : r->high;
  float q = __builtin_rintf(t) + (float)r->zero_point;
  q = q > (float)r->minimum ? q : (float)r->minimum;
  return q < (float)r->maximum ? q : (float)r->maximum;
}

typedef struct {
  const int32_t *sums, *more;  // of a layer; or
  const uint8_t *x;            // codes, each times its channel's weight
  const int32_t *weight;
  int32_t zero_point;
  const uint8_t *residual;
  uint8_t *codes;
  float *values;
  ck_shape shape;
  const ck_requantization *r;
} sums_job;

// `scales` is a constant after inlining: whether the sums are products of codes and weights.
CK_INLINE void requantize_rows(const sums_job *j, int64_t begin, int64_t end, int scales) {
  const ck_requantization r = *j->r;
  const int64_t plane = j->shape.plane, block = j->shape.block, length = plane * block;
  for (int64_t row = begin; row < end; ++row) {
    const int64_t channel = row % j->shape.blocks * block;
    for (int64_t i = row * length; i < (row + 1) * length; i += block) {
      for (int64_t c = 0; c < block; ++c) {
        int64_t sum = scales ? (int64_t)j->weight[channel + c] * ((int32_t)j->x[i + c] - j->zero_point) : j->sums[i + c];
        if (!scales && j->more) sum += j->more[i + c];
        if (r.bias) sum += r.bias[channel + c];
        float t = (float)sum * r.scale[channel + c];
        if (!scales && j->residual) t += (float)j->residual[i + c] * r.residual_scale;
        if (scales || j->codes) {
          j->codes[i + c] = (uint8_t)(int32_t)code_of(t, &r);
        } else {
          t = t > r.low ? t : r.low;
          j->values[i + c] = t < r.high ? t : r.high;
        }
      }
    }
  }
}

// Sums that stay in 32 bits with their bias, to codes: the same arithmetic, in a loop that vectors can take.
CK_INLINE void requantize_narrow(const sums_job *j, int64_t begin, int64_t end, int adds) {
  const ck_requantization r = *j->r;
  const int64_t plane = j->shape.plane, block = j->shape.block, length = plane * block;
  for (int64_t row = begin; row < end; ++row) {
    const float *restrict scale = r.scale + row % j->shape.blocks * block;
    const int32_t *restrict bias = r.bias + row % j->shape.blocks * block;
    for (int64_t i = row * length; i < (row + 1) * length; i += block) {
      const int32_t *restrict sums = j->sums + i;
      const uint8_t *restrict residual = adds ? j->residual + i : 0;
      uint8_t *restrict codes = j->codes + i;
      for (int64_t c = 0; c < block; ++c) {
        float t = (float)(sums[c] + bias[c]) * scale[c];
        if (adds) t += (float)residual[c] * r.residual_scale;
        codes[c] = (uint8_t)(int32_t)code_of(t, &r);
      }
    }
  }
}

CK_CLONES static void sums_body(void *context, int64_t begin, int64_t end) {
  const sums_job *j = context;
  if (j->r->is_narrow && j->r->bias && j->codes && !j->more && !j->weight) {
    if (j->residual) requantize_narrow(j, begin, end, 1);
    else requantize_narrow(j, begin, end, 0);
  } else if (j->weight) requantize_rows(j, begin, end, 1);
  else requantize_rows(j, begin, end, 0);
}

static void requantize(const sums_job *j) {
  const int64_t rows = j->shape.batch * j->shape.blocks;
  ck_parallel(rows, rows * j->shape.plane * j->shape.block, sums_body, (void *)j);
}

void ck_requantize_sums(
    const int32_t *sums, const int32_t *more, const uint8_t *residual, ck_shape shape, const ck_requantization *r,
    uint8_t *codes, float *values) {
  requantize(&(sums_job){
      .sums = sums, .more = more, .residual = residual, .codes = codes, .values = values, .shape = shape, .r = r});
}

void ck_scale_codes(
    const uint8_t *x, ck_shape shape, const int32_t *weight, int32_t zero_point, const ck_requantization *r,
    uint8_t *codes) {
  requantize(&(sums_job){
      .x = x, .weight = weight, .zero_point = zero_point, .codes = codes, .shape = shape, .r = r});
}

typedef struct {
  const uint8_t *codes;
  const float *values;
  uint8_t *out_codes;
  float *out_values;
  ck_window window;
  ck_grid input;
  float output_scale;
  const ck_requantization *r;
} average_job;

// Rows of a window that lie in the image.
CK_INLINE void clip_window(int64_t at, int64_t kernel, int64_t extent, int64_t *from, int64_t *to) {
  *from = at < 0 ? 0 : at;
  *to = at + kernel > extent ? extent : at + kernel;
}

enum { lanes_at_once = 64 };

CK_CLONES static void average_body(void *context, int64_t begin, int64_t end) {
  const average_job *j = context;
  const ck_window w = j->window;
  const ck_requantization r = *j->r;
  const float inverse = 1.0f / j->input.scale, area = (float)(w.kernel_height * w.kernel_width);
  for (int64_t row = begin; row < end; ++row) {
    const int64_t image = row / w.out_height * w.in_height * w.in_width;
    int64_t top, bottom, left, right;
    clip_window(row % w.out_height * w.stride - w.padding, w.kernel_height, w.in_height, &top, &bottom);
    for (int64_t column = 0; column < w.out_width; ++column) {
      clip_window(column * w.stride - w.padding, w.kernel_width, w.in_width, &left, &right);
      for (int64_t first = 0; first < w.block; first += lanes_at_once) {
        const int64_t n = w.block - first < lanes_at_once ? w.block - first : lanes_at_once;
        int32_t sum[lanes_at_once] = {0};
        for (int64_t y = top; y < bottom; ++y) {
          for (int64_t x = left; x < right; ++x) {
            const int64_t at = (image + y * w.in_width + x) * w.block + first;
            if (j->codes) {
              for (int64_t c = 0; c < n; ++c) sum[c] += (int32_t)j->codes[at + c] - j->input.zero_point;
            } else {
              // A value on the grid is its code times the scale: the code is found again exactly.
              for (int64_t c = 0; c < n; ++c) sum[c] += (int32_t)__builtin_rintf(j->values[at + c] * inverse);
            }
          }
        }
        const int64_t to = (row * w.out_width + column) * w.block + first;
        for (int64_t c = 0; c < n; ++c) {
          const float q = code_of((float)sum[c] / area * r.scale[0], &r);
          if (j->out_codes) j->out_codes[to + c] = (uint8_t)(int32_t)q;
          else j->out_values[to + c] = (q - (float)r.zero_point) * j->output_scale;
        }
      }
    }
  }
}

void ck_average_codes(
    const uint8_t *x, uint8_t *codes, const ck_window *window, int32_t zero_point, const ck_requantization *r) {
  average_job j = {.codes = x, .out_codes = codes, .window = *window, .r = r};
  j.input = (ck_grid){1, zero_point, 0, 255};
  const int64_t rows = window->batch * window->blocks * window->out_height;
  ck_parallel(
      rows, rows * window->out_width * window->block * window->kernel_height * window->kernel_width, average_body,
      &j);
}

void ck_average_on_grid(
    const float *x, float *out, const ck_window *window, float scale, float output_scale,
    const ck_requantization *r) {
  average_job j = {.values = x, .out_values = out, .window = *window, .output_scale = output_scale, .r = r};
  j.input = (ck_grid){scale, 0, 0, 0};
  const int64_t rows = window->batch * window->blocks * window->out_height;
  ck_parallel(
      rows, rows * window->out_width * window->block * window->kernel_height * window->kernel_width, average_body,
      &j);
}
