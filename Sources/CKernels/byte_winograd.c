#include "byte_products.h"

#include <string.h>

// F(2×2, 3×3) in whole numbers: kernels at the points 0, ±1, ∞ are taken twice in each direction, so that a sum of
// products is four times the convolution's, exactly. Codes at the points are below 4·255, kernels below 9·128.
enum { panel = 16, side = 4, points = 16, extent = 2, apart = 32 };

static int64_t across(int64_t size) { return (size + extent - 1) / extent; }
static int64_t tiles(const ck_byte_convolution *s) { return s->batch * across(s->out_height) * across(s->out_width); }
static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t tiles_at_once(const ck_byte_convolution *s) {
  const int64_t near_cache = (int64_t)1 << 22, least = 96;
  const int64_t some = near_cache / (points * (2 * s->inputs + 4 * s->outputs));
  return smaller(tiles(s), some < least ? least : some);
}

static int64_t code_plane(const ck_byte_convolution *s) { return tiles_at_once(s) * s->inputs + apart; }
static int64_t sum_plane(const ck_byte_convolution *s) { return tiles_at_once(s) * s->outputs + apart; }

int64_t ck_byte_winograd_weight_count(const ck_byte_convolution *s) { return points * s->inputs * s->outputs; }

int64_t ck_byte_winograd_scratch_bytes(const ck_byte_convolution *s) {
  return points * (2 * code_plane(s) + 4 * sum_plane(s));
}

static void kernel_line(const int *g, int from, int *t, int to) {
  t[0] = -2 * g[0];
  t[to] = g[0] + g[from] + g[2 * from];
  t[2 * to] = g[0] - g[from] + g[2 * from];
  t[3 * to] = 2 * g[2 * from];
}

void ck_byte_winograd_weights(const int8_t *weights, int16_t *to, const ck_byte_convolution *s) {
  for (int64_t o = 0; o < s->outputs; ++o) {
    for (int64_t i = 0; i < s->inputs; ++i) {
      int g[9], lines[3 * side], at[points];
      for (int tap = 0; tap < 9; ++tap) g[tap] = weights[(o * s->inputs + i) * 9 + tap];
      for (int column = 0; column < 3; ++column) kernel_line(g + column, 3, lines + column, 3);
      for (int row = 0; row < side; ++row) kernel_line(lines + 3 * row, 1, at + side * row, 1);
      for (int64_t p = 0; p < points; ++p) {
        to[((p * (s->outputs / panel) + o / panel) * s->inputs / 2 + i / 2) * panel * 2 + o % panel * 2 + i % 2] =
            (int16_t)at[p];
      }
    }
  }
}

#if defined(__x86_64__)

typedef struct {
  const uint8_t *x;
  const int16_t *weights;
  int16_t *codes;
  int32_t *points_sums, *sums;
  int64_t first, count;
  const ck_byte_convolution *shape;
} job;

typedef struct {
  int64_t image, top, left;
} corner;

static corner corner_of(const ck_byte_convolution *s, int64_t tile) {
  const int64_t columns = across(s->out_width), each = columns * across(s->out_height);
  return (corner){tile / each, tile % each / columns * extent, tile % columns * extent};
}

CK_AVX2_INLINE void code_line(const __m256i *d, int from, __m256i *t, int to) {
  t[0] = _mm256_sub_epi16(d[2 * from], d[0]);
  t[to] = _mm256_add_epi16(d[2 * from], d[from]);
  t[2 * to] = _mm256_sub_epi16(d[2 * from], d[from]);
  t[3 * to] = _mm256_sub_epi16(d[3 * from], d[from]);
}

CK_AVX2 static void codes_at_points(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_byte_convolution *s = j->shape;
  const __m256i zero = _mm256_set1_epi16((int16_t)s->zero_point);
  for (int64_t tile = begin; tile < end; ++tile) {
    const corner c = corner_of(s, j->first + tile);
    for (int64_t channel = 0; channel < s->inputs; channel += 16) {
      __m256i d[points], lines[points];
      for (int p = 0; p < points; ++p) {
        const int64_t y = c.top - s->padding + p / side, z = c.left - s->padding + p % side;
        const uint8_t *from = j->x + ((c.image * s->height + y) * s->width + z) * s->inputs + channel;
        d[p] = y >= 0 && z >= 0 && y < s->height && z < s->width
            ? _mm256_sub_epi16(_mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)from)), zero)
            : _mm256_setzero_si256();
      }
      for (int i = 0; i < side; ++i) code_line(d + i, side, lines + i, side);
      for (int i = 0; i < side; ++i) code_line(lines + i * side, 1, d + i * side, 1);
      int16_t *to = j->codes + tile * s->inputs + channel;
      for (int p = 0; p < points; ++p) _mm256_storeu_si256((__m256i *)(to + p * code_plane(s)), d[p]);
    }
  }
}

