#include "attributes.hpp"

#include <cmath>
#include <cstring>

using dnnl::memory;

namespace odn {

dnnl::primitive_attr plain_attributes() {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attr;
}

dnnl::primitive_attr attributes(const odn_epilogue &e) {
  dnnl::primitive_attr attr = plain_attributes();
#if DNNL_VERSION_MAJOR >= 3
  // 3.x scales the accumulator by source × weights and divides by the destination's scale; the whole factor goes
  // into the weights' scale, so that both versions round the same product.
  if (e.scale_count > 0) attr.set_scales_mask(DNNL_ARG_WEIGHTS, e.scale_count > 1 ? 1 : 0);
  if (e.src_zero_point != 0) attr.set_zero_points_mask(DNNL_ARG_SRC, 0);
  if (e.dst_zero_point != 0) attr.set_zero_points_mask(DNNL_ARG_DST, 0);
#else
  if (e.scale_count > 0) {
    attr.set_output_scales(e.scale_count > 1 ? 1 << 1 : 0, std::vector<float>(e.scales, e.scales + e.scale_count));
  }
  if (e.src_zero_point != 0) attr.set_zero_points(DNNL_ARG_SRC, 0, {e.src_zero_point});
  if (e.dst_zero_point != 0) attr.set_zero_points(DNNL_ARG_DST, 0, {e.dst_zero_point});
#endif
  dnnl::post_ops post;
  if (e.has_sum) {
    // Dense layers of floats refuse a sum that names the type it would have anyway.
    const auto type = e.dst == ODN_F32 ? memory::data_type::undef : odn::data_type(e.dst);
    post.append_sum(e.sum_scale, e.sum_zero_point, type);
  }
  auto append = [&](dnnl::algorithm algorithm, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
    post.append_eltwise(algorithm, alpha, beta);
#else
    post.append_eltwise(1.f, algorithm, alpha, beta);
#endif
  };
  if (e.has_bounds) {
    const bool relu = e.low == 0 && std::isinf(e.high);
    append(
        relu ? dnnl::algorithm::eltwise_relu : dnnl::algorithm::eltwise_clip, e.low, relu ? 0 : e.high);
  }
  if (e.rounds) append(dnnl::algorithm::eltwise_round, 0, 0);
  if (e.offset != 0) append(dnnl::algorithm::eltwise_linear, 1, e.offset);
  attr.set_post_ops(post);
  return attr;
}

void bind_attributes(odn_operation &op, const odn_epilogue &e) {
#if DNNL_VERSION_MAJOR >= 3
  auto hold = [&](int argument, memory::data_type type, int64_t count, const void *values, size_t bytes) {
    memory m(memory::desc({count}, type, memory::format_tag::a), engine());
    std::memcpy(m.get_data_handle(), values, bytes);
    op.arguments[argument] = m;
  };
  if (e.scale_count > 0) {
    hold(DNNL_ARG_ATTR_SCALES | DNNL_ARG_WEIGHTS, memory::data_type::f32, e.scale_count, e.scales,
         e.scale_count * sizeof(float));
  }
  if (e.src_zero_point != 0) {
    hold(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_SRC, memory::data_type::s32, 1, &e.src_zero_point, 4);
  }
  if (e.dst_zero_point != 0) {
    hold(DNNL_ARG_ATTR_ZERO_POINTS | DNNL_ARG_DST, memory::data_type::s32, 1, &e.dst_zero_point, 4);
  }
#else
  (void)op;
  (void)e;
#endif
}

}  // namespace odn
