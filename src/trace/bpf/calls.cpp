// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/calls.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <chrono>

#include "syscall_stats.h"
#include "syscall_stats.skel.h"
#include "trace/bpf/maps.h"

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
  stats.zeros = stats.zeros.value_or(0) + counters.zeros;
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

  Result<Calls> read() {
    PerCpuValues<cpu_table> tables(cpus_);
    if (!tables.read(skeleton_.maps.dp_calls, std::uint32_t{0}))
      return fail_errno("read BPF map", "dp_calls");
    for (std::size_t cpu = 0; cpu < cpus_; ++cpu) add_table(tables[cpu]);
    if (auto done = read_histograms(tables); !done) return tl::unexpected(done.error());
    read_overflow();
    Calls read;
    for (auto& [key, stats] : calls_) {
      stats.key = to_key(key);
      if (const auto found = buckets_.find(key); found != buckets_.end())
        set_buckets(found->second, stats.latency);
      read.by_key.emplace(stats.key, std::move(stats));
    }
    for (const auto& [pair, count] : transitions_)
      read.transitions.push_back({to_key(pair.first), to_key(pair.second), count});
    return read;
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

}  // namespace

Result<Calls> read_calls(const syscall_stats_bpf& skeleton) {
  const int cpus = ::libbpf_num_possible_cpus();
  if (cpus <= 0) return fail({"count CPUs", "/sys/devices/system/cpu/possible", -cpus, {}, {}});
  return CallReader(skeleton, static_cast<std::size_t>(cpus)).read();
}

void add_calls(Calls calls, std::uint64_t overflowed, Activity& activity) {
  std::uint64_t unbucketed = 0;
  for (auto& [key, stats] : calls.by_key) {
    unbucketed += stats.latency.count - std::min(stats.latency.count, stats.latency.bucketed());
    activity.syscalls.push_back(std::move(stats));
  }
  // Calls that overflowed the table were never in a bucket, and are counted as that. More means
  // that a bucket, which has 32 bits, went round.
  if (unbucketed > overflowed) activity.losses["histogram_wrap"] = unbucketed - overflowed;
  activity.transitions = std::move(calls.transitions);
}

}  // namespace debug_process::trace::bpf