// One point's tiles by sixteen outputs.
CK_AVX2 static void products_at_points(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_byte_convolution *s = j->shape;
  const int64_t each = s->outputs / panel, offset = 0;
  for (int64_t unit = begin; unit < end; ++unit) {
    const int64_t point = unit / each, which = unit % each;
    const int16_t *weights = j->weights + unit * s->inputs * panel;
    for (int64_t first = 0; first < j->count; first += byte_rows) {
      const int64_t rows = smaller(byte_rows, j->count - first);
      const int16_t *from[byte_rows];
      int32_t *to[byte_rows];
      for (int64_t i = 0; i < rows; ++i) {
        from[i] = j->codes + point * code_plane(s) + (first + i) * s->inputs;
        to[i] = j->points_sums + point * sum_plane(s) + (first + i) * s->outputs + which * panel;
      }
      const byte_product p = {from, &offset, 1, s->inputs / 2, weights, to};
      multiply_bytes(&p, rows);
    }
  }
}

CK_AVX2_INLINE void sum_line(const __m256i *t, int from, __m256i *y, int to) {
  y[0] = _mm256_add_epi32(_mm256_add_epi32(t[0], t[from]), t[2 * from]);
  y[to] = _mm256_add_epi32(_mm256_sub_epi32(t[from], t[2 * from]), t[3 * from]);
}

CK_AVX2 static void sums_of_tiles(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_byte_convolution *s = j->shape;
  for (int64_t tile = begin; tile < end; ++tile) {
    const corner c = corner_of(s, j->first + tile);
    for (int64_t channel = 0; channel < s->outputs; channel += 8) {
      const int32_t *from = j->points_sums + tile * s->outputs + channel;
      __m256i t[points], lines[extent * side], y[extent * extent];
      for (int p = 0; p < points; ++p) t[p] = _mm256_loadu_si256((const __m256i *)(from + p * sum_plane(s)));
      for (int i = 0; i < side; ++i) sum_line(t + i, side, lines + i, side);
      for (int i = 0; i < extent; ++i) sum_line(lines + i * side, 1, y + i * extent, 1);
      for (int place = 0; place < extent * extent; ++place) {
        const int64_t row = c.top + place / extent, column = c.left + place % extent;
        if (row >= s->out_height || column >= s->out_width) continue;
        int32_t *to = j->sums + ((c.image * s->out_height + row) * s->out_width + column) * s->outputs + channel;
        _mm256_storeu_si256((__m256i *)to, _mm256_srai_epi32(y[place], 2));
      }
    }
  }
}

void ck_byte_winograd(
    const uint8_t *x, const int16_t *weights, int32_t *sums, void *scratch, const ck_byte_convolution *s) {
  int16_t *codes = scratch;
  int32_t *products = (int32_t *)(void *)(codes + points * code_plane(s));
  job j = {x, weights, codes, products, sums, 0, 0, s};
  for (int64_t all = tiles(s), most = tiles_at_once(s); j.first < all; j.first += most) {
    j.count = smaller(most, all - j.first);
    ck_parallel(j.count, j.count * points * s->inputs, codes_at_points, &j);
    ck_parallel(
        points * (s->outputs / panel), points * j.count * s->inputs * s->outputs, products_at_points, &j);
    ck_parallel(j.count, j.count * points * s->outputs, sums_of_tiles, &j);
  }
}

#else
// Other processors multiply bytes exactly, so no plan asks for this.
void ck_byte_winograd(
    const uint8_t *x, const int16_t *weights, int32_t *sums, void *scratch, const ck_byte_convolution *s) {
  (void)x, (void)weights, (void)sums, (void)scratch, (void)s;
}
#endif
