// The arithmetic of an epilogue on sixteen values, forward and its mask side by side.
#ifndef QATLAB_EPILOGUE_H
#define QATLAB_EPILOGUE_H

#include "lanes.h"

typedef struct {
  lanes ceiling, inverse, scale, zero, low, high;
} epilogue_lanes;

CK_INLINE void epilogue_constants(const ck_epilogue *e, epilogue_lanes *k) {
  k->ceiling = splat(e->ceiling);
  k->inverse = splat(1.0f / e->grid.scale);
  k->scale = splat(e->grid.scale);
  k->zero = splat(e->grid.zero_point);
  k->low = splat(e->grid.minimum);
  k->high = splat(e->grid.maximum);
}

// In this order of arguments NaN passes through, and is seen where the loss is computed.
#define activated(v, k) smaller((k)->ceiling, larger(splat(0), v))

// q before clamping. Codes lie far below 2^24, so float holds them exactly.
#define raw_code(v, k) (rounded((v) * (k)->inverse) + (k)->zero)

#define fake_quantized(v, k) ((smaller(larger(raw_code(v, k), (k)->low), (k)->high) - (k)->zero) * (k)->scale)

// Where the gradient passes: between the bounds of the activation and on the grid. A trained range (zero point 0) ends
// where clipping begins, so that its own gradient and this one share out the values between them.
CK_INLINE void passing(
    const lanes *value, int activation, int quantizes, int trained, const epilogue_lanes *k, mask *m) {
  lanes v = *value;
  *m = (mask){} - 1;
  if (activation) {
    *m = (v > splat(0)) & (v < k->ceiling);
    v = activated(v, k);
  }
  if (trained) {
    const lanes t = v * k->inverse;
    *m &= (t > k->low) & (t < k->high);
  } else if (quantizes) {
    const lanes q = raw_code(v, k);
    *m &= (q >= k->low) & (q <= k->high);
  }
}

#endif
