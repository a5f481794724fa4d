// SPDX-License-Identifier: Apache-2.0
#include "run/rights.h"

#include <spdlog/spdlog.h>

#include <bit>
#include <cstdint>

namespace debug_process::run {
namespace {

void give_up_all_but(CapabilitySet kept, const char* what_for) {
  const CapabilitySet had = effective_capabilities().value_or(CapabilitySet{});
  if (const auto done = keep_only(kept); !done) {
    spdlog::debug("{}", done.error().message());
    return;
  }
  if (const CapabilitySet given_up = had.without(kept); !given_up.empty())
    spdlog::debug("capabilities kept {}: {}; {} given up", what_for, to_string(had & kept),
                  std::popcount(given_up.bits()));
}

}  // namespace

CapabilitySet needed_to_collect(const Needs& needs, CapabilitySet had) {
  // Without it the kernel lets us look into a process only when that may do no more than we do:
  // each right that we gave up could shut us out.
  if (!had.has(CAP_SYS_PTRACE)) return CapabilitySet(~std::uint64_t{0});
  CapabilitySet kept{CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH};
  // What stands in for a right that is missing.
  if (!had.has(CAP_DAC_READ_SEARCH)) kept = kept | CapabilitySet{CAP_DAC_OVERRIDE};
  // At the window's end, too: links are made again, and iterators loaded.
  if (needs.bpf) kept = kept | CapabilitySet{CAP_BPF, CAP_PERFMON};
  if (needs.bpf && (!had.has(CAP_BPF) || !had.has(CAP_PERFMON)))
    kept = kept | CapabilitySet{CAP_SYS_ADMIN};
  if (needs.other_network) kept = kept | CapabilitySet{CAP_SYS_ADMIN};
  return kept | needed_to_deliver(needs);
}

CapabilitySet needed_to_attach(const Needs& needs, CapabilitySet had) {
  // With it libbpf raises the limit of locked memory, before Linux 5.11.
  const CapabilitySet more = needs.bpf ? CapabilitySet{CAP_SYS_RESOURCE} : CapabilitySet{};
  return needed_to_collect(needs, had) | more;
}

CapabilitySet needed_to_deliver(const Needs& needs) {
  return needs.command ? needs.delivery | CapabilitySet{CAP_KILL} : needs.delivery;
}

Rights::Rights(const Needs& needs)
    : needs_(needs), had_(effective_capabilities().value_or(CapabilitySet{})) {}

void Rights::keep_to_attach() const {
  give_up_all_but(needed_to_attach(needs_, had_), "to attach");
}

void Rights::keep_to_collect() const {
  give_up_all_but(needed_to_collect(needs_, had_), "to collect");
  if (const auto done = gain_no_more(); !done) spdlog::debug("{}", done.error().message());
}

void Rights::keep_to_deliver() const {
  give_up_all_but(needed_to_deliver(needs_), "to deliver");
}

}  // namespace debug_process::run
