#include "channel_sums.h"
#include "element.h"

typedef struct {
  const element *y;
  ck_shape shape;
  double *partial;
} job;

#ifndef CK_BF16
int64_t ck_scratch_count(ck_shape s) {
  const int64_t rows = s.batch * s.blocks;
  const int64_t sums = chunks * fields * s.blocks * s.block;
  return sums > 2 * rows ? sums : 2 * rows;
}
#endif

CK_INLINE void add_lanes(
    const element *row, int64_t length, int64_t block, double *sum, double *square, double *low, double *high) {
  lanes least = splat(INFINITY), most = splat(-INFINITY);
  int64_t i = 0;
  while (i + 16 <= length) {
    lanes s = {}, q = {};
    const int64_t whole = length - length % 16;
    const int64_t end = i + 16 * segment < whole ? i + 16 * segment : whole;
    for (; i < end; i += 16) {
      const lanes y = load_elements(row + i);
      s += y;
      q += y * y;
      least = smaller(y, least);
      most = larger(y, most);
    }
    for (int l = 0; l < 16; ++l) {
      sum[l % block] += s[l];
      square[l % block] += q[l];
    }
  }
  for (int l = 0; l < 16; ++l) {
    low[l % block] = least[l] < low[l % block] ? least[l] : low[l % block];
    high[l % block] = most[l] > high[l % block] ? most[l] : high[l % block];
  }
  const lanes rest = load_some_elements(row + i, length - i);
  for (int l = 0; i < length; ++i, ++l) {
    const float y = rest[l];
    sum[i % block] += y;
    square[i % block] += (double)y * y;
    low[i % block] = fmin(low[i % block], y);
    high[i % block] = fmax(high[i % block], y);
  }
}

// Sixteen channels of all pixels at a time, of which a pixel has more.
CK_INLINE void add_wide(
    const element *row, int64_t plane, int64_t block, double *sum, double *square, double *low, double *high) {
  for (int64_t first = 0; first < block; first += 16) {
    const int64_t n = block - first < 16 ? block - first : 16;
    lanes least = splat(INFINITY), most = splat(-INFINITY);
    for (int64_t pixel = 0; pixel < plane;) {
      lanes s = {}, q = {};
      const int64_t end = pixel + segment < plane ? pixel + segment : plane;
      for (; pixel < end; ++pixel) {
        const lanes y = load_n(row + pixel * block + first, n);
        s += y;
        q += y * y;
        least = smaller(y, least);
        most = larger(y, most);
      }
      for (int64_t l = 0; l < n; ++l) {
        sum[first + l] += s[l];
        square[first + l] += q[l];
      }
    }
    for (int64_t l = 0, c = first; l < n; ++l, ++c) {
      low[c] = least[l] < low[c] ? least[l] : low[c];
      high[c] = most[l] > high[c] ? most[l] : high[c];
    }
  }
}

CK_CLONES static void statistics_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_shape s = j->shape;
  const int64_t length = s.plane * s.block, channels = s.blocks * s.block;
  for (int64_t item = begin; item < end; ++item) {
    const int64_t block_index = item / chunks, chunk = item % chunks;
    double *sum = j->partial + chunk * fields * channels + block_index * s.block;
    double *square = sum + channels, *low = square + channels, *high = low + channels;
    begin_chunk(sum, channels, s.block);
    const int64_t first = s.batch * chunk / chunks, last = s.batch * (chunk + 1) / chunks;
    for (int64_t n = first; n < last; ++n) {
      const element *row = j->y + (n * s.blocks + block_index) * length;
      if (s.block == 16) add_lanes(row, length, 16, sum, square, low, high);
      else if (16 % s.block == 0) add_lanes(row, length, s.block, sum, square, low, high);
      else add_wide(row, s.plane, s.block, sum, square, low, high);
    }
  }
}

void named(ck_channel_statistics)(
    const element *y, ck_shape shape, double *scratch, double *sum, double *square_sum, float *minimum,
    float *maximum) {
  const int64_t channels = shape.blocks * shape.block;
  job j = {y, shape, scratch};
  ck_parallel(shape.blocks * chunks, shape.batch * channels * shape.plane, statistics_body, &j);
  join_chunks(scratch, channels, sum, square_sum, minimum, maximum);
}

typedef struct {
  const element *x;
  int64_t count;
  float range[2 * 64];
} range_job;

enum { range_parts = 64 };

CK_CLONES static void range_body(void *context, int64_t begin, int64_t end) {
  range_job *j = context;
  for (int64_t part = begin; part < end; ++part) {
    int64_t i = j->count * part / range_parts;
    const int64_t last = j->count * (part + 1) / range_parts;
    lanes least = splat(INFINITY), most = splat(-INFINITY);
    for (; i + 16 <= last; i += 16) {
      const lanes x = load_elements(j->x + i);
      least = smaller(x, least);
      most = larger(x, most);
    }
    float low = lane_min(&least), high = lane_max(&most);
    const lanes rest = load_some_elements(j->x + i, last - i);
    for (int l = 0; i < last; ++i, ++l) {
      low = rest[l] < low ? rest[l] : low;
      high = rest[l] > high ? rest[l] : high;
    }
    j->range[2 * part] = low;
    j->range[2 * part + 1] = high;
  }
}

void named(ck_range)(const element *x, int64_t count, float range[2]) {
  range_job j = {x, count, {0}};
  ck_parallel(range_parts, count, range_body, &j);
  range[0] = INFINITY;
  range[1] = -INFINITY;
  for (int part = 0; part < range_parts; ++part) {
    range[0] = fminf(range[0], j.range[2 * part]);
    range[1] = fmaxf(range[1], j.range[2 * part + 1]);
  }
}
