// SPDX-License-Identifier: Apache-2.0
#include "sections/memory/gather.h"

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <tuple>

#include "proc/living.h"
#include "proc/maps.h"
#include "proc/smaps.h"
#include "proc/stat.h"
#include "proc/status.h"
#include "proc/task_syscall.h"
#include "sections/memory/categories.h"
#include "sections/reasons.h"
#include "util/deadline.h"

namespace debug_process::sections::memory {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds kBudget = 100ms;
constexpr nanoseconds kSmapsPerGib = 22ms;
constexpr nanoseconds kSmapsPerMapping = 10us;
constexpr auto kReadLimit = 2000ms;
constexpr auto kSlowReadLimit = 60000ms;  // when the user asked for it whatever it takes
constexpr std::size_t kStackThreads = 500;

Result<std::string> read_risky(const Source& source, const std::string& path) {
  return with_deadline(source.allow_slow_memory ? kSlowReadLimit : kReadLimit, path,
                       [procfs = source.procfs, path] { return procfs.read(path); });
}

void add_status(const proc::Status& status, Facts& facts) {
  facts.rss = status.vm_rss;
  facts.rss_peak = status.vm_peak_rss;
  facts.swap = status.vm_swap;
  facts.anonymous = status.rss_anon;
  facts.file = status.rss_file;
  facts.shared = status.rss_shmem;
  facts.virtual_size = status.vm_size;
  facts.hugetlb = status.hugetlb;
}

void add_faults(const Snapshot& start, const Snapshot& end, Facts& facts) {
  const auto growth = [](const auto& from, const auto& to) -> std::optional<std::uint64_t> {
    if (!from || !to || *to < *from) return std::nullopt;
    return *to - *from;
  };
  facts.page_faults_minor = growth(start.minor_faults, end.minor_faults);
  facts.page_faults_major = growth(start.major_faults, end.major_faults);
}

StackPointers read_stack_pointers(const Source& source) {
  StackPointers pointers;
  const auto tids = source.procfs.list_numbers(fmt::format("{}/task", source.pid));
  if (!tids || tids->size() < 2 || tids->size() > kStackThreads) return pointers;
  for (const int tid : *tids) {
    const auto call = source.procfs.read(fmt::format("{}/task/{}/syscall", source.pid, tid))
                          .and_then(proc::parse_task_syscall);
    if (call && call->stack_pointer) pointers.push_back(*call->stack_pointer);
  }
  std::sort(pointers.begin(), pointers.end());
  return pointers;
}

// Adds up all mappings of one category and path. Without `usage`, their resident part is unknown.
class Aggregate {
 public:
  explicit Aggregate(StackPointers pointers) : pointers_(std::move(pointers)) {}

  void add(const proc::Map& map, const proc::MapUsage* usage) {
    std::string_view category = category_of(map, pointers_);
    if (usage != nullptr && usage->shared_hugetlb + usage->private_hugetlb > Bytes{})
      category = "hugetlb";
    Mapping& mapping = mappings_[{std::string(category), map.path}];
    ++mapping.count;
    mapping.size += map.size();
    if (usage == nullptr) return;
    mapping.rss = mapping.rss.value_or(Bytes{}) + usage->rss;
    mapping.pss = mapping.pss.value_or(Bytes{}) + usage->pss;
  }

  [[nodiscard]] std::vector<Mapping> sorted() const {
    std::vector<Mapping> sorted;
    for (const auto& [key, mapping] : mappings_) {
      sorted.push_back(mapping);
      std::tie(sorted.back().category, sorted.back().path) = key;
    }
    // Reserved address space is the largest and the least interesting.
    std::stable_sort(sorted.begin(), sorted.end(), [](const Mapping& a, const Mapping& b) {
      return std::tuple(b.rss, a.category == "reserved", b.size) <
             std::tuple(a.rss, b.category == "reserved", a.size);
    });
    return sorted;
  }

