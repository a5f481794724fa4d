// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/chains.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace debug_process::diagnosis {
namespace {

struct Chain {
  std::string_view cause;
  std::string_view effect;
  // Whether the cause explains the effect, where finding both is not enough to say so.
  bool (*explains)(const Facts& facts, const Finding& cause, const Finding& effect) = nullptr;
};

// Descriptors of closed connections are why they run out, or one of several reasons.
bool most_are_in_close_wait(const Facts& facts, const Finding&, const Finding&) {
  return facts.files.open && facts.sockets.close_wait &&
         *facts.sockets.close_wait * 2 >= *facts.files.open;
}

bool costs_half_as_much(const Facts&, const Finding& cause, const Finding& effect) {
  return cause.lost && effect.lost && *cause.lost * 2 >= *effect.lost;
}

// The thread that accepts may as well be blocked: only where nobody came to a CPU is that why.
bool takes_most_of_a_thread(const Facts& facts, const Finding& cause, const Finding&) {
  return cause.lost && *cause.lost * 2 >= facts.window;
}

// In order: the effects of an effect come before it, so that they go with it.
constexpr std::array kChains{
    Chain{"out-of-fds", "fd-limit-near"},
    Chain{"out-of-fds", "ready-event-ignored"},  // what cannot be accepted stays ready
    Chain{"fd-leak", "out-of-fds"},
    Chain{"fd-leak", "fd-limit-near"},
    Chain{"close-wait-leak", "out-of-fds", most_are_in_close_wait},
    Chain{"close-wait-leak", "fd-limit-near", most_are_in_close_wait},
    Chain{"close-wait-leak", "fd-leak", most_are_in_close_wait},
    Chain{"cpu-starvation", "accept-queue-full", takes_most_of_a_thread},
    Chain{"cgroup-cpu-throttling", "accept-queue-full", takes_most_of_a_thread},
    Chain{"cgroup-cpu-throttling", "cpu-starvation", costs_half_as_much},
    Chain{"lock-convoy", "lock-contention"},
    Chain{"slow-storage", "fsync-bound", costs_half_as_much},
    Chain{"hung-io", "slow-storage"},
    Chain{"hung-io", "fsync-bound"},
    Chain{"swapping", "fault-storm"},
    Chain{"swapping", "slow-storage"},
    Chain{"memory-growth", "cgroup-memory-near-limit"},
};

struct Merged {
  Finding finding;
  std::vector<std::string> effects;  // their titles
};

std::vector<Merged>::iterator find_rule(std::vector<Merged>& findings, std::string_view rule) {
  return std::find_if(findings.begin(), findings.end(),
                      [rule](const Merged& merged) { return merged.finding.rule == rule; });
}

void take_over(Merged& cause, Merged& effect) {
  for (report::Evidence& item : effect.finding.evidence) {
    auto& evidence = cause.finding.evidence;
    const bool cited =
        std::any_of(evidence.begin(), evidence.end(),
                    [&](const report::Evidence& known) { return known.metric == item.metric; });
    if (!cited) evidence.push_back(std::move(item));
  }
  cause.finding.severity = std::max(cause.finding.severity, effect.finding.severity);
  cause.finding.lost = std::max(cause.finding.lost, effect.finding.lost);
  cause.effects.push_back(std::move(effect.finding.title));
  std::move(effect.effects.begin(), effect.effects.end(), std::back_inserter(cause.effects));
}

}  // namespace

void merge_chains(const Facts& facts, std::vector<Finding>& findings) {
  std::vector<Merged> merged;
  merged.reserve(findings.size());
  for (Finding& finding : findings) merged.push_back({std::move(finding), {}});
  for (const Chain& chain : kChains) {
    const auto cause = find_rule(merged, chain.cause);
    const auto effect = find_rule(merged, chain.effect);
    if (cause == merged.end() || effect == merged.end()) continue;
    if (chain.explains != nullptr && !chain.explains(facts, cause->finding, effect->finding))
      continue;
    take_over(*cause, *effect);
    merged.erase(effect);
  }
  findings.clear();
  for (Merged& each : merged) {
    if (!each.effects.empty())
      each.finding.explanation +=
          fmt::format(" What follows from it: {}.", fmt::join(each.effects, "; "));
    findings.push_back(std::move(each.finding));
  }
}

}  // namespace debug_process::diagnosis
