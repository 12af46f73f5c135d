#include "product.h"

enum { panel = 16, block_rows = 8 * product_rows };

typedef struct {
  const float *x, *weights;
  float *y;
  const ck_dense *shape;
  const ck_sums_end *end;
} job;

// Rows by panels of outputs, so that a panel's weights are read by all rows in turn.
CK_PRODUCT_CLONES static void dense_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_dense *s = j->shape;
  const int64_t blocks = (s->batch + block_rows - 1) / block_rows;
  float sums[block_rows * panel];
  const lanes low = splat(j->end->low), high = splat(j->end->high);
  for (int64_t part = begin; part < end; ++part) {
    const int64_t output = part / blocks * panel, first = part % blocks * block_rows;
    const int64_t rows = s->batch - first < block_rows ? s->batch - first : block_rows;
    const int64_t width = s->outputs - output < panel ? s->outputs - output : panel;
    const product p = {
        j->x + first * s->inputs, j->weights + output * s->inputs, sums, s->inputs, 1, panel, panel, rows, s->inputs, 0};
    multiply(&p);
    const lanes bias = j->end->bias ? load_some(j->end->bias + output, width) : splat(0);
    for (int64_t i = 0; i < rows; ++i) {
      float *y = j->y + (first + i) * s->outputs + output;
      lanes sum = load(sums + i * panel) + bias;
      if (j->end->adds) sum += load_some(y, width);
      // In this order what is no number stays none.
      sum = smaller(high, larger(low, sum));
      store_some(y, sum, width);
    }
  }
}

void ck_dense_product(const float *x, const float *weights, float *y, const ck_dense *shape, const ck_sums_end *end) {
  job j = {x, weights, y, shape, end};
  const int64_t panels = (shape->outputs + panel - 1) / panel, blocks = (shape->batch + block_rows - 1) / block_rows;
  ck_parallel(panels * blocks, shape->batch * shape->inputs * shape->outputs, dense_body, &j);
}
