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
  bool sees_calls;          // and nothing else
};

constexpr Candidate kCandidates[] = {
    {"bpf", &bpf::load, "BTF is there and the rights suffice", true},
    {"ptrace", &ptrace::load, "tracing it is allowed", true},
    {"sampling", &sampling::load, "it needs no privilege", false},
};

constexpr const char* kNoCalls = "a kernel thread makes no system calls";

std::string explain(const std::vector<Refusal>& refusals) {
  std::string text;
  for (const Refusal& refusal : refusals) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{}: {}", refusal.backend, refusal.error.message());
    if (!refusal.error.hint.empty()) text += ": " + refusal.error.hint;
  }
  return text;
}

Result<std::unique_ptr<Backend>> load(const Candidate& candidate, bool by_name,
                                      const WatchOptions& options) {
  if (!by_name) {
    if (auto error = passed_over(candidate.name, options)) return fail(std::move(*error));
  }
  return candidate.load(options);
}

std::string reason_for(const Candidate& candidate, bool by_name, const WatchOptions& options,
                       const std::vector<Refusal>& refusals) {
  if (by_name) return "asked for by name";
  if (options.kernel_thread) return kNoCalls;
  return refusals.empty() ? std::string(candidate.reason) : explain(refusals);
}

}  // namespace

std::optional<Error> passed_over(std::string_view backend, const WatchOptions& options) {
  if (!options.kernel_thread) return std::nullopt;
  for (const Candidate& candidate : kCandidates) {
    if (candidate.name == backend && candidate.sees_calls)
      return Error{"watch", fmt::format("process {}", options.pid), 0, kNoCalls, {}};
  }
  return std::nullopt;
}

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
  const bool by_name = wanted != "auto";
  for (const Candidate& candidate : kCandidates) {
    if (by_name && wanted != candidate.name) continue;
    auto backend = load(candidate, by_name, options);
    if (!backend && by_name) return tl::unexpected(backend.error());
    if (!backend) {
      selected.refusals.push_back({std::string(candidate.name), backend.error()});
      continue;
    }
    selected.backend = std::move(*backend);
    selected.name = candidate.name;
    selected.reason = reason_for(candidate, by_name, options, selected.refusals);
    return selected;
  }
  selected.name = "none";
  selected.reason = explain(selected.refusals);
  return selected;
}

}  // namespace debug_process::trace
