#include "linear.hpp"

using dnnl::memory;

namespace {

struct ConvolutionFamily {
  using Forward = dnnl::convolution_forward::primitive_desc;
  using ForwardPrimitive = dnnl::convolution_forward;
  using BackwardDataPrimitive = dnnl::convolution_backward_data;
  using BackwardWeightsPrimitive = dnnl::convolution_backward_weights;

  memory::dims strides, padding;
  dnnl::algorithm algorithm = dnnl::algorithm::convolution_direct;

#if DNNL_VERSION_MAJOR >= 3
  auto forward(dnnl::prop_kind kind, const odn::Shapes &s, const dnnl::primitive_attr &attr) const {
    return Forward(odn::engine(), kind, algorithm, s.src, s.weights, s.bias, s.dst, strides, padding, padding, attr);
  }
  auto backward_data(const odn::Shapes &s, const Forward &hint) const {
    return dnnl::convolution_backward_data::primitive_desc(
        odn::engine(), algorithm, s.src, s.weights, s.dst, strides, padding, padding, hint, odn::plain_attributes());
  }
  auto backward_weights(const odn::Shapes &s, const Forward &hint) const {
    return dnnl::convolution_backward_weights::primitive_desc(
        odn::engine(), algorithm, s.src, s.weights, s.bias, s.dst, strides, padding, padding, hint, odn::plain_attributes());
  }
#else
  auto forward(dnnl::prop_kind kind, const odn::Shapes &s, const dnnl::primitive_attr &attr) const {
    dnnl::convolution_forward::desc desc(
        kind, algorithm, s.src, s.weights, s.bias, s.dst, strides, padding, padding);
    return Forward(desc, attr, odn::engine());
  }
  auto backward_data(const odn::Shapes &s, const Forward &hint) const {
    dnnl::convolution_backward_data::desc desc(algorithm, s.src, s.weights, s.dst, strides, padding, padding);
    return dnnl::convolution_backward_data::primitive_desc(desc, odn::plain_attributes(), odn::engine(), hint);
  }
  auto backward_weights(const odn::Shapes &s, const Forward &hint) const {
    dnnl::convolution_backward_weights::desc desc(
        algorithm, s.src, s.weights, s.bias, s.dst, strides, padding, padding);
    return dnnl::convolution_backward_weights::primitive_desc(desc, odn::plain_attributes(), odn::engine(), hint);
  }
#endif
};

}  // namespace

extern "C" odn_operation *odn_convolution_create(
    odn_direction direction, const odn_convolution *c, const odn_epilogue *e, const odn_layout *src,
    const odn_layout *weights, const odn_layout *dst, const odn_operation *forward) {
  return odn::guarded<odn_operation *>(nullptr, [&] {
    memory::dims kernel_dims = {c->outputs, c->inputs, c->kernel, c->kernel};
    if (c->groups > 1) {
      kernel_dims = {c->groups, c->outputs / c->groups, c->inputs / c->groups, c->kernel, c->kernel};
    }
    odn::Shapes s;
    s.src = odn::desc_or_any(src, {c->batch, c->inputs, c->in_height, c->in_width}, e->src);
    s.weights = odn::desc_or_any(weights, kernel_dims, e->weights);
    s.dst = odn::desc_or_any(dst, {c->batch, c->outputs, c->out_height, c->out_width}, e->dst);
    if (e->has_bias) s.bias = odn::desc_or_any(nullptr, {c->outputs}, e->bias);
    ConvolutionFamily family{{c->stride, c->stride}, {c->padding, c->padding}};
    if (c->winograd) family.algorithm = dnnl::algorithm::convolution_winograd;
    odn_operation *op = odn::create_linear(direction, family, *e, s, forward);
    odn::bind_attributes(*op, *e);
    return op;
  });
}
