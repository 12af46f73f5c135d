#include "linear.hpp"

using dnnl::memory;

namespace {

struct DenseFamily {
  using Forward = dnnl::inner_product_forward::primitive_desc;
  using ForwardPrimitive = dnnl::inner_product_forward;
  using BackwardDataPrimitive = dnnl::inner_product_backward_data;
  using BackwardWeightsPrimitive = dnnl::inner_product_backward_weights;

#if DNNL_VERSION_MAJOR >= 3
  auto forward(dnnl::prop_kind kind, const odn::Shapes &s, const dnnl::primitive_attr &attr) const {
    return Forward(odn::engine(), kind, s.src, s.weights, s.bias, s.dst, attr);
  }
  auto backward_data(const odn::Shapes &s, const Forward &hint) const {
    return dnnl::inner_product_backward_data::primitive_desc(odn::engine(), s.src, s.weights, s.dst, hint, odn::plain_attributes());
  }
  auto backward_weights(const odn::Shapes &s, const Forward &hint) const {
    return dnnl::inner_product_backward_weights::primitive_desc(
        odn::engine(), s.src, s.weights, s.bias, s.dst, hint, odn::plain_attributes());
  }
#else
  auto forward(dnnl::prop_kind kind, const odn::Shapes &s, const dnnl::primitive_attr &attr) const {
    dnnl::inner_product_forward::desc desc(kind, s.src, s.weights, s.bias, s.dst);
    return Forward(desc, attr, odn::engine());
  }
  auto backward_data(const odn::Shapes &s, const Forward &hint) const {
    dnnl::inner_product_backward_data::desc desc(s.src, s.weights, s.dst);
    return dnnl::inner_product_backward_data::primitive_desc(desc, odn::plain_attributes(), odn::engine(), hint);
  }
  auto backward_weights(const odn::Shapes &s, const Forward &hint) const {
    dnnl::inner_product_backward_weights::desc desc(s.src, s.weights, s.bias, s.dst);
    return dnnl::inner_product_backward_weights::primitive_desc(desc, odn::plain_attributes(), odn::engine(), hint);
  }
#endif
};

}  // namespace

extern "C" odn_operation *odn_dense_create(
    odn_direction direction, const odn_dense *d, const odn_epilogue *e, const odn_layout *src,
    const odn_layout *weights, const odn_layout *dst, const odn_operation *forward) {
  return odn::guarded<odn_operation *>(nullptr, [&] {
    odn::Shapes s;
    s.src = odn::desc_or_any(src, {d->batch, d->inputs}, e->src);
    s.weights = odn::desc_or_any(weights, {d->outputs, d->inputs}, e->weights);
    s.dst = odn::desc_or_any(dst, {d->batch, d->outputs}, e->dst);
    if (e->has_bias) s.bias = odn::desc_or_any(nullptr, {d->outputs}, e->bias);
    odn_operation *op = odn::create_linear(direction, DenseFamily{}, *e, s, forward);
    odn::bind_attributes(*op, *e);
    return op;
  });
}
