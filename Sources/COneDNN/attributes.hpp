#pragma once
#include "internal.hpp"

namespace odn {

// The caller gives an operation its scratchpad: it may lie where nothing else is alive meanwhile.
dnnl::primitive_attr plain_attributes();

// The same with what follows a layer's sums.
dnnl::primitive_attr attributes(const odn_epilogue &e);

// Arguments that 3.x takes at run time instead of in the attributes.
void bind_attributes(odn_operation &op, const odn_epilogue &e);

template <typename Pd>
void describe(odn_operation &op, Pd &&pd) {
  op.implementation = pd.impl_info_str();
  op.layouts[ODN_SCRATCHPAD] = pd.scratchpad_desc();
  op.description = std::make_shared<std::decay_t<Pd>>(std::forward<Pd>(pd));
}

}  // namespace odn
