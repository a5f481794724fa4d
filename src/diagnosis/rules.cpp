// SPDX-License-Identifier: Apache-2.0
#include "diagnosis/rules.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "diagnosis/chains.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {
namespace {

constexpr std::array kRules{
    // It is over.
    Rule{"died", died},
    // Nothing else is worth saying.
    Rule{"stopped", stopped},
    Rule{"zombie", zombie},
    // Nothing goes on.
    Rule{"hung-io", hung_io},
    // Something has run out.
    Rule{"out-of-fds", out_of_fds},
    Rule{"no-space", no_space},
    Rule{"port-exhaustion", port_exhaustion},
    Rule{"cgroup-memory-near-limit", cgroup_memory_near_limit},
    Rule{"fd-limit-near", fd_limit_near},
    Rule{"close-wait-leak", close_wait_leak},
    Rule{"thread-explosion", thread_explosion},
    Rule{"accept-queue-full", accept_queue_full},
    Rule{"syn-queue-full", syn_queue_full},
    Rule{"udp-drops", udp_drops},
    Rule{"fd-leak", fd_leak},
    Rule{"zombies", zombies},
    Rule{"memory-growth", memory_growth},
    Rule{"swapping", swapping},
    // Others do not answer, or do not let us.
    Rule{"clock-jump", clock_jump},
    Rule{"dns-stall", dns_stall},
    Rule{"pipe-full", pipe_full},
    Rule{"not-reading", not_reading},
    Rule{"connect-trouble", connect_trouble},
    Rule{"broken-pipes", broken_pipes},
    Rule{"retransmits", retransmits},
    Rule{"nagle-delayed-ack", nagle_delayed_ack},
    Rule{"send-limited", send_limited},
    Rule{"permission-denied", permission_denied},
    // Time is lost.
    Rule{"cgroup-cpu-throttling", cgroup_cpu_throttling},
    Rule{"cpu-starvation", cpu_starvation},
    Rule{"slow-storage", slow_storage},
    Rule{"fsync-bound", fsync_bound},
    Rule{"lock-convoy", lock_convoy},
    Rule{"lock-contention", lock_contention},
    Rule{"sched-yield-spin", sched_yield_spin},
    Rule{"ready-event-ignored", ready_event_ignored},
    Rule{"zero-timeout-polling", zero_timeout_polling},
    Rule{"eagain-storm", eagain_storm},
    Rule{"tiny-io", tiny_io},
    Rule{"fault-storm", fault_storm},
    Rule{"mapping-churn", mapping_churn},
    Rule{"enoent-search", enoent_search},
    Rule{"stat-polling", stat_polling},
    Rule{"sleep-polling", sleep_polling},
    Rule{"log-flood", log_flood},
    Rule{"time-by-syscall", time_by_syscall},
    Rule{"compute-bound", compute_bound},
    // Good to know.
    Rule{"big-deleted-file", big_deleted_file},
    Rule{"blind-spot", blind_spot},
};

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
  merge_chains(facts, findings);
  // Where it costs nothing that could be told, the order of the rules says what tells more.
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.severity, a.lost) > std::tie(b.severity, b.lost);
  });
  return findings;
}

}  // namespace debug_process::diagnosis
