#pragma once
#include "onednn_shim.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

struct odn_layout {
  dnnl::memory::desc desc;
};

struct odn_operation {
  std::shared_ptr<dnnl::primitive_desc_base> description;
  dnnl::primitive primitive;
  dnnl::memory::desc layouts[ODN_ROLE_COUNT];
  std::map<int, dnnl::memory> arguments;
  std::vector<dnnl_exec_arg_t> list;
  std::string implementation;
};

namespace odn {

// Lets OpenMP promise no more threads than it gives, before oneDNN asks it; engine() and stream() do so too.
void settle_threads();

// One engine and one stream for the process: the CPU.
dnnl::engine &engine();
dnnl::stream &stream();

// Held while a primitive is made. oneDNN keeps those it made in a cache whose entries point into their maker until they are
// whole: where entries fall out of it meanwhile, two makers at a time read freed memory and are given one another's
// (2.6; many evictions show it, DNNL_PRIMITIVE_CACHE_CAPACITY=4).
std::mutex &primitive_making();

template <typename Primitive, typename Description>
Primitive made(const Description &description) {
  std::lock_guard<std::mutex> lock(primitive_making());
  return Primitive(description);
}

void set_error(const char *message);
dnnl::memory::data_type data_type(odn_type type);

// Runs `body` and turns an exception into `failure` and a message.
template <typename Result, typename Body>
Result guarded(Result failure, Body body) noexcept {
  try {
    return body();
  } catch (const dnnl::error &e) {
    set_error(e.message);
  } catch (const std::exception &e) {
    set_error(e.what());
  } catch (...) {
    set_error("unknown failure");
  }
  return failure;
}

inline dnnl::memory::desc desc_or_any(const odn_layout *layout, const dnnl::memory::dims &dims, odn_type type) {
  return layout ? layout->desc : dnnl::memory::desc(dims, data_type(type), dnnl::memory::format_tag::any);
}

}  // namespace odn
