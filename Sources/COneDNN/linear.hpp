#pragma once
#include "attributes.hpp"

namespace odn {

struct Shapes {
  dnnl::memory::desc src, weights, bias, dst;
};

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
      op->primitive = made<typename Family::ForwardPrimitive>(pd);
      op->layouts[ODN_SRC] = pd.src_desc();
      op->layouts[ODN_WEIGHTS] = pd.weights_desc();
      if (e.has_bias) op->layouts[ODN_BIAS] = pd.bias_desc();
      op->layouts[ODN_DST] = pd.dst_desc();
      describe(*op, std::move(pd));
      break;
    }
    case ODN_BACKWARD_DATA: {
      auto pd = family.backward_data(s, forward_hint());
      op->primitive = made<typename Family::BackwardDataPrimitive>(pd);
      op->layouts[ODN_DIFF_SRC] = pd.diff_src_desc();
      op->layouts[ODN_WEIGHTS] = pd.weights_desc();
      op->layouts[ODN_DIFF_DST] = pd.diff_dst_desc();
      describe(*op, std::move(pd));
      break;
    }
    case ODN_BACKWARD_WEIGHTS: {
      auto pd = family.backward_weights(s, forward_hint());
      op->primitive = made<typename Family::BackwardWeightsPrimitive>(pd);
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

}  // namespace odn
