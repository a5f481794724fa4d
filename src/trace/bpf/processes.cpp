// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/processes.h"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "proc/procfs.h"
#include "proc/stat.h"
#include "syscall_stats.h"
#include "syscall_stats.skel.h"

namespace debug_process::trace::bpf {
namespace {

using std::chrono::nanoseconds;

// At the same time, and rows in one window: 500 new ones a second for half a minute.
constexpr std::uint32_t kMaxProcesses = 16384;

// A number may be used again: the time of birth tells them apart.
using Key = std::pair<std::uint32_t, std::uint32_t>;

Key to_key(const process_key& key) {
  return {key.tgid, key.born};
}

std::optional<proc::Stat> read_stat(const proc::Procfs& procfs, pid_t pid) {
  const auto stat = procfs.read(fmt::format("{}/stat", pid)).and_then(proc::parse_stat);
  if (!stat || (stat->is_dead() && stat->threads <= 1)) return std::nullopt;
  return *stat;
}

std::vector<proc::Stat> all_processes(const proc::Procfs& procfs) {
  std::vector<proc::Stat> processes;
  const auto pids = procfs.list_numbers("");
  if (!pids) return processes;
  for (const int pid : *pids)
    if (auto stat = read_stat(procfs, pid)) processes.push_back(std::move(*stat));
  return processes;
}

class Enrolment {
 public:
  Enrolment(syscall_stats_bpf& skeleton, KernelIds& ids) : skeleton_(skeleton), ids_(ids) {}

  Result<void> add_target(pid_t pid, std::uint32_t kernel_tgid) {
    const auto stat = read_stat(procfs_, pid);
    known_.insert(pid);
    return write_row({kernel_tgid, 0}, pid, stat ? stat->comm : std::string(), {0, 0});
  }

  // False when all of them are known already.
  Result<bool> look() {
    if (auto learned = ids_.refresh_all(); !learned) return tl::unexpected(learned.error());
    const auto processes = all_processes(procfs_);
    bool any = false;
    for (bool grown = true; grown; any = any || grown) {
      grown = false;
      for (const proc::Stat& process : processes) {
        if (known_.contains(process.pid) || !known_.contains(process.ppid)) continue;
        if (auto added = add(process); !added) return tl::unexpected(added.error());
        known_.insert(process.pid);
        grown = true;
      }
    }
    return any;
  }

 private:
  Result<void> add(const proc::Stat& process) {
    const auto tgid = ids_.kernel_tid(process.pid);
    if (!tgid) return {};  // it has ended since
    const process_key key{static_cast<std::uint32_t>(*tgid), 0};
    const auto parent = ids_.kernel_tid(process.ppid);
    // The row first: the child may end at any moment, and that is written to it.
    if (auto row = write_row(key, process.pid, process.comm,
                             {static_cast<std::uint32_t>(parent.value_or(0)), 0});
        !row)
      return row;
    const int followed = bpf_map__fd(skeleton_.maps.dp_followed);
    const int rows = bpf_map__fd(skeleton_.maps.dp_processes);
    if (::bpf_map_update_elem(followed, &key.tgid, &key.born, BPF_NOEXIST) != 0) {
      if (errno != EEXIST) count_loss(LOSS_PROCESSES);
      ::bpf_map_delete_elem(rows, &key);
      return {};
    }
    // One that had ended before it was enrolled would never be struck off.
    const auto now = read_stat(procfs_, process.pid);
    if (now && now->start_time == process.start_time) return {};
    ::bpf_map_delete_elem(followed, &key.tgid);
    ::bpf_map_delete_elem(rows, &key);
    return {};
  }

  Result<void> write_row(const process_key& key, pid_t local_pid, const std::string& comm,
                         const process_key& parent) {
    process_stats row{};
    row.local_pid = local_pid;
    row.parent = parent;
    comm.copy(row.comm, sizeof(row.comm) - 1);
    if (::bpf_map_update_elem(bpf_map__fd(skeleton_.maps.dp_processes), &key, &row, BPF_ANY) == 0)
      return {};
    if (errno != E2BIG && errno != ENOMEM) return fail_errno("write BPF map", "dp_processes");
    count_loss(LOSS_PROCESS_ROWS);
    return {};
  }

  // The programs count at the same time.
  void count_loss(loss cause) {
    __atomic_fetch_add(&skeleton_.bss->losses[cause], 1, __ATOMIC_RELAXED);
  }

