// How Winograd's algorithm sees a 3×3 convolution at stride 1: points, lines of tiles, and where things lie.
#ifndef QATLAB_WINOGRAD_H
#define QATLAB_WINOGRAD_H

#include "tiles.h"

// Lines of a tile, one vector of eight channels a place. A tile of m × m outputs stands at the points 0, ±1, ∞ (m = 2) or
// 0, ±5/8, ±3/2, ∞ (m = 4), whose rounding is less than that of 0, ±1, ±2, ∞ (Barabasz, Anderson, Soodhalter, Gregg 2020).
enum { most_points = 6 };

static const float near = 0.625f, far = 1.5f;
#define near2 (near * near)
#define far2 (far * far)

// Σ d[k]·(coefficients of Π (x − other points)) at each point: Bᵀ·d of Lavin and Gray.
CK_INLINE void line_of_input(const eight *d, int64_t from, eight *t, int64_t step, int extent) {
  if (extent == 2) {
    t[0] = d[2 * from] - d[0];
    t[step] = d[2 * from] + d[from];
    t[2 * step] = d[2 * from] - d[from];
    t[3 * step] = d[3 * from] - d[from];
    return;
  }
  const eight d0 = d[0], d1 = d[from], d2 = d[2 * from], d3 = d[3 * from], d4 = d[4 * from], d5 = d[5 * from];
  const eight even_near = d4 - far2 * d2, odd_near = near * (d3 - far2 * d1);
  const eight even_far = d4 - near2 * d2, odd_far = far * (d3 - near2 * d1);
  t[0] = d4 - (near2 + far2) * d2 + near2 * far2 * d0;
  t[step] = even_near + odd_near;
  t[2 * step] = even_near - odd_near;
  t[3 * step] = even_far + odd_far;
  t[4 * step] = even_far - odd_far;
  t[5 * step] = d5 - (near2 + far2) * d3 + near2 * far2 * d1;
}

// The kernel's polynomial at each point over Π (point − other points): G·g.
CK_INLINE void line_of_kernel(const eight *g, int64_t from, eight *t, int64_t step, int extent) {
  const eight g0 = g[0], g1 = g[from], g2 = g[2 * from];
  if (extent == 2) {
    t[0] = -g0;
    t[step] = 0.5f * (g0 + g1 + g2);
    t[2 * step] = 0.5f * (g0 - g1 + g2);
    t[3 * step] = g2;
    return;
  }
  const float at_near = 1 / (2 * near2 * (near2 - far2)), at_far = 1 / (2 * far2 * (far2 - near2));
  const eight even_near = at_near * (g0 + near2 * g2), odd_near = at_near * near * g1;
  const eight even_far = at_far * (g0 + far2 * g2), odd_far = at_far * far * g1;
  t[0] = 1 / (near2 * far2) * g0;
  t[step] = even_near + odd_near;
  t[2 * step] = even_near - odd_near;
  t[3 * step] = even_far + odd_far;
  t[4 * step] = even_far - odd_far;
  t[5 * step] = g2;
}

// Its transpose, Gᵀ·t: a gradient at the points becomes that of the kernel.
CK_INLINE void line_to_kernel(const eight *t, int64_t step, eight *g, int64_t to, int extent) {
  if (extent == 2) {
    const eight sum = 0.5f * (t[step] + t[2 * step]);
    g[0] = sum - t[0];
    g[to] = 0.5f * (t[step] - t[2 * step]);
    g[2 * to] = sum + t[3 * step];
    return;
  }
  const float at_near = 1 / (2 * near2 * (near2 - far2)), at_far = 1 / (2 * far2 * (far2 - near2));
  const eight even_near = at_near * (t[step] + t[2 * step]), even_far = at_far * (t[3 * step] + t[4 * step]);
  g[0] = 1 / (near2 * far2) * t[0] + even_near + even_far;
  g[to] = at_near * near * (t[step] - t[2 * step]) + at_far * far * (t[3 * step] - t[4 * step]);
  g[2 * to] = near2 * even_near + far2 * even_far + t[5 * step];
}

// Values at the points to those of the outputs: Aᵀ·t.
CK_INLINE void line_of_output(const eight *t, int64_t step, eight *y, int64_t to, int extent) {
  if (extent == 2) {
    y[0] = t[0] + t[step] + t[2 * step];
    y[to] = t[step] - t[2 * step] + t[3 * step];
    return;
  }
  const eight even_near = t[step] + t[2 * step], odd_near = near * (t[step] - t[2 * step]);
  const eight even_far = t[3 * step] + t[4 * step], odd_far = far * (t[3 * step] - t[4 * step]);
  y[0] = t[0] + even_near + even_far;
  y[to] = odd_near + odd_far;
  y[2 * to] = near2 * even_near + far2 * even_far;
  y[3 * to] = near2 * odd_near + far2 * odd_far + t[5 * step];
}

// Its transpose, A·d: the gradient of the outputs at each point.
CK_INLINE void line_of_gradient(const eight *d, int64_t from, eight *t, int64_t step, int extent) {
  if (extent == 2) {
    t[0] = d[0];
    t[step] = d[0] + d[from];
    t[2 * step] = d[0] - d[from];
    t[3 * step] = d[from];
    return;
  }
  const eight d0 = d[0], d1 = d[from], d2 = d[2 * from], d3 = d[3 * from];
  const eight even_near = d0 + near2 * d2, odd_near = near * (d1 + near2 * d3);
  const eight even_far = d0 + far2 * d2, odd_far = far * (d1 + far2 * d3);
  t[0] = d0;
  t[step] = even_near + odd_near;
  t[2 * step] = even_near - odd_near;
  t[3 * step] = even_far + odd_far;
  t[4 * step] = even_far - odd_far;
  t[5 * step] = d3;
}

// Products of a pair of channels a tile.
CK_INLINE int64_t points(const ck_winograd *s) { return (s->extent + 2) * (s->extent + 2); }

// Outputs of a panel of kernels, which lie [points][outputs / winograd_panel][inputs][winograd_panel].
enum { winograd_panel = 16 };

// Weights from kernels at their points, for gradients.
void winograd_weights(const float *kernels, float *weights, const ck_weight_tile *tile, const ck_winograd *s);

#endif
