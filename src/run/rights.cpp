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
  CapabilitySet kept = needed_to_look(had);
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
  // Its thread is started here.
  const CapabilitySet tracer = needs.ptrace ? needed_to_trace() : CapabilitySet{};
  return needed_to_collect(needs, had) | more | tracer;
}

CapabilitySet needed_to_deliver(const Needs& needs) {
  return needs.command ? needs.delivery | CapabilitySet{CAP_KILL} : needs.delivery;
}

Rights::Rights(const Needs& needs)
    : needs_(needs), had_(effective_capabilities().value_or(CapabilitySet{})) {}

void Rights::keep_to_attach() const {
  give_up_all_but(needed_to_attach(needs_, had_), "to attach");
}

void Rights::keep_to_collect(bool bpf) {
  needs_.bpf = bpf;
  give_up_all_but(needed_to_collect(needs_, had_), "to collect");
  if (const auto done = gain_no_more(); !done) spdlog::debug("{}", done.error().message());
}

void Rights::keep_to_deliver() const {
  give_up_all_but(needed_to_deliver(needs_), "to deliver");
}

}  // namespace debug_process::run