  syscall_stats_bpf& skeleton_;
  KernelIds& ids_;
  proc::Procfs procfs_;
  std::set<pid_t> known_;  // in our PID namespace
};

std::map<Key, process_stats> read_rows(const syscall_stats_bpf& skeleton) {
  std::map<Key, process_stats> rows;
  const int map = bpf_map__fd(skeleton.maps.dp_processes);
  process_key key{};
  process_stats row{};
  for (const process_key* previous = nullptr; ::bpf_map_get_next_key(map, previous, &key) == 0;
       previous = &key)
    if (::bpf_map_lookup_elem(map, &key, &row) == 0) rows.emplace(to_key(key), row);
  return rows;
}

std::optional<pid_t> local_pid(const process_stats& row) {
  return row.local_pid != 0 ? std::optional(row.local_pid) : std::nullopt;
}

// A process may change its name; at its end and at an execve the programs see it.
std::string name_of(const process_stats& row) {
  if (row.ended_ns == 0 && row.local_pid != 0)
    if (const auto stat = read_stat(proc::Procfs(), row.local_pid)) return stat->comm;
  return {row.comm, ::strnlen(row.comm, sizeof(row.comm))};
}

nanoseconds time_of(std::uint64_t ns) {
  return nanoseconds(static_cast<std::int64_t>(ns));
}

bool is_within(const process_stats& row, const Window& window) {
  const bool ended_before = row.ended_ns != 0 && time_of(row.ended_ns) < window.began;
  return !ended_before && time_of(row.started_ns) <= window.ended;
}

ProcessStats to_stats(const process_stats& row, const Window& window) {
  ProcessStats stats;
  stats.pid = local_pid(row);
  stats.comm = name_of(row);
  stats.calls = row.calls;
  stats.errors = row.errors;
  stats.in_calls = time_of(row.timed_ns);
  stats.started_in_window = row.started_ns != 0 && time_of(row.started_ns) >= window.began;
  stats.ended_in_window = row.ended_ns != 0 && time_of(row.ended_ns) <= window.ended;
  if (stats.ended_in_window) stats.wait_status = row.wait_status;
  return stats;
}

}  // namespace

Result<void> prepare_processes(syscall_stats_bpf& skeleton, const KernelIds& ids, bool follow) {
  bpf_program__set_autoload(skeleton.progs.dp_fork, follow);
  skeleton.rodata->follow = follow ? 1 : 0;
  if (!follow) return {};
  skeleton.rodata->namespace_inode = ids.namespace_inode();
  for (bpf_map* map : {skeleton.maps.dp_followed, skeleton.maps.dp_processes})
    if (const int status = bpf_map__set_max_entries(map, kMaxProcesses); status != 0)
      return fail({"size BPF map", bpf_map__name(map), -status, {}, {}});
  return {};
}

Result<void> enroll_descendants(syscall_stats_bpf& skeleton, KernelIds& ids, pid_t target) {
  Enrolment enrolment(skeleton, ids);
  const auto kernel_tgid = static_cast<std::uint32_t>(ids.kernel_tgid());
  if (auto added = enrolment.add_target(target, kernel_tgid); !added) return added;
  for (;;) {
    const auto found = enrolment.look();
    if (!found) return tl::unexpected(found.error());
    if (!*found) return {};
  }
}

std::vector<ProcessStats> read_processes(const syscall_stats_bpf& skeleton,
                                         std::uint32_t target_tgid,
                                         std::span<const thread_slot> slots, const Window& window) {
  auto rows = read_rows(skeleton);
  for (const thread_slot& slot : slots) {
    const auto row = slot.tid == 0 ? rows.end() : rows.find({slot.tgid, slot.born});
    if (row == rows.end()) continue;
    row->second.calls += slot.calls;
    row->second.errors += slot.errors;
    row->second.timed_ns += slot.timed_ns;
  }
  std::vector<std::pair<Key, const process_stats*>> order;
  for (const auto& [key, row] : rows)
    if (is_within(row, window)) order.emplace_back(key, &row);
  std::sort(order.begin(), order.end(), [target_tgid](const auto& a, const auto& b) {
    const auto rank = [target_tgid](const auto& entry) {
      return std::tuple(entry.first != Key{target_tgid, 0}, entry.second->started_ns, entry.first);
    };
    return rank(a) < rank(b);
  });
  std::vector<ProcessStats> processes;
  for (const auto& [key, row] : order) {
    processes.push_back(to_stats(*row, window));
    const auto parent = rows.find(to_key(row->parent));
    if (parent != rows.end()) processes.back().parent = local_pid(parent->second);
  }
  return processes;
}

}  // namespace debug_process::trace::bpf
