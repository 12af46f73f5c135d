#include "attributes.hpp"

using dnnl::memory;

extern "C" odn_operation *odn_pooling_create(
    odn_direction direction, const odn_pooling *p, odn_type type, const odn_layout *src, const odn_layout *dst,
    const odn_operation *forward) {
  return odn::guarded<odn_operation *>(nullptr, [&] {
    auto op = std::make_unique<odn_operation>();
    const auto algorithm =
        p->maximum ? dnnl::algorithm::pooling_max : dnnl::algorithm::pooling_avg_include_padding;
    const auto outer = odn::desc_or_any(src, {p->batch, p->channels, p->in_height, p->in_width}, type);
    const auto inner = odn::desc_or_any(dst, {p->batch, p->channels, p->out_height, p->out_width}, type);
    const memory::dims strides = {p->stride, p->stride}, kernel = {p->kernel_height, p->kernel_width};
    const memory::dims padding = {p->padding, p->padding}, undilated = {0, 0};
    if (direction == ODN_FORWARD_TRAINING || direction == ODN_FORWARD_INFERENCE) {
      const auto kind = direction == ODN_FORWARD_TRAINING ? dnnl::prop_kind::forward_training
                                                          : dnnl::prop_kind::forward_inference;
#if DNNL_VERSION_MAJOR >= 3
      dnnl::pooling_forward::primitive_desc pd(
          odn::engine(), kind, algorithm, outer, inner, strides, kernel, undilated, padding, padding,
          odn::plain_attributes());
#else
      dnnl::pooling_v2_forward::desc desc(kind, algorithm, outer, inner, strides, kernel, undilated, padding, padding);
      dnnl::pooling_v2_forward::primitive_desc pd(desc, odn::plain_attributes(), odn::engine());
#endif
      op->layouts[ODN_SRC] = pd.src_desc();
      op->layouts[ODN_DST] = pd.dst_desc();
      op->layouts[ODN_WORKSPACE] = pd.workspace_desc();
#if DNNL_VERSION_MAJOR >= 3
      op->primitive = odn::made<dnnl::pooling_forward>(pd);
#else
      op->primitive = odn::made<dnnl::pooling_v2_forward>(pd);
#endif
      odn::describe(*op, std::move(pd));
    } else {
#if DNNL_VERSION_MAJOR >= 3
      auto &hint = static_cast<const dnnl::pooling_forward::primitive_desc &>(*forward->description);
      dnnl::pooling_backward::primitive_desc pd(
          odn::engine(), algorithm, outer, inner, strides, kernel, undilated, padding, padding, hint,
          odn::plain_attributes());
      op->primitive = odn::made<dnnl::pooling_backward>(pd);
#else
      auto &hint = static_cast<const dnnl::pooling_v2_forward::primitive_desc &>(*forward->description);
      dnnl::pooling_v2_backward::desc desc(algorithm, outer, inner, strides, kernel, undilated, padding, padding);
      dnnl::pooling_v2_backward::primitive_desc pd(desc, odn::plain_attributes(), odn::engine(), hint);
      op->primitive = odn::made<dnnl::pooling_v2_backward>(pd);
#endif
      op->layouts[ODN_DIFF_SRC] = pd.diff_src_desc();
      op->layouts[ODN_DIFF_DST] = pd.diff_dst_desc();
      op->layouts[ODN_WORKSPACE] = pd.workspace_desc();
      odn::describe(*op, std::move(pd));
    }
    return op.release();
  });
}
