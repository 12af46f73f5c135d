#include "internal.hpp"

#include <cmath>
#include <cstring>

using dnnl::memory;

namespace {

int argument_of(odn_role role) {
  switch (role) {
    case ODN_SRC: return DNNL_ARG_SRC;
    case ODN_WEIGHTS: return DNNL_ARG_WEIGHTS;
    case ODN_BIAS: return DNNL_ARG_BIAS;
    case ODN_DST: return DNNL_ARG_DST;
    case ODN_DIFF_SRC: return DNNL_ARG_DIFF_SRC;
    case ODN_DIFF_WEIGHTS: return DNNL_ARG_DIFF_WEIGHTS;
    case ODN_DIFF_BIAS: return DNNL_ARG_DIFF_BIAS;
    case ODN_DIFF_DST: return DNNL_ARG_DIFF_DST;
    case ODN_WORKSPACE: return DNNL_ARG_WORKSPACE;
    case ODN_SCRATCHPAD: return DNNL_ARG_SCRATCHPAD;
    case ODN_ROLE_COUNT: break;
  }
  return 0;
}

// The caller gives an operation its scratchpad: it may lie where nothing else is alive meanwhile.
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

struct Shapes {
  memory::desc src, weights, bias, dst;
};

template <typename Pd>
void describe(odn_operation &op, Pd &&pd) {
  op.implementation = pd.impl_info_str();
  op.layouts[ODN_SCRATCHPAD] = pd.scratchpad_desc();
  op.description = std::make_shared<std::decay_t<Pd>>(std::forward<Pd>(pd));
}

// Convolution and dense layers differ in their descriptors alone; `Family` supplies those.
template <typename Family>
odn_operation *create_linear(
    odn_direction direction, const Family &family, const odn_epilogue &e, const Shapes &s,
    const odn_operation *hint) {
  auto op = std::make_unique<odn_operation>();
  auto forward_hint = [&]() -> const typename Family::Forward & {
    return static_cast<const typename Family::Forward &>(*hint->description);
  };
  switch (direction) {
    case ODN_FORWARD_TRAINING:
    case ODN_FORWARD_INFERENCE: {
      auto kind = direction == ODN_FORWARD_TRAINING ? dnnl::prop_kind::forward_training
                                                    : dnnl::prop_kind::forward_inference;
      auto pd = family.forward(kind, s, attributes(e));
      op->primitive = typename Family::ForwardPrimitive(pd);
      op->layouts[ODN_SRC] = pd.src_desc();
      op->layouts[ODN_WEIGHTS] = pd.weights_desc();
      if (e.has_bias) op->layouts[ODN_BIAS] = pd.bias_desc();
      op->layouts[ODN_DST] = pd.dst_desc();
      describe(*op, std::move(pd));
      break;
    }
    case ODN_BACKWARD_DATA: {
      auto pd = family.backward_data(s, forward_hint());
      op->primitive = typename Family::BackwardDataPrimitive(pd);
      op->layouts[ODN_DIFF_SRC] = pd.diff_src_desc();
      op->layouts[ODN_WEIGHTS] = pd.weights_desc();
      op->layouts[ODN_DIFF_DST] = pd.diff_dst_desc();
      describe(*op, std::move(pd));
      break;
    }
    case ODN_BACKWARD_WEIGHTS: {
      auto pd = family.backward_weights(s, forward_hint());
      op->primitive = typename Family::BackwardWeightsPrimitive(pd);
      op->layouts[ODN_SRC] = pd.src_desc();
      op->layouts[ODN_DIFF_WEIGHTS] = pd.diff_weights_desc();
      if (e.has_bias) op->layouts[ODN_DIFF_BIAS] = pd.diff_bias_desc();
      op->layouts[ODN_DIFF_DST] = pd.diff_dst_desc();
      describe(*op, std::move(pd));
      break;
    }
  }
  return op.release();
}

struct ConvolutionFamily {
  using Forward = dnnl::convolution_forward::primitive_desc;
  using ForwardPrimitive = dnnl::convolution_forward;
  using BackwardDataPrimitive = dnnl::convolution_backward_data;
  using BackwardWeightsPrimitive = dnnl::convolution_backward_weights;

