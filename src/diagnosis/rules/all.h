// Every rule's function; what each looks for stands in its own file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "diagnosis/rule.h"

namespace debug_process::diagnosis {

std::optional<Finding> accept_queue_full(const Facts& facts);
std::optional<Finding> big_deleted_file(const Facts& facts);
std::optional<Finding> blind_spot(const Facts& facts);
std::optional<Finding> broken_pipes(const Facts& facts);
std::optional<Finding> cgroup_cpu_throttling(const Facts& facts);
std::optional<Finding> cgroup_memory_near_limit(const Facts& facts);
std::optional<Finding> clock_jump(const Facts& facts);
std::optional<Finding> close_wait_leak(const Facts& facts);
std::optional<Finding> compute_bound(const Facts& facts);
std::optional<Finding> connect_trouble(const Facts& facts);
std::optional<Finding> cpu_starvation(const Facts& facts);
std::optional<Finding> died(const Facts& facts);
std::optional<Finding> dns_stall(const Facts& facts);
std::optional<Finding> eagain_storm(const Facts& facts);
std::optional<Finding> enoent_search(const Facts& facts);
std::optional<Finding> fault_storm(const Facts& facts);
std::optional<Finding> fd_leak(const Facts& facts);
std::optional<Finding> fd_limit_near(const Facts& facts);
std::optional<Finding> fsync_bound(const Facts& facts);
std::optional<Finding> hung_io(const Facts& facts);
std::optional<Finding> lock_contention(const Facts& facts);
std::optional<Finding> lock_convoy(const Facts& facts);
std::optional<Finding> log_flood(const Facts& facts);
std::optional<Finding> mapping_churn(const Facts& facts);
std::optional<Finding> memory_growth(const Facts& facts);
std::optional<Finding> nagle_delayed_ack(const Facts& facts);
std::optional<Finding> no_space(const Facts& facts);
std::optional<Finding> not_reading(const Facts& facts);
std::optional<Finding> out_of_fds(const Facts& facts);
std::optional<Finding> permission_denied(const Facts& facts);
std::optional<Finding> pipe_full(const Facts& facts);
std::optional<Finding> port_exhaustion(const Facts& facts);
std::optional<Finding> ready_event_ignored(const Facts& facts);
std::optional<Finding> retransmits(const Facts& facts);
std::optional<Finding> sched_yield_spin(const Facts& facts);
std::optional<Finding> send_limited(const Facts& facts);
std::optional<Finding> sleep_polling(const Facts& facts);
std::optional<Finding> slow_storage(const Facts& facts);
std::optional<Finding> stat_polling(const Facts& facts);
std::optional<Finding> stopped(const Facts& facts);
std::optional<Finding> swapping(const Facts& facts);
std::optional<Finding> syn_queue_full(const Facts& facts);
std::optional<Finding> thread_explosion(const Facts& facts);
std::optional<Finding> time_by_syscall(const Facts& facts);
std::optional<Finding> tiny_io(const Facts& facts);
std::optional<Finding> udp_drops(const Facts& facts);
std::optional<Finding> zero_timeout_polling(const Facts& facts);
std::optional<Finding> zombie(const Facts& facts);
std::optional<Finding> zombies(const Facts& facts);

}  // namespace debug_process::diagnosis
