#include "element.h"

// Every multiplication and addition is rounded by itself, as in the table of an integer model: their codes are equal.
#pragma clang fp contract(off)

typedef struct {
  const element *x, *d;  // d NULL: forward
  element *y;
  ck_curve curve;
} job;

CK_CLONES static void curve_body(void *context, int64_t begin, int64_t end) {
  const job *j = context;
  const ck_curve c = j->curve;
  const lanes lower = splat(c.lower), upper = splat(c.upper), below = splat(c.slope_below),
              above = splat(c.slope_above), linear = splat(c.linear), square = splat(c.square),
              slope = splat(2 * c.square);
  for (int64_t i = begin; i < end; i += 16) {
    const int64_t n = end - i < 16 ? end - i : 16;
    const lanes x = load_n(j->x + i, n);
    lanes y;
    if (j->d) {
      const lanes outer = choose(x <= lower, below, above);
      y = load_n(j->d + i, n) * choose((x > lower) & (x < upper), linear + slope * x, outer);
    } else {
      const lanes outer = x * choose(x <= lower, below, above);
      y = choose((x > lower) & (x < upper), x * (linear + square * x), outer);
    }
    if (n == 16) store_elements(j->y + i, y);
    else store_some_elements(j->y + i, y, n);
  }
}

void named(ck_curve_forward)(const element *x, element *y, int64_t count, const ck_curve *curve) {
  job j = {x, 0, y, *curve};
  ck_parallel(count, count, curve_body, &j);
}

void named(ck_curve_backward)(const element *x, const element *d, element *g, int64_t count, const ck_curve *curve) {
  job j = {x, d, g, *curve};
  ck_parallel(count, count, curve_body, &j);
}
