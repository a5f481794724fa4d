// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "trace/backend.h"
#include "trace/bpf/bpf_backend.h"
#include "trace/ptrace/ptrace_backend.h"
#include "trace/sampling/sampling_backend.h"

namespace debug_process::trace {
namespace {

// In the order that auto tries them: the most exact first.
struct Candidate {
  std::string_view name;
  Result<std::unique_ptr<Backend>> (*load)(const WatchOptions& options);
  std::string_view reason;  // why it, when nothing before it was refused
};

constexpr Candidate kCandidates[] = {
    {"bpf", &bpf::load, "BTF is there and the rights suffice"},
    {"ptrace", &ptrace::load, "tracing it is allowed"},
    {"sampling", &sampling::load, "it needs no privilege"},
};

std::string explain(const std::vector<Refusal>& refusals) {
  std::string text;
  for (const Refusal& refusal : refusals) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{}: {}", refusal.backend, refusal.error.message());
    if (!refusal.error.hint.empty()) text += ": " + refusal.error.hint;
  }
  return text;
}

}  // namespace

const std::vector<std::string_view>& backend_names() {
  static const auto names = [] {
    std::vector<std::string_view> list{"auto"};
    for (const Candidate& candidate : kCandidates) list.push_back(candidate.name);
    return list;
  }();
  return names;
}

Result<Selected> select_backend(std::string_view wanted, const WatchOptions& options) {
  Selected selected;
  for (const Candidate& candidate : kCandidates) {
    if (wanted != "auto" && wanted != candidate.name) continue;
    auto backend = candidate.load(options);
    if (!backend && wanted != "auto") return tl::unexpected(backend.error());
    if (!backend) {
      selected.refusals.push_back({std::string(candidate.name), backend.error()});
      continue;
    }
    selected.backend = std::move(*backend);
    selected.name = candidate.name;
    selected.reason = wanted != "auto"            ? "asked for by name"
                      : selected.refusals.empty() ? std::string(candidate.reason)
                                                  : explain(selected.refusals);
    return selected;
  }
  selected.name = "none";
  selected.reason = explain(selected.refusals);
  return selected;
}

}  // namespace debug_process::trace
