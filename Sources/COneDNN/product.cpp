#include "internal.hpp"

extern "C" int odn_multiply(
    const float *a, int transposes_a, const float *b, int transposes_b, int64_t rows, int64_t inner, int64_t columns,
    int adds, float *c) {
  odn::settle_threads();
  const dnnl_status_t status = dnnl_sgemm(
      transposes_a ? 'T' : 'N', transposes_b ? 'T' : 'N', rows, columns, inner, 1.0f, a, transposes_a ? rows : inner, b,
      transposes_b ? inner : columns, adds ? 1.0f : 0.0f, c, columns);
  if (status == dnnl_success) return 0;
  odn::set_error("a matrix product failed");
  return 1;
}