  memory::dims strides, padding;
  dnnl::algorithm algorithm = dnnl::algorithm::convolution_direct;

#if DNNL_VERSION_MAJOR >= 3
  auto forward(dnnl::prop_kind kind, const Shapes &s, const dnnl::primitive_attr &attr) const {
    return Forward(odn::engine(), kind, algorithm, s.src, s.weights, s.bias, s.dst, strides, padding, padding, attr);
  }
  auto backward_data(const Shapes &s, const Forward &hint) const {
    return dnnl::convolution_backward_data::primitive_desc(
        odn::engine(), algorithm, s.src, s.weights, s.dst, strides, padding, padding, hint, plain_attributes());
  }
  auto backward_weights(const Shapes &s, const Forward &hint) const {
    return dnnl::convolution_backward_weights::primitive_desc(
        odn::engine(), algorithm, s.src, s.weights, s.bias, s.dst, strides, padding, padding, hint, plain_attributes());
  }
#else
  auto forward(dnnl::prop_kind kind, const Shapes &s, const dnnl::primitive_attr &attr) const {
    dnnl::convolution_forward::desc desc(
        kind, algorithm, s.src, s.weights, s.bias, s.dst, strides, padding, padding);
    return Forward(desc, attr, odn::engine());
  }
  auto backward_data(const Shapes &s, const Forward &hint) const {
    dnnl::convolution_backward_data::desc desc(algorithm, s.src, s.weights, s.dst, strides, padding, padding);
    return dnnl::convolution_backward_data::primitive_desc(desc, plain_attributes(), odn::engine(), hint);
  }
  auto backward_weights(const Shapes &s, const Forward &hint) const {
    dnnl::convolution_backward_weights::desc desc(
        algorithm, s.src, s.weights, s.bias, s.dst, strides, padding, padding);
    return dnnl::convolution_backward_weights::primitive_desc(desc, plain_attributes(), odn::engine(), hint);
  }
#endif
};

struct DenseFamily {
  using Forward = dnnl::inner_product_forward::primitive_desc;
  using ForwardPrimitive = dnnl::inner_product_forward;
  using BackwardDataPrimitive = dnnl::inner_product_backward_data;
  using BackwardWeightsPrimitive = dnnl::inner_product_backward_weights;

#if DNNL_VERSION_MAJOR >= 3
  auto forward(dnnl::prop_kind kind, const Shapes &s, const dnnl::primitive_attr &attr) const {
    return Forward(odn::engine(), kind, s.src, s.weights, s.bias, s.dst, attr);
  }
  auto backward_data(const Shapes &s, const Forward &hint) const {
    return dnnl::inner_product_backward_data::primitive_desc(odn::engine(), s.src, s.weights, s.dst, hint, plain_attributes());
  }
  auto backward_weights(const Shapes &s, const Forward &hint) const {
    return dnnl::inner_product_backward_weights::primitive_desc(
        odn::engine(), s.src, s.weights, s.bias, s.dst, hint, plain_attributes());
  }
#else
  auto forward(dnnl::prop_kind kind, const Shapes &s, const dnnl::primitive_attr &attr) const {
    dnnl::inner_product_forward::desc desc(kind, s.src, s.weights, s.bias, s.dst);
    return Forward(desc, attr, odn::engine());
  }
  auto backward_data(const Shapes &s, const Forward &hint) const {
    dnnl::inner_product_backward_data::desc desc(s.src, s.weights, s.dst);
    return dnnl::inner_product_backward_data::primitive_desc(desc, plain_attributes(), odn::engine(), hint);
  }
  auto backward_weights(const Shapes &s, const Forward &hint) const {
    dnnl::inner_product_backward_weights::desc desc(s.src, s.weights, s.bias, s.dst);
    return dnnl::inner_product_backward_weights::primitive_desc(desc, plain_attributes(), odn::engine(), hint);
  }
#endif
};

// Arguments that 3.x takes at run time instead of in the attributes.
void bind_attributes(odn_operation &op, const odn_epilogue &e) {
#if DNNL_VERSION_MAJOR >= 3
  auto hold = [&](int argument, memory::data_type type, int64_t count, const void *values, size_t bytes) {
    memory m(memory::desc({count}, type, memory::format_tag::a), odn::engine());
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

}  // namespace

extern "C" {

odn_operation *odn_convolution_create(
    odn_direction direction, const odn_convolution *c, const odn_epilogue *e, const odn_layout *src,
    const odn_layout *weights, const odn_layout *dst, const odn_operation *forward) {
  return odn::guarded<odn_operation *>(nullptr, [&] {
    memory::dims kernel_dims = {c->outputs, c->inputs, c->kernel, c->kernel};
    if (c->groups > 1) {
      kernel_dims = {c->groups, c->outputs / c->groups, c->inputs / c->groups, c->kernel, c->kernel};
    }
    Shapes s;
    s.src = odn::desc_or_any(src, {c->batch, c->inputs, c->in_height, c->in_width}, e->src);
    s.weights = odn::desc_or_any(weights, kernel_dims, e->weights);
    s.dst = odn::desc_or_any(dst, {c->batch, c->outputs, c->out_height, c->out_width}, e->dst);
    if (e->has_bias) s.bias = odn::desc_or_any(nullptr, {c->outputs}, e->bias);
    ConvolutionFamily family{{c->stride, c->stride}, {c->padding, c->padding}};
    if (c->winograd) family.algorithm = dnnl::algorithm::convolution_winograd;
    odn_operation *op = create_linear(direction, family, *e, s, forward);
    bind_attributes(*op, *e);
    return op;
  });
}

odn_operation *odn_dense_create(
    odn_direction direction, const odn_dense *d, const odn_epilogue *e, const odn_layout *src,
    const odn_layout *weights, const odn_layout *dst, const odn_operation *forward) {
  return odn::guarded<odn_operation *>(nullptr, [&] {
    Shapes s;
    s.src = odn::desc_or_any(src, {d->batch, d->inputs}, e->src);
    s.weights = odn::desc_or_any(weights, {d->outputs, d->inputs}, e->weights);
    s.dst = odn::desc_or_any(dst, {d->batch, d->outputs}, e->dst);
    if (e->has_bias) s.bias = odn::desc_or_any(nullptr, {d->outputs}, e->bias);
    odn_operation *op = create_linear(direction, DenseFamily{}, *e, s, forward);
    bind_attributes(*op, *e);
    return op;
  });
}

odn_operation *odn_pooling_create(
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
          plain_attributes());
#else
      dnnl::pooling_v2_forward::desc desc(kind, algorithm, outer, inner, strides, kernel, undilated, padding, padding);
      dnnl::pooling_v2_forward::primitive_desc pd(desc, plain_attributes(), odn::engine());
#endif
      op->layouts[ODN_SRC] = pd.src_desc();
      op->layouts[ODN_DST] = pd.dst_desc();
      op->layouts[ODN_WORKSPACE] = pd.workspace_desc();
#if DNNL_VERSION_MAJOR >= 3
      op->primitive = dnnl::pooling_forward(pd);
#else
      op->primitive = dnnl::pooling_v2_forward(pd);
#endif
      describe(*op, std::move(pd));
    } else {
#if DNNL_VERSION_MAJOR >= 3
      auto &hint = static_cast<const dnnl::pooling_forward::primitive_desc &>(*forward->description);
      dnnl::pooling_backward::primitive_desc pd(
          odn::engine(), algorithm, outer, inner, strides, kernel, undilated, padding, padding, hint,
          plain_attributes());
      op->primitive = dnnl::pooling_backward(pd);
#else
      auto &hint = static_cast<const dnnl::pooling_v2_forward::primitive_desc &>(*forward->description);
      dnnl::pooling_v2_backward::desc desc(algorithm, outer, inner, strides, kernel, undilated, padding, padding);
      dnnl::pooling_v2_backward::primitive_desc pd(desc, plain_attributes(), odn::engine(), hint);
      op->primitive = dnnl::pooling_v2_backward(pd);
#endif
      op->layouts[ODN_DIFF_SRC] = pd.diff_src_desc();
      op->layouts[ODN_DIFF_DST] = pd.diff_dst_desc();
      op->layouts[ODN_WORKSPACE] = pd.workspace_desc();
      describe(*op, std::move(pd));
    }
    return op.release();
  });
}

