#include "kernels.h"

int ck_has_exact_byte_products(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512vnni") || __builtin_cpu_supports("avxvnni");
#else
  return 1;
#endif
}
