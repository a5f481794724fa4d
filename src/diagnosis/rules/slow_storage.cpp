// Threads wait for a disk, or for a file system that is far away.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using std::chrono::nanoseconds;

constexpr double kShareOfThread = 0.20;
// From the page cache a call takes microseconds; what takes longer has waited.
constexpr nanoseconds kWaited = std::chrono::milliseconds(1);

// Calls that can wait for a directory or an inode to be read.
const Names kByPath = {"open",     "openat",     "openat2", "stat",     "lstat",
                       "statx",    "newfstatat", "unlink",  "unlinkat", "rename",
                       "renameat", "renameat2",  "mkdir",   "mkdirat",  "rmdir"};

struct Waited {
  nanoseconds time{0};
  std::string who;
  std::vector<report::Evidence> evidence;
};

// What is in buckets of a millisecond and more, each taken for its middle.
nanoseconds slow_part(const Histogram& latency) {
  double total = 0;
  for (std::size_t i = 0; i < latency.counts.size(); ++i) {
    const double exponent = (static_cast<double>(latency.offset) + static_cast<double>(i) + 0.5) /
                            std::exp2(latency.scale);
    const double middle = std::exp2(exponent);
    if (middle >= seconds(kWaited)) total += middle * static_cast<double>(latency.counts[i]);
  }
  return nanoseconds(static_cast<std::int64_t>(total * 1e9));
}

// The kernel's own account, where it keeps one (sysctl kernel.task_delayacct).
std::optional<Waited> by_delay_account(const Facts& facts) {
  const Thread* worst = nullptr;
  for (const Thread& thread : facts.threads.threads) {
    if (!thread.block_io_delay) return std::nullopt;
    if (worst == nullptr || *thread.block_io_delay > *worst->block_io_delay) worst = &thread;
  }
  if (worst == nullptr) return std::nullopt;
  return Waited{*worst->block_io_delay,
                fmt::format("{} ({})", worst->name, worst->tid),
                {cite(*worst, "block_io_delay_ns", *worst->block_io_delay)}};
}

bool is_storage(const sections::files::File& file) {
  return file.type == "file" && !file.path.starts_with("/proc/") && !file.path.starts_with("/sys/");
}

// Else by the calls that took long. What is waited for in them may be a lock or a peer: more than
// all tasks of the machine together waited for I/O is not counted.
std::optional<Waited> by_slow_calls(const Facts& facts) {
  if (!counts_all_calls(facts) || !times_are_own(facts) || !facts.files.io_known)
    return std::nullopt;
  if (!facts.disk.host_pressure.some || !facts.disk.storage ||
      facts.disk.storage->total() == Bytes{})
    return std::nullopt;
  nanoseconds slow = slow_part(calls_of(facts, kByPath).latency);
  const sections::files::File* worst = nullptr;
  for (const auto& file : facts.files.files) {
    if (!file.io || !is_storage(file)) continue;
    slow += slow_part(file.io->latency);
    if (worst == nullptr || file.io->total > worst->io->total) worst = &file;
  }
  // These have a rule of their own, or wait for a lock.
  slow -= slow_part(calls_of(facts, {"fsync", "fdatasync", "sync_file_range", "syncfs"}).latency);
  slow -= slow_part(calls_of(facts, {"flock"}).latency);
  const double pressure = facts.disk.host_pressure.some->value * seconds(facts.window);
  slow = std::min(slow, nanoseconds(static_cast<std::int64_t>(pressure * 1e9)));
  Waited waited{slow, "a thread", {}};
  if (worst != nullptr) {
    waited.who = "a thread that uses " + worst->path;
    waited.evidence.push_back(
        {fmt::format("files.files[{}].total_ns", worst->fd), worst->io->total});
  }
  return waited;
}

}  // namespace

std::optional<Finding> slow_storage(const Facts& facts) {
  if (!window_is_long_enough(facts)) return std::nullopt;
  std::optional<Waited> waited = by_delay_account(facts);
  if (!waited) waited = by_slow_calls(facts);
  if (!waited || seconds(waited->time) < kShareOfThread * seconds(facts.window))
    return std::nullopt;
  Finding finding{
      "",
      severity_of_thread_time(waited->time, facts),
      fmt::format("storage is slow: {} waited {} for it in {}", waited->who,
                  format_duration(waited->time), format_duration(facts.window)),
      "Reads that are not in memory, and writes beyond what may be cached, take as long as the "
      "device or the server takes. The thread does nothing meanwhile.",
      std::move(waited->evidence),
      "iostat -x 1 for the device (r_await, %util); is it this process: iotop -p PID; a limit of "
      "its "
      "cgroup: io.max, blkio.throttle.*",
      waited->time};
  finding.evidence.push_back(
      {"disk.psi_some_ratio", report::to_value(facts.disk.host_pressure.some)});
  finding.evidence.push_back(
      {"disk.psi_full_ratio", report::to_value(facts.disk.host_pressure.full)});
  finding.evidence.push_back(
      {"memory.page_faults_major", report::to_value(facts.memory.page_faults_major)});
  return finding;
}

}  // namespace debug_process::diagnosis
