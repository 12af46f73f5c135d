#include "attributes.hpp"

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

}  // namespace

extern "C" {

odn_operation *odn_reorder_create(const odn_layout *from, const odn_layout *to) {
  return odn::guarded<odn_operation *>(nullptr, [&] {
    auto op = std::make_unique<odn_operation>();
    dnnl::reorder::primitive_desc pd(odn::engine(), from->desc, odn::engine(), to->desc, odn::plain_attributes());
    op->primitive = odn::made<dnnl::reorder>(pd);
    op->layouts[ODN_SRC] = from->desc;
    op->layouts[ODN_DST] = to->desc;
    odn::describe(*op, std::move(pd));
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
