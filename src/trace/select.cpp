// SPDX-License-Identifier: Apache-2.0
#include "trace/backend.h"
#include "trace/bpf/bpf_backend.h"

namespace debug_process::trace {

Result<Selected> select_backend(std::string_view wanted, const WatchOptions& options) {
  auto backend = bpf::load(options);
  if (backend) {
    const std::string reason =
        wanted == "auto" ? "kernel BTF is there and the rights suffice" : "asked for by name";
    return Selected{std::move(*backend), "bpf", reason};
  }
  if (wanted != "auto") return tl::unexpected(backend.error());
  return Selected{nullptr, "none", backend.error().message() + "; " + backend.error().hint};
}

}  // namespace debug_process::trace