odn_operation *odn_reorder_create(const odn_layout *from, const odn_layout *to) {
  return odn::guarded<odn_operation *>(nullptr, [&] {
    auto op = std::make_unique<odn_operation>();
    dnnl::reorder::primitive_desc pd(odn::engine(), from->desc, odn::engine(), to->desc, plain_attributes());
    op->primitive = dnnl::reorder(pd);
    op->layouts[ODN_SRC] = from->desc;
    op->layouts[ODN_DST] = to->desc;
    describe(*op, std::move(pd));
    return op.release();
  });
}

void odn_operation_destroy(odn_operation *operation) { delete operation; }

odn_layout *odn_operation_layout(const odn_operation *op, odn_role role) {
  return odn::guarded<odn_layout *>(nullptr, [&]() -> odn_layout * {
    if (op->layouts[role].get_size() == 0) return nullptr;
    return new odn_layout{op->layouts[role]};
  });
}

const char *odn_operation_implementation(const odn_operation *op) { return op->implementation.c_str(); }

int odn_operation_bind(odn_operation *op, odn_role role, void *data) {
  return odn::guarded(1, [&] {
    op->arguments[argument_of(role)] = memory(op->layouts[role], odn::engine(), data);
    op->list.clear();
    for (const auto &[argument, m] : op->arguments) op->list.push_back({argument, m.get()});
    return 0;
  });
}

int odn_operation_run(odn_operation *op) {
  // The C call takes the prepared list as it is; the C++ one would build it anew each time.
  const dnnl_status_t status = dnnl_primitive_execute(
      op->primitive.get(), odn::stream().get(), static_cast<int>(op->list.size()), op->list.data());
  if (status == dnnl_success) return 0;
  odn::set_error("a primitive failed to execute");
  return 1;
}

}  // extern "C"