 private:
  StackPointers pointers_;
  std::map<std::pair<std::string, std::string>, Mapping> mappings_;
};

void add_mappings(const Aggregate& aggregate, bool with_usage, Facts& facts) {
  facts.mappings = aggregate.sorted();
  Bytes heap_size, stack_size, heap, stack;
  for (const Mapping& mapping : facts.mappings) {
    const bool is_stack = mapping.category == "stack" || mapping.category == "thread stack";
    if (mapping.category == "heap") {
      heap_size += mapping.size;
      heap += mapping.rss.value_or(Bytes{});
    } else if (is_stack) {
      stack_size += mapping.size;
      stack += mapping.rss.value_or(Bytes{});
    }
  }
  facts.heap_size = heap_size;
  facts.stack_size = stack_size;
  if (!with_usage) return;
  facts.heap = heap;
  facts.stack = stack;
}

Result<void> read_smaps(const Source& source, const std::string& base, Aggregate aggregate,
                        Facts& facts) {
  const auto smaps = read_risky(source, base + "/smaps").and_then(proc::parse_smaps);
  if (!smaps) return fail(smaps.error());
  Bytes pss, uss;
  for (const proc::Smap& smap : *smaps) {
    aggregate.add(smap.map, &smap.usage);
    pss += smap.usage.pss;
    uss += smap.usage.private_clean + smap.usage.private_dirty;
  }
  facts.pss = pss;
  facts.uss = uss;
  add_mappings(aggregate, true, facts);
  return {};
}

Result<void> read_rollup(const Source& source, const std::string& base, Facts& facts) {
  const auto usage = read_risky(source, base + "/smaps_rollup").and_then(proc::parse_smaps_rollup);
  if (!usage) return fail(usage.error());
  facts.pss = usage->pss;
  facts.uss = usage->private_clean + usage->private_dirty;
  return {};
}

std::string rounded_ms(nanoseconds duration) {
  return fmt::format("{} ms", std::chrono::ceil<std::chrono::milliseconds>(duration).count());
}

// Decides between smaps, its totals alone, and neither.
void add_usage(const Source& source, const std::string& base, Aggregate aggregate, Facts& facts) {
  const nanoseconds pages = smaps_estimate(facts.rss.value_or(Bytes{}));
  const nanoseconds all = pages + kSmapsPerMapping * facts.mapping_count.value_or(0);
  facts.smaps_estimate = all;
  if (pages > kBudget && !source.allow_slow_memory) {
    facts.completeness.add_gap(
        fmt::format("PSS, USS and the resident part of each mapping were not read: that could "
                    "stall the process for {}; --pss "
                    "asks for it anyway",
                    rounded_ms(all)));
    return;
  }
  const bool totals_only = all > kBudget && !source.allow_slow_memory;
  const auto done = totals_only ? read_rollup(source, base, facts)
                                : read_smaps(source, base, std::move(aggregate), facts);
  if (!done) {
    facts.completeness.add_gap(reason_for("PSS and USS", done.error()));
  } else if (totals_only) {
    facts.completeness.add_gap(
        fmt::format("{} mappings: the resident part of each was not read: that could stall the "
                    "process for {}; --pss asks for it "
                    "anyway",
                    facts.mapping_count.value_or(0), rounded_ms(all)));
  }
}

void add_maps(const Source& source, const std::string& base, Facts& facts) {
  const auto maps = read_risky(source, base + "/maps").and_then(proc::parse_maps);
  if (!maps) {
    facts.completeness.add_gap(reason_for("PSS, USS and mappings", maps.error()));
    return;
  }
  // The kernel hands out an empty text where it would refuse: nothing that has memory has no
  // mappings.
  if (maps->empty()) {
    facts.completeness.add_gap(
        "mappings: the kernel shows none: needs the same user or CAP_SYS_PTRACE: run with sudo");
    return;
  }
  facts.mapping_count = maps->size();
  const Aggregate empty(read_stack_pointers(source));
  Aggregate sizes = empty;
  for (const proc::Map& map : *maps) sizes.add(map, nullptr);
  add_mappings(sizes, false, facts);
  add_usage(source, base, empty, facts);
}

}  // namespace

nanoseconds smaps_estimate(Bytes rss) {
  constexpr double kGib = 1024.0 * 1024.0 * 1024.0;
  return nanoseconds(static_cast<std::int64_t>(static_cast<double>(rss.value) / kGib *
                                               static_cast<double>(kSmapsPerGib.count())));
}

Snapshot snapshot(const Source& source) {
  const auto stat =
      source.procfs.read(fmt::format("{}/stat", source.pid)).and_then(proc::parse_stat);
  if (!stat) return {};
  return {stat->minor_faults, stat->major_faults};
}

Facts gather(const Source& source, const Snapshot& start, const Snapshot& end) {
  Facts facts;
  const std::string base = proc::living_base(source.procfs, source.pid);
  const auto status = source.procfs.read(base + "/status").and_then(proc::parse_status);
  if (!status) {
    facts.completeness = Completeness::unavailable(reason_for("memory", status.error()));
    return facts;
  }
  if (!status->vm_size) {
    facts.completeness = Completeness::unavailable(
        status->state == 'Z' || status->state == 'X' ? "the process is a zombie: its memory is gone"
                                                     : "a kernel thread has no memory of its own");
    return facts;
  }
  add_status(*status, facts);
  add_faults(start, end, facts);
  add_maps(source, base, facts);
  return facts;
}

}  // namespace debug_process::sections::memory
