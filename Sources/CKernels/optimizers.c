#include <math.h>

#include "lanes.h"

typedef struct {
  float *w, *m, *v;
  const float *g;
  float rate, first, second, epsilon, decay, correction;
  float kept;  // of a weight, before its step
} adam_job;

CK_CLONES static void adam_body(void *context, int64_t begin, int64_t end) {
  const adam_job *j = context;
  const lanes rate = splat(j->rate), first = splat(j->first), second = splat(j->second);
  const lanes epsilon = splat(j->epsilon), decay = splat(j->decay), correction = splat(j->correction);
  const lanes kept = splat(j->kept);
  for (int64_t i = begin; i < end;) {
    const int64_t n = end - i < 16 ? end - i : 16;
    const int whole = n == 16;
    lanes w = whole ? load(j->w + i) : load_some(j->w + i, n);
    lanes m = whole ? load(j->m + i) : load_some(j->m + i, n);
    lanes v = whole ? load(j->v + i) : load_some(j->v + i, n);
    const lanes d = (whole ? load(j->g + i) : load_some(j->g + i, n)) + decay * w;
    m += first * (d - m);
    v += second * (d * d - v);
    w = kept * w - rate * m / (__builtin_elementwise_sqrt(v) * correction + epsilon);
    if (whole) {
      store(j->w + i, w);
      store(j->m + i, m);
      store(j->v + i, v);
    } else {
      store_some(j->w + i, w, n);
      store_some(j->m + i, m, n);
      store_some(j->v + i, v, n);
    }
    i += n;
  }
}

static void adam_step(adam_job j, int64_t count, double rate, double beta1, double beta2, double epsilon, int64_t step) {
  const double bias1 = 1 - pow(beta1, (double)step), bias2 = 1 - pow(beta2, (double)step);
  j.rate = (float)(rate / bias1);
  j.first = (float)(1 - beta1);
  j.second = (float)(1 - beta2);
  j.epsilon = (float)epsilon;
  j.correction = (float)(1 / sqrt(bias2));
  ck_parallel(count, count, adam_body, &j);
}

void ck_adam(
    float *w, const float *g, float *m, float *v, int64_t count, double rate, double beta1, double beta2,
    double epsilon, double decay, int64_t step) {
  const adam_job j = {.w = w, .m = m, .v = v, .g = g, .decay = (float)decay, .kept = 1};
  adam_step(j, count, rate, beta1, beta2, epsilon, step);
}

void ck_adamw(
    float *w, const float *g, float *m, float *v, int64_t count, double rate, double beta1, double beta2,
    double epsilon, double decay, int64_t step) {
  const adam_job j = {.w = w, .m = m, .v = v, .g = g, .kept = (float)(1 - rate * decay)};
  adam_step(j, count, rate, beta1, beta2, epsilon, step);
}

typedef struct {
  float *w, *m;
  const float *g;
  float rate, momentum, decay;
  int first;
} sgd_job;

CK_CLONES static void sgd_body(void *context, int64_t begin, int64_t end) {
  const sgd_job *j = context;
  float *restrict w = j->w, *restrict m = j->m;
  const float *restrict g = j->g;
  const float rate = j->rate, decay = j->decay, momentum = j->first ? 0 : j->momentum;
  for (int64_t i = begin; i < end; ++i) {
    m[i] = momentum * m[i] + (g[i] + decay * w[i]);
    w[i] -= rate * m[i];
  }
}

void ck_sgd(
    float *w, const float *g, float *m, int64_t count, double rate, double momentum, double decay, int64_t step) {
  sgd_job j = {w, m, g, (float)rate, (float)momentum, (float)decay, step == 1};
  ck_parallel(count, count, sgd_body, &j);
}
