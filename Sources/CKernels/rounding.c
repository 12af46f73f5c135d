#include <math.h>

#include "kernels.h"
#include "parallel.h"

// h = clip(σ(v)·(ζ − γ) + γ, 0, 1) with ζ = 1.1 and γ = −0.1: reaches 0 and 1 at finite v.
static const float stretch = 1.2f, offset = -0.1f;

typedef struct {
  const ck_rounding *state;
  ck_rounding_rate rate;
} rounding_job;

static void apply_body(void *context, int64_t begin, int64_t end) {
  const ck_rounding *s = ((const rounding_job *)context)->state;
  for (int64_t i = begin; i < end; ++i) {
    const float sigmoid = 1 / (1 + expf(-s->v[i]));
    s->sigmoid[i] = sigmoid;
    const float h = fminf(fmaxf(sigmoid * stretch + offset, 0), 1);
    const float code = fminf(fmaxf(s->base[i] + h, s->low), s->high);
    s->weights[i] = code * s->scale[i / s->rest];
  }
}

void ck_rounding_apply(const ck_rounding *state) {
  rounding_job j = {state, {0}};
  ck_parallel(state->count, 8 * state->count, apply_body, &j);
}

static void step_body(void *context, int64_t begin, int64_t end) {
  const rounding_job *j = context;
  const ck_rounding *s = j->state;
  const ck_rounding_rate r = j->rate;
  for (int64_t i = begin; i < end; ++i) {
    const float sigmoid = s->sigmoid[i], h = sigmoid * stretch + offset;
    float g = 0;
    if (h > 0 && h < 1) {
      const float slope = stretch * sigmoid * (1 - sigmoid);
      const float code = s->base[i] + h;
      if (code > s->low && code < s->high) g = s->gradient[i] * s->scale[i / s->rest];
      if (r.strength > 0) {
        const float place = 2 * h - 1;
        g -= r.strength * 2 * r.exponent * copysignf(powf(fabsf(place), r.exponent - 1), place);
      }
      g *= slope;
    }
    s->first[i] += 0.1f * (g - s->first[i]);
    s->second[i] += 0.001f * (g * g - s->second[i]);
    s->v[i] -= r.step * s->first[i] / (sqrtf(s->second[i]) * r.correction + 1e-8f);
  }
}

void ck_rounding_step(const ck_rounding *state, ck_rounding_rate rate) {
  rounding_job j = {state, rate};
  ck_parallel(state->count, 8 * state->count, step_body, &j);
}
