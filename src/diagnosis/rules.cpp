// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>

#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {
namespace {

constexpr std::array kRules{
    // It is over.
    Rule{"died", died},
    // Nothing else is worth saying.
    Rule{"stopped", stopped},
    Rule{"zombie", zombie},
    // Something has run out.
    Rule{"out-of-fds", out_of_fds},
    Rule{"no-space", no_space},
    Rule{"port-exhaustion", port_exhaustion},
    Rule{"fd-limit-near", fd_limit_near},
    Rule{"close-wait-leak", close_wait_leak},
    Rule{"accept-queue-full", accept_queue_full},
    Rule{"swapping", swapping},
    // Others do not answer, or do not let us.
    Rule{"connect-trouble", connect_trouble},
    Rule{"broken-pipes", broken_pipes},
    Rule{"permission-denied", permission_denied},
    // Time is lost.
    Rule{"cpu-starvation", cpu_starvation},
    Rule{"sched-yield-spin", sched_yield_spin},
    Rule{"eagain-storm", eagain_storm},
    Rule{"fault-storm", fault_storm},
    Rule{"mapping-churn", mapping_churn},
    Rule{"enoent-search", enoent_search},
    Rule{"time-by-syscall", time_by_syscall},
    Rule{"compute-bound", compute_bound},
    // Good to know.
    Rule{"big-deleted-file", big_deleted_file},
    Rule{"blind-spot", blind_spot},
};

struct Chain {
  std::string_view cause;
  std::string_view effect;
};

// Where both are found, the effect is evidence for the cause and no finding of its own.
constexpr std::array kChains{
    Chain{"out-of-fds", "fd-limit-near"},
};

std::vector<Finding>::iterator find_rule(std::vector<Finding>& findings, std::string_view rule) {
  return std::find_if(findings.begin(), findings.end(),
                      [rule](const Finding& finding) { return finding.rule == rule; });
}

void merge_chains(std::vector<Finding>& findings) {
  for (const Chain& chain : kChains) {
    const auto cause = find_rule(findings, chain.cause);
    const auto effect = find_rule(findings, chain.effect);
    if (cause == findings.end() || effect == findings.end()) continue;
    for (report::Evidence& item : effect->evidence) {
      const bool cited =
          std::any_of(cause->evidence.begin(), cause->evidence.end(),
                      [&](const report::Evidence& known) { return known.metric == item.metric; });
      if (!cited) cause->evidence.push_back(std::move(item));
    }
    findings.erase(effect);
  }
}

}  // namespace

std::span<const Rule> rules() {
  return kRules;
}

std::vector<Finding> diagnose(const Facts& facts) {
  std::vector<Finding> findings;
  for (const Rule& rule : kRules) {
    std::optional<Finding> finding = rule.evaluate(facts);
    if (!finding) continue;
    finding->rule = rule.id;
    findings.push_back(std::move(*finding));
    // What a stopped process does not do says nothing about it.
    if (rule.evaluate == stopped && findings.back().severity == Severity::critical) break;
  }
  merge_chains(findings);
  // Where it costs nothing that could be told, the order of the rules says what tells more.
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.severity, a.lost) > std::tie(b.severity, b.lost);
  });
  return findings;
}

}  // namespace debug_process::diagnosis
