#include "matrix_gradients.h"

unsigned ck_processor_features(void) {
  unsigned features = 0;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) features |= 1u;
  if (__builtin_cpu_supports("avx512f")) features |= 2u;
  if (__builtin_cpu_supports("avx512vnni") || __builtin_cpu_supports("avxvnni")) features |= 4u;
  if (__builtin_cpu_supports("avx512bf16")) features |= 8u;
  if (ck_has_matrix_units()) features |= 16u;
#endif
  return features;
}
