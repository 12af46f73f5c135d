#include "internal.hpp"

#include "kernel_threads.h"

#include <algorithm>

using dnnl::memory;

namespace odn {

namespace {
thread_local std::string last_error;
}

void set_error(const char *message) { last_error = message ? message : "unknown failure"; }

void settle_threads() { ck_settled_team(); }

dnnl::engine &engine() {
  settle_threads();
  static dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

std::mutex &primitive_making() {
  static std::mutex making;
  return making;
}

dnnl::stream &stream() {
  settle_threads();
  static dnnl::stream only(engine());
  return only;
}

memory::data_type data_type(odn_type type) {
  switch (type) {
    case ODN_F32: return memory::data_type::f32;
    case ODN_BF16: return memory::data_type::bf16;
    case ODN_S32: return memory::data_type::s32;
    case ODN_S8: return memory::data_type::s8;
    case ODN_U8: return memory::data_type::u8;
  }
  return memory::data_type::undef;
}

// What a blocked layout looks like, the same for 2.x and 3.x: strides in elements of each dimension's outer part,
// and the inner blocks from outermost to innermost.
struct Blocking {
  bool blocked = false;
  memory::dims dims, padded, strides, inner_sizes, inner_dims;
};

Blocking blocking_of(const memory::desc &desc) {
  Blocking result;
#if DNNL_VERSION_MAJOR >= 3
  result.blocked = desc.get_format_kind() == memory::format_kind::blocked;
  if (!result.blocked) return result;
  result.dims = desc.get_dims();
  result.padded = desc.get_padded_dims();
  result.strides = desc.get_strides();
  result.inner_sizes = desc.get_inner_blks();
  result.inner_dims = desc.get_inner_idxs();
#else
  const dnnl_memory_desc_t &d = desc.data;
  result.blocked = d.format_kind == dnnl_blocked;
  if (!result.blocked) return result;
  const auto &b = d.format_desc.blocking;
  result.dims.assign(d.dims, d.dims + d.ndims);
  result.padded.assign(d.padded_dims, d.padded_dims + d.ndims);
  result.strides.assign(b.strides, b.strides + d.ndims);
  result.inner_sizes.assign(b.inner_blks, b.inner_blks + b.inner_nblks);
  result.inner_dims.assign(b.inner_idxs, b.inner_idxs + b.inner_nblks);
#endif
  return result;
}

}  // namespace odn

extern "C" {

const char *odn_last_error(void) { return odn::last_error.c_str(); }

const char *odn_version(void) {
  static const std::string text = [] {
    const dnnl_version_t *v = dnnl_version();
    return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
  }();
  return text.c_str();
}

const char *odn_instruction_set(void) {
  using dnnl::cpu_isa;
  static const std::string text = [] {
    switch (dnnl::get_effective_cpu_isa()) {
      case cpu_isa::sse41: return std::string("sse41");
      case cpu_isa::avx: return std::string("avx");
      case cpu_isa::avx2: return std::string("avx2");
      case cpu_isa::avx2_vnni: return std::string("avx2_vnni");
      case cpu_isa::avx512_core: return std::string("avx512_core");
      case cpu_isa::avx512_core_vnni: return std::string("avx512_core_vnni");
      case cpu_isa::avx512_core_bf16: return std::string("avx512_core_bf16");
      case cpu_isa::avx512_core_amx: return std::string("avx512_core_amx");
      default: break;
    }
    // Sets that only some versions know, and processors that have none of these.
    const auto bits = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
    return bits == 0 ? std::string("default") : "set " + std::to_string(bits);
  }();
  return text.c_str();
}

namespace {
bool may_use(dnnl::cpu_isa isa) {
  const auto bits = static_cast<unsigned>(isa);
  return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & bits) == bits;
}
}  // namespace

int odn_multiplies_bf16(void) { return may_use(dnnl::cpu_isa::avx512_core_bf16); }
int odn_multiplies_bf16_tiles(void) { return may_use(dnnl::cpu_isa::avx512_core_amx); }

int odn_adds_byte_products_exactly(void) {
#if defined(__x86_64__)
  return may_use(dnnl::cpu_isa::avx512_core_vnni) || may_use(dnnl::cpu_isa::avx2_vnni);
#else
  return 1;
#endif
}

odn_layout *odn_layout_plain(int rank, const int64_t *dims, odn_type type) {
  return odn::guarded<odn_layout *>(nullptr, [&] {
    memory::dims sizes(dims, dims + rank), strides(rank);
    int64_t stride = 1;
    for (int i = rank - 1; i >= 0; --i) {
      strides[i] = stride;
      stride *= sizes[i];
    }
    return new odn_layout{memory::desc(sizes, odn::data_type(type), strides)};
  });
}

odn_layout *odn_layout_channels_last(const int64_t dims[4], odn_type type) {
  return odn::guarded<odn_layout *>(nullptr, [&] {
    return new odn_layout{
        memory::desc(memory::dims(dims, dims + 4), odn::data_type(type), memory::format_tag::nhwc)};
  });
}

odn_layout *odn_layout_sixteens(const int64_t dims[4]) {
  return odn::guarded<odn_layout *>(nullptr, [&] {
    return new odn_layout{memory::desc(
        memory::dims(dims, dims + 4), memory::data_type::f32, memory::format_tag::nChw16c)};
  });
}

odn_layout *odn_layout_tiles(int64_t outputs, int64_t inputs, int64_t kernel, int64_t side) {
  return odn::guarded<odn_layout *>(nullptr, [&] {
    using tag = memory::format_tag;
    if (kernel == 0) {
      return new odn_layout{memory::desc({outputs, inputs}, memory::data_type::f32, tag::AB16b16a)};
    }
    return new odn_layout{memory::desc(
        {outputs, inputs, kernel, kernel}, memory::data_type::f32, side == 8 ? tag::ABcd8b8a : tag::ABcd16b16a)};
  });
}

odn_layout *odn_layout_outputs_last(int64_t outputs, int64_t inputs) {
  return odn::guarded<odn_layout *>(nullptr, [&] {
    return new odn_layout{
        memory::desc({outputs, inputs}, memory::data_type::f32, memory::dims{1, outputs})};
  });
}

odn_layout *odn_layout_copy(const odn_layout *layout) {
  return odn::guarded<odn_layout *>(nullptr, [&] { return new odn_layout(*layout); });
}

void odn_layout_destroy(odn_layout *layout) { delete layout; }

odn_type odn_layout_type(const odn_layout *layout) {
#if DNNL_VERSION_MAJOR >= 3
  const auto type = layout->desc.get_data_type();
#else
  const auto type = layout->desc.data_type();
#endif
  switch (type) {
    case memory::data_type::bf16: return ODN_BF16;
    case memory::data_type::s32: return ODN_S32;
    case memory::data_type::s8: return ODN_S8;
    case memory::data_type::u8: return ODN_U8;
    default: return ODN_F32;
  }
}

size_t odn_layout_size(const odn_layout *layout) { return layout->desc.get_size(); }

int odn_layout_equal(const odn_layout *a, const odn_layout *b) { return a->desc == b->desc; }

int64_t odn_layout_channel_block(const odn_layout *layout) {
  const odn::Blocking b = odn::blocking_of(layout->desc);
  if (!b.blocked || b.dims.size() < 2 || b.dims.size() == 3) return 0;
  int64_t plane = 1;
  for (size_t i = 2; i < b.dims.size(); ++i) plane *= b.padded[i];
  const int64_t channels = b.padded[1];
  if (b.inner_sizes.empty()) {
    // Extents of 1 leave strides open, so a plane of one pixel counts as row-major.
    const bool row_major = b.strides[0] == channels * plane && (channels == 1 || b.strides[1] == plane)
        && (b.dims.size() == 2 || b.dims[3] == 1 || b.strides[3] == 1)
        && (b.dims.size() == 2 || b.dims[2] == 1 || b.strides[2] == b.dims[3]);
    // Over one pixel, row-major and channels-last are the same; the longer run is the better one to work on.
    if (row_major) return plane == 1 ? channels : 1;
    const bool last = b.dims.size() == 4 && b.strides[1] == 1 && (b.dims[3] == 1 || b.strides[3] == channels)
        && (b.dims[2] == 1 || b.strides[2] == channels * b.dims[3]) && b.strides[0] == channels * plane;
    return last ? channels : 0;
  }
  if (b.inner_sizes.size() != 1 || b.inner_dims[0] != 1 || b.dims.size() != 4) return 0;
  const int64_t block = b.inner_sizes[0];
  const bool expected = b.strides[3] == block && b.strides[2] == block * b.dims[3]
      && b.strides[1] == block * plane && b.strides[0] == channels * plane;
  return expected ? block : 0;
}

int64_t odn_layout_output_block(const odn_layout *layout, int grouped) {
  const odn::Blocking b = odn::blocking_of(layout->desc);
  if (!b.blocked) return 0;
  const int outputs = grouped ? 1 : 0;
  int64_t total = 1;
  for (int64_t size : b.padded) total *= size;
  const int64_t all = b.padded[outputs] * (grouped ? b.padded[0] : 1);
  auto outermost = [&](int dim, int64_t extent, int64_t within) {
    return extent == 1 || b.strides[dim] * extent == within;
  };
  if (b.inner_sizes.empty()) {
    if (grouped) {
      const bool plain = outermost(0, b.padded[0], total)
          && outermost(1, b.padded[1], total / b.padded[0]);
      return plain ? 1 : 0;
    }
    if (outermost(0, all, total)) return 1;
    return b.strides[0] == 1 ? all : 0;
  }
  const int64_t innermost = b.inner_dims.back();
  const int64_t block = b.inner_sizes.back();
  int64_t of_outputs = 0;
  for (int64_t dim : b.inner_dims) of_outputs += dim == innermost;
  if (of_outputs != 1) return 0;
  if (innermost == outputs) {
    const int64_t within = grouped ? total / b.padded[0] : total;
    const bool fits = outermost(outputs, b.padded[outputs] / block, within)
        && (!grouped || outermost(0, b.padded[0], total));
    return fits ? block : 0;
  }
  // Depthwise: one output a group, groups innermost.
  if (grouped && innermost == 0 && b.padded[1] == 1) {
    return outermost(0, b.padded[0] / block, total) ? block : 0;
  }
  return 0;
}

int64_t odn_layout_tap_block(const odn_layout *layout) {
  const odn::Blocking b = odn::blocking_of(layout->desc);
  if (!b.blocked || b.dims.size() != 4) return 0;
  int64_t block = 1;
  for (size_t i = 0; i < b.inner_sizes.size(); ++i) {
    if (b.inner_dims[i] > 1) return 0;
    block *= b.inner_sizes[i];
  }
  const int64_t taps = b.dims[2] * b.dims[3] * block;
  const bool innermost = b.strides[3] == block && b.strides[2] == block * b.dims[3] && b.strides[1] >= taps
      && b.strides[0] >= taps;
  return innermost ? block : 0;
}

int odn_layout_weight_tile(const odn_layout *layout, odn_weight_tile *tile) {
  const odn::Blocking b = odn::blocking_of(layout->desc);
  const bool dense = b.dims.size() == 2;
  if (!b.blocked || !(dense || b.dims.size() == 4) || b.dims != b.padded) return 1;
  if (dense && b.inner_sizes.empty() && b.strides[0] == 1 && b.strides[1] == b.dims[0] && b.dims[1] % 16 == 0) {
    *tile = {16, b.dims[0], 0, 16 * b.dims[0], 0};
    return 0;
  }
  if (b.inner_sizes.size() != 2 || b.inner_dims[0] != 1 || b.inner_dims[1] != 0) return 1;
  const int64_t side = b.inner_sizes[0];
  if ((side != 8 && side != 16) || b.inner_sizes[1] % side != 0) return 1;
  if (!dense && b.strides[2] != b.strides[3] * b.dims[3]) return 1;
  *tile = {side, b.inner_sizes[1], b.strides[0], b.strides[1], dense ? 0 : b.strides[3]};
  return 0;
}

int odn_layout_weight_pairs(const odn_layout *layout, odn_weight_pairs *pairs) {
  const odn::Blocking b = odn::blocking_of(layout->desc);
  const bool dense = b.dims.size() == 2;
  if (!b.blocked || !(dense || b.dims.size() == 4) || b.dims != b.padded) return 1;
  if (b.inner_sizes.size() != 3 || b.inner_sizes[2] != 2) return 1;
  const int64_t paired = b.inner_dims[2], other = b.inner_dims[1];
  if (b.inner_dims[0] != paired || paired > 1 || other > 1 || paired == other) return 1;
  if (b.inner_sizes[0] % 8 != 0 || b.inner_sizes[1] % 16 != 0) return 1;
  if (!dense && b.strides[2] != b.strides[3] * b.dims[3]) return 1;
  *pairs = {paired == 0, 2 * b.inner_sizes[0], b.inner_sizes[1], b.strides[0], b.strides[1],
            dense ? 0 : b.strides[3]};
  return 0;
}

int odn_layout_weight_quads(const odn_layout *layout, odn_weight_quads *quads) {
  const odn::Blocking b = odn::blocking_of(layout->desc);
  const size_t depth = b.inner_sizes.size();
  if (!b.blocked || b.dims.size() != 4 || (depth != 2 && depth != 3)) return 1;
  if (b.inner_dims[depth - 1] != 1 || b.inner_sizes[depth - 1] != 4) return 1;
  if (b.inner_dims[depth - 2] != 0 || b.inner_sizes[depth - 2] % 16 != 0) return 1;
  if (depth == 3 && b.inner_dims[0] != 1) return 1;
  if (b.strides[2] != b.strides[3] * b.dims[3]) return 1;
  *quads = {b.inner_sizes[depth - 2], depth == 3 ? b.inner_sizes[0] : 1, b.strides[0], b.strides[1], b.strides[3]};
  return 0;
}

}  // extern "C"
