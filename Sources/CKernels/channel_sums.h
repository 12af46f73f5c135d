// Statistics a channel, added up in runs of images whose partial sums are joined in order: the result does not depend on the
// number of threads.
#ifndef QATLAB_CHANNEL_SUMS_H
#define QATLAB_CHANNEL_SUMS_H

#include <math.h>

#include "lanes.h"

// Runs at most, what each has of a channel (sum, sum of squares, least, most), and so many values are added in float before
// they join a double.
enum { chunks = 8, fields = 4, segment = 512 };

// Begins a run's share of `count` channels of `channels`.
CK_INLINE void begin_chunk(double *partial, int64_t channels, int64_t count) {
  for (int64_t c = 0; c < count; ++c) {
    partial[c] = partial[channels + c] = 0;
    partial[2 * channels + c] = INFINITY;
    partial[3 * channels + c] = -INFINITY;
  }
}

CK_INLINE void join_chunks(
    const double *partial, int64_t channels, double *sum, double *square_sum, float *minimum, float *maximum) {
  for (int64_t c = 0; c < channels; ++c) {
    double total = 0, squares = 0, low = INFINITY, high = -INFINITY;
    for (int64_t k = 0; k < chunks; ++k) {
      const double *p = partial + k * fields * channels + c;
      total += p[0];
      squares += p[channels];
      low = fmin(low, p[2 * channels]);
      high = fmax(high, p[3 * channels]);
    }
    sum[c] = total;
    square_sum[c] = squares;
    minimum[c] = (float)low;
    maximum[c] = (float)high;
  }
}

#endif
