// What the kernels over a layer's weights share.
#ifndef QATLAB_WEIGHTS_H
#define QATLAB_WEIGHTS_H

#include "lanes.h"

// Weights of one output block lie together: [rest][block].
typedef struct {
  const float *w, *factor, *scale;
  float *q, *magnitude;
  double *dot, *scale_dot;
  ck_weight_shape shape;
  float low, high;
} weight_job;

// A segment of values is added in float before it joins the double sum.
enum { weight_segment = 256 };

// Row-major weights have one output a block and its values side by side; else sixteen outputs (or some) are.
CK_INLINE int side_by_side(ck_weight_shape s) { return s.block == 1; }

#endif
