// Where weights in tiles lie.
#ifndef QATLAB_TILES_H
#define QATLAB_TILES_H

#include "kernels.h"
#include "parallel.h"

typedef float eight __attribute__((vector_size(32), aligned(4)));
#define eight_at(p) (*(eight *)(p))
#define eight_from(p) (*(const eight *)(p))

CK_INLINE int64_t weight_place(const ck_weight_tile *t, int64_t output, int64_t input) {
  return output / t->outputs * t->output_stride + output % t->outputs + input / t->side * t->input_stride
      + input % t->side * t->outputs;
}

#endif
