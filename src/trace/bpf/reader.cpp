// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/reader.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <span>
#include <vector>

#include "syscall_stats.h"
#include "syscall_stats.skel.h"
#include "trace/bpf/descriptors.h"
#include "trace/bpf/errors.h"
#include "trace/bpf/maps.h"
#include "trace/bpf/thread_calls.h"

namespace debug_process::trace::bpf {
namespace {

using std::chrono::nanoseconds;

// All CPUs' values of one entry of a per-CPU map, laid out as the kernel does: each rounded up to 8
// bytes.
template <typename T>
class PerCpuValues {
 public:
  explicit PerCpuValues(std::size_t cpus) : data_(cpus * kStride) {}

  template <typename Key>
  bool read(const bpf_map* map, const Key& key) {
    return ::bpf_map_lookup_elem(bpf_map__fd(map), &key, data_.data()) == 0;
  }
  [[nodiscard]] std::size_t size() const { return data_.size() / kStride; }
  [[nodiscard]] const T& operator[](std::size_t cpu) const {
    return *reinterpret_cast<const T*>(data_.data() + cpu * kStride);
  }

 private:
  static constexpr std::size_t kStride = (sizeof(T) + 7) / 8 * 8;
  std::vector<std::byte> data_;
};

// Not only by calls: a restart that failed is put right on the CPU where that showed.
bool is_used(const call_counters& counters) {
  return counters.calls != 0 || counters.errors != 0 || counters.restarts != 0;
}

void add_counters(const call_counters& counters, SyscallStats& stats) {
  const std::uint64_t timed = counters.calls - counters.untimed;
  stats.calls += counters.calls;
  stats.errors += counters.errors;
  stats.restarts += counters.restarts;
  stats.untimed += counters.untimed;
  if (timed == 0) return;
  const nanoseconds min(static_cast<std::int64_t>(counters.min_ns));
  const nanoseconds max(static_cast<std::int64_t>(counters.max_ns));
  Histogram& latency = stats.latency;
  latency.min = latency.count == 0 ? min : std::min(latency.min, min);
  latency.max = std::max(latency.max, max);
  latency.count += timed;
  latency.sum += nanoseconds(static_cast<std::int64_t>(counters.sum_ns));
}

void add_buckets(const cpu_histogram& histogram, std::vector<std::uint64_t>& buckets) {
  buckets.resize(HISTOGRAM_BUCKETS);
  for (std::size_t i = 0; i < buckets.size(); ++i) buckets[i] += histogram.buckets[i];
}

// Bucket 0 is zero; the others become OpenTelemetry's, without the empty ones at both ends.
void set_buckets(const std::vector<std::uint64_t>& buckets, Histogram& latency) {
  latency.scale = HISTOGRAM_SCALE;
  latency.zero_count = buckets.front();
  const auto used = [](std::uint64_t count) { return count != 0; };
  const auto first = std::find_if(buckets.begin() + 1, buckets.end(), used);
  if (first == buckets.end()) return;
  const auto last = std::find_if(buckets.rbegin(), buckets.rend(), used).base();
  latency.offset = HISTOGRAM_FIRST_OFFSET + static_cast<int>(first - buckets.begin()) - 1;
  latency.counts.assign(first, last);
}

// Merges the CPUs' tables: a call may have another slot on each.
class CallReader {
 public:
  CallReader(const syscall_stats_bpf& skeleton, std::size_t cpus)
      : skeleton_(skeleton), cpus_(cpus) {}

  Result<void> read(Activity& activity) {
    PerCpuValues<cpu_table> tables(cpus_);
    if (!tables.read(skeleton_.maps.dp_calls, std::uint32_t{0}))
      return fail_errno("read BPF map", "dp_calls");
    for (std::size_t cpu = 0; cpu < cpus_; ++cpu) add_table(tables[cpu]);
    if (auto done = read_histograms(tables); !done) return done;
    read_overflow();
    std::uint64_t unbucketed = 0;
    for (auto& [key, stats] : calls_) {
      stats.key = to_key(key);
      if (const auto found = buckets_.find(key); found != buckets_.end())
        set_buckets(found->second, stats.latency);
      unbucketed += stats.latency.count - std::min(stats.latency.count, stats.latency.bucketed());
      activity.syscalls.push_back(std::move(stats));
    }
    // Calls that overflowed the table were never in a bucket, and are counted as that. More means
    // that a bucket, which has 32 bits, went round.
    const std::uint64_t overflowed = skeleton_.bss->losses[LOSS_HISTOGRAM];
    if (unbucketed > overflowed) activity.losses["histogram_wrap"] = unbucketed - overflowed;
    for (const auto& [pair, count] : transitions_)
      activity.transitions.push_back({to_key(pair.first), to_key(pair.second), count});
    return {};
  }

 private:
  void add_table(const cpu_table& table) {
    const std::size_t used = std::min<std::size_t>(table.used, CALL_SLOTS);
    for (std::size_t from = 0; from < used; ++from) {
      // A slot may be taken for a transition's sake on a CPU where the call itself never ended.
      if (is_used(table.counters[from]))
        add_counters(table.counters[from], calls_[table.keys[from]]);
      for (std::size_t to = 0; to < used; ++to)
        if (const auto count = table.transitions[from][to]; count > 0)
          transitions_[{table.keys[from], table.keys[to]}] += count;
    }
  }

