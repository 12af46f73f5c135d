#include <math.h>

#include "lanes.h"

typedef struct {
  float *w, *m, *v;
  const float *g;
  float rate, first, second, epsilon, decay, correction;
} adam_job;

CK_CLONES static void adam_body(void *context, int64_t begin, int64_t end) {
  const adam_job *j = context;
  float *restrict w = j->w, *restrict m = j->m, *restrict v = j->v;
  const float *restrict g = j->g;
  const float rate = j->rate, first = j->first, second = j->second, epsilon = j->epsilon, decay = j->decay;
  const float correction = j->correction;
  for (int64_t i = begin; i < end; ++i) {
    const float d = g[i] + decay * w[i];
    m[i] = m[i] + first * (d - m[i]);
    v[i] = v[i] + second * (d * d - v[i]);
    w[i] -= rate * m[i] / (__builtin_sqrtf(v[i]) * correction + epsilon);
  }
}

void ck_adam(
    float *w, const float *g, float *m, float *v, int64_t count, double rate, double beta1, double beta2,
    double epsilon, double decay, int64_t step) {
  const double bias1 = 1 - pow(beta1, (double)step), bias2 = 1 - pow(beta2, (double)step);
  adam_job j = {w, m, v, g, (float)(rate / bias1), (float)(1 - beta1), (float)(1 - beta2), (float)epsilon,
                (float)decay, (float)(1 / sqrt(bias2))};
  ck_parallel(count, count, adam_body, &j);
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
