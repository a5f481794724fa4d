// SPDX-License-Identifier: Apache-2.0
#include "sections/memory/usage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "proc/maps.h"
#include "proc/smaps.h"
#include "proc/stat.h"
#include "proc/task_syscall.h"
#include "sections/memory/categories.h"
#include "sections/reasons.h"
#include "util/deadline.h"

namespace debug_process::sections::memory {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

// Together 100 ms, unless the target is a command of ours that is looked at on its way.
constexpr nanoseconds kLastBudget = 95ms;
constexpr nanoseconds kProvisionalBudget = 5ms;
constexpr nanoseconds kSmapsPerGib = 22ms;
constexpr nanoseconds kSmapsPerMapping = 2us;  // 1 us was measured
constexpr auto kReadLimit = 2000ms;
constexpr auto kSlowReadLimit = 60000ms;  // when the user asked for it whatever it takes
constexpr std::size_t kStackThreads = 500;

Result<std::string> read_risky(const Source& source, const std::string& path) {
  return with_deadline(source.allow_slow_memory ? kSlowReadLimit : kReadLimit, path,
                       [procfs = source.procfs, path] { return procfs.read(path); });
}

std::vector<std::uint64_t> read_stack_pointers(const Source& source, Facts& facts) {
  std::vector<std::uint64_t> pointers;
  const auto stat =
      source.procfs.read(fmt::format("{}/stat", source.pid)).and_then(proc::parse_stat);
  if (!stat || stat->threads < 2) return pointers;
  if (stat->threads > kStackThreads) {
    facts.completeness.add_gap(
        fmt::format("more than {} threads: their stacks count as anonymous memory", kStackThreads));
    return pointers;
  }
  const auto tids = source.procfs.list_numbers(fmt::format("{}/task", source.pid));
  if (!tids) return pointers;
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
  explicit Aggregate(Landmarks landmarks) : landmarks_(std::move(landmarks)) {}

  void add(const proc::Map& map, const proc::MapUsage* usage) {
    std::string_view category = category_of(map, landmarks_);
    if (usage != nullptr && usage->shared_hugetlb + usage->private_hugetlb > Bytes{})
      category = "hugetlb";
    Mapping& mapping = mappings_[{std::string(category), map.path}];
    ++mapping.count;
    mapping.size += map.size();
    if (usage == nullptr) return;
    mapping.rss = mapping.rss.value_or(Bytes{}) + usage->rss;
    mapping.pss = mapping.pss.value_or(Bytes{}) + usage->pss;
    mapping.swap = mapping.swap.value_or(Bytes{}) + usage->swap;
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
  Landmarks landmarks_;
  std::map<std::pair<std::string, std::string>, Mapping> mappings_;
};

void add_to(std::optional<Bytes>& sum, const std::optional<Bytes>& part) {
  if (part) sum = sum.value_or(Bytes{}) + *part;
}

std::vector<Category> add_up(const std::vector<Mapping>& mappings) {
  std::vector<Category> categories;
  for (const Mapping& mapping : mappings) {
    auto category = std::find_if(categories.begin(), categories.end(), [&](const Category& other) {
      return other.name == mapping.category;
    });
    if (category == categories.end())
      category = categories.insert(categories.end(), Category{mapping.category, 0, {}, {}, {}, {}});
    category->count += mapping.count;
    category->size += mapping.size;
    add_to(category->rss, mapping.rss);
    add_to(category->pss, mapping.pss);
    add_to(category->swap, mapping.swap);
  }
  // As the mappings are, so that the largest is first whatever it is made of.
  std::stable_sort(categories.begin(), categories.end(), [](const Category& a, const Category& b) {
    return std::tuple(b.rss, a.name == "reserved", b.size) <
           std::tuple(a.rss, b.name == "reserved", a.size);
  });
  return categories;
}

void add_mappings(const Aggregate& aggregate, bool with_usage, Facts& facts) {
  facts.mappings = aggregate.sorted();
  facts.categories = add_up(facts.mappings);
  Category heap, stack;
  heap.rss = stack.rss = Bytes{};
  Bytes resident;
  for (const Category& category : facts.categories) {
    resident += category.rss.value_or(Bytes{});
    const bool is_stack = category.name == "stack" || category.name == "thread stack";
    if (category.name != "heap" && !is_stack) continue;
    Category& sum = is_stack ? stack : heap;
    sum.size += category.size;
    add_to(sum.rss, category.rss);
  }
  facts.heap_size = heap.size;
  facts.stack_size = stack.size;
  if (!with_usage) return;
  facts.heap = heap.rss;
  facts.stack = stack.rss;
  if (facts.rss)
    facts.unaccounted =
        static_cast<std::int64_t>(facts.rss->value) - static_cast<std::int64_t>(resident.value);
}

template <typename Items, typename MapOf>
Landmarks landmarks_of(const Items& items, MapOf map_of, std::vector<std::uint64_t> pointers) {
  std::vector<const proc::Map*> in_order;
  in_order.reserve(items.size());
  for (const auto& item : items) in_order.push_back(&map_of(item));
  return {std::move(pointers), find_arenas(in_order)};
}

Result<void> read_smaps(const Source& source, const std::string& base, Facts& facts) {
  const auto smaps = read_risky(source, base + "/smaps").and_then(proc::parse_smaps);
  if (!smaps) return fail(smaps.error());
  Aggregate aggregate(landmarks_of(
      *smaps, [](const proc::Smap& smap) -> const proc::Map& { return smap.map; },
      read_stack_pointers(source, facts)));
  Bytes pss, uss, huge;
  for (const proc::Smap& smap : *smaps) {
    aggregate.add(smap.map, &smap.usage);
    huge += smap.usage.anonymous_huge;
    pss += smap.usage.pss;
    uss += smap.usage.private_clean + smap.usage.private_dirty;
  }
  facts.pss = pss;
  facts.uss = uss;
  facts.anonymous_huge = huge;
  facts.mapping_count = smaps->size();
  add_mappings(aggregate, true, facts);
  return {};
}

Result<void> read_rollup(const Source& source, const std::string& base, Facts& facts) {
  const auto usage = read_risky(source, base + "/smaps_rollup").and_then(proc::parse_smaps_rollup);
  if (!usage) return fail(usage.error());
  facts.pss = usage->pss;
  facts.uss = usage->private_clean + usage->private_dirty;
  facts.anonymous_huge = usage->anonymous_huge;
  return {};
}

std::string rounded_ms(nanoseconds duration) {
  return fmt::format("{} ms", std::chrono::ceil<std::chrono::milliseconds>(duration).count());
}

// Decides between smaps, its totals alone, and neither.
void add_usage(const Source& source, const std::string& base, Reading reading, Facts& facts) {
  const bool is_last = reading == Reading::last;
  const nanoseconds budget = is_last ? kLastBudget : kProvisionalBudget;
  const bool whatever_it_takes = source.allow_slow_memory && is_last;
  const nanoseconds pages = smaps_estimate(facts.rss.value_or(Bytes{}));
  const nanoseconds all = pages + kSmapsPerMapping * facts.mapping_count.value_or(0);
  facts.smaps_estimate = all;
  const std::string stall =
      is_last ? fmt::format("that could stall the process for {}; --pss asks for it anyway",
                            rounded_ms(all))
              : "that waits for the window's end, not to stall the process twice";
  if (pages > budget && !whatever_it_takes) {
    facts.completeness.add_gap(
        fmt::format("PSS, USS and the resident part of each mapping were not read: {}", stall));
    return;
  }
  const bool totals_only = all > budget && !whatever_it_takes;
  const auto done =
      totals_only ? read_rollup(source, base, facts) : read_smaps(source, base, facts);
  if (!done) {
    facts.completeness.add_gap(reason_for("PSS and USS", done.error()));
  } else if (totals_only) {
    facts.completeness.add_gap(
        fmt::format("{} mappings: the resident part of each was not read: {}",
                    facts.mapping_count.value_or(0), stall));
  }
}

}  // namespace

nanoseconds smaps_estimate(Bytes rss) {
  constexpr double kGib = 1024.0 * 1024.0 * 1024.0;
  return nanoseconds(static_cast<std::int64_t>(static_cast<double>(rss.value) / kGib *
                                               static_cast<double>(kSmapsPerGib.count())));
}

void add_maps(const Source& source, const std::string& base, Reading reading, Facts& facts) {
  const auto text = read_risky(source, base + "/maps");
  if (!text) {
    facts.completeness.add_gap(reason_for("PSS, USS and mappings", text.error()));
    return;
  }
  // The kernel hands out an empty text where it would refuse: nothing that has memory has no
  // mappings.
  if (text->empty()) {
    facts.completeness.add_gap(
        "mappings: the kernel shows none: needs the same user or CAP_SYS_PTRACE: run with sudo");
    return;
  }
  facts.mapping_count = static_cast<std::uint64_t>(std::count(text->begin(), text->end(), '\n'));
  add_usage(source, base, reading, facts);
  // Either smaps has told more, or the last reading will.
  if (!facts.mappings.empty() || reading == Reading::provisional) return;
  const auto maps = proc::parse_maps(*text);
  if (!maps) {
    facts.completeness.add_gap(reason_for("mappings", maps.error()));
    return;
  }
  Aggregate sizes(landmarks_of(
      *maps, [](const proc::Map& map) -> const proc::Map& { return map; },
      read_stack_pointers(source, facts)));
  for (const proc::Map& map : *maps) sizes.add(map, nullptr);
  add_mappings(sizes, false, facts);
}

}  // namespace debug_process::sections::memory