  Result<void> read_histograms(const PerCpuValues<cpu_table>& tables) {
    std::uint32_t slots = 0;
    for (std::size_t cpu = 0; cpu < cpus_; ++cpu) slots = std::max(slots, tables[cpu].used);
    PerCpuValues<cpu_histogram> histograms(cpus_);
    for (std::uint32_t slot = 0; slot < std::min<std::uint32_t>(slots, CALL_SLOTS); ++slot) {
      if (!histograms.read(skeleton_.maps.dp_histograms, slot))
        return fail_errno("read BPF map", "dp_histograms");
      for (std::size_t cpu = 0; cpu < cpus_; ++cpu)
        if (slot < tables[cpu].used && tables[cpu].counters[slot].calls > 0)
          add_buckets(histograms[cpu], buckets_[tables[cpu].keys[slot]]);
    }
    return {};
  }

  void read_overflow() {
    PerCpuValues<call_counters> counters(cpus_);
    std::uint32_t key = 0;
    const int map = bpf_map__fd(skeleton_.maps.dp_overflow);
    for (const std::uint32_t* previous = nullptr; ::bpf_map_get_next_key(map, previous, &key) == 0;
         previous = &key) {
      if (!counters.read(skeleton_.maps.dp_overflow, key)) continue;
      for (std::size_t cpu = 0; cpu < cpus_; ++cpu)
        if (is_used(counters[cpu])) add_counters(counters[cpu], calls_[key]);
    }
  }

  const syscall_stats_bpf& skeleton_;
  std::size_t cpus_;
  std::map<std::uint32_t, SyscallStats> calls_;
  std::map<std::uint32_t, std::vector<std::uint64_t>> buckets_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> transitions_;
};

Result<void> read_threads(const syscall_stats_bpf& skeleton, const KernelIds& ids,
                          const Course& course, Activity& activity) {
  const MappedSlots mapped(skeleton);
  if (!mapped.ok()) return fail_errno("map BPF map", "dp_threads");
  for (const thread_slot& slot : mapped.slots()) {
    if (slot.tid == 0) continue;
    const auto tid = ids.local_tid(static_cast<pid_t>(slot.tid));
    if (!tid) {
      activity.exited_threads_calls += slot.calls;
      continue;
    }
    activity.threads.push_back({*tid, slot.calls});
    const nanoseconds entered(static_cast<std::int64_t>(slot.entered_ns));
    if (entered.count() == 0 || !course.last_slice || entered < *course.last_slice) continue;
    if (skeleton.rodata->failed_only != 0) continue;  // it has not failed
    InFlight call;
    call.tid = *tid;
    call.key = to_key(slot.key);
    // A program that was under way when watching ended may have taken its time a little later.
    call.elapsed = std::max(course.ended - entered, nanoseconds(0));
    activity.in_flight.push_back(call);
  }
  return {};
}

// Of threads whose number in our namespace was known before they ended.
void read_last_calls(const syscall_stats_bpf& skeleton, const KernelIds& ids, Activity& activity) {
  for_each<std::uint32_t, last_call>(
      skeleton.maps.dp_last_calls, [&](std::uint32_t tid, const last_call& last) {
        if (const auto local = ids.local_tid(static_cast<pid_t>(tid)))
          activity.last_calls.push_back({*local, to_key(last.key), last.returned != 0});
      });
}

void read_losses(const syscall_stats_bpf& skeleton, Activity& activity) {
  const std::pair<loss, const char*> names[] = {{LOSS_THREAD_SLOT, "latency_thread_slot"},
                                                {LOSS_PAIRING, "latency_pairing"},
                                                {LOSS_CLOCK, "latency_clock"},
                                                {LOSS_HISTOGRAM, "histogram_slots"},
                                                {LOSS_CALLS, "calls"},
                                                {LOSS_ERRORS, "error_rows"},
                                                {LOSS_PROCESSES, "processes"},
                                                {LOSS_PROCESS_ROWS, "process_rows"},
                                                {LOSS_LAST_CALLS, "last_calls"},
                                                {LOSS_ERROR_OBJECTS, "error_objects"},
                                                {LOSS_FD_ROWS, "descriptor_rows"},
                                                {LOSS_FD_BYTES, "descriptor_bytes"},
                                                {LOSS_CLOSED_PATHS, "closed_paths"}};
  for (const auto& [cause, name] : names)
    if (const auto count = skeleton.bss->losses[cause]; count > 0) activity.losses[name] = count;
}

}  // namespace

Result<Activity> read_activity(const syscall_stats_bpf& skeleton, const KernelIds& ids,
                               const Course& course) {
  Activity activity;
  const int cpus = ::libbpf_num_possible_cpus();
  if (cpus <= 0) return fail({"count CPUs", "/sys/devices/system/cpu/possible", -cpus, {}, {}});
  if (auto done = CallReader(skeleton, static_cast<std::size_t>(cpus)).read(activity); !done)
    return tl::unexpected(done.error());
  read_errors(skeleton, activity);
  activity.exited_thread_count = skeleton.bss->exited_threads;
  activity.exited_threads_calls = skeleton.bss->exited_calls;
  if (auto done = read_threads(skeleton, ids, course, activity); !done)
    return tl::unexpected(done.error());
  read_last_calls(skeleton, ids, activity);
  if (auto done = read_descriptors(skeleton, activity); !done) return tl::unexpected(done.error());
  activity.execs = skeleton.bss->execs;
  if (skeleton.bss->has_wait_status != 0) activity.wait_status = skeleton.bss->wait_status;
  read_losses(skeleton, activity);
  return activity;
}

}  // namespace debug_process::trace::bpf
