// What the process holds: files, sockets, memory, threads.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>

#include "compare/context.h"
#include "compare/events.h"
#include "compare/lookup.h"
#include "compare/statistics.h"

namespace debug_process::compare {
namespace {

constexpr double kLeastFiles = 20;
constexpr double kLeastSockets = 10;
constexpr double kLeastThreads = 5;
constexpr double kLeastMemory = 16 << 20U;
// Of the peers that are most: an answer on each of thousands would be worth nothing.
constexpr std::size_t kMostPeers = 50;

// What comes and goes independently varies by chance like events do, and what a window shows of it
// is one look. `samples`: looks at it in the intervals; empty: none.
Difference compare_population(const Question& question, double before, double after,
                              const std::vector<double>& old_samples,
                              const std::vector<double>& new_samples) {
  Difference difference = compare_samples(question, old_samples, new_samples, before, after);
  difference.before = whole(before);
  difference.after = whole(after);
  const double low = std::min(before, after);
  const double high = std::max(before, after);
  const double chance = std::min(1.0, 2 * chance_of_more(low, 1, high, 1, kLeastChange));
  difference.chance = std::max(chance, difference.chance.value_or(0));
  difference.untold.clear();
  return difference;
}

void ask_count(const Context& context, const char* section, const char* key, Question question,
               std::vector<Difference>& differences, const std::vector<double>& old_samples = {},
               const std::vector<double>& new_samples = {}) {
  const auto before = number_at(context.old_report, section, key);
  const auto after = number_at(context.new_report, section, key);
  if (!before || !after) return;
  question.key = fmt::format("{}.{}", section, key);
  differences.push_back(compare_population(question, *before, *after, old_samples, new_samples));
}

using Counts = std::map<std::string, double>;

Counts counts_of(const report::Report& report, const char* section, const char* table,
                 const char* name, const char* count) {
  Counts counts;
  const Rows rows(report, section, table);
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (const std::string key = rows.text(i, name); !key.empty())
      counts[key] += rows.number(i, count).value_or(0);
  return counts;
}

// A table of names and counts, each name once; what a side does not name it has none of.
void ask_counts(const Counts& before, const Counts& after, const std::string& key,
                const std::string& what, const Question& question,
                std::vector<Difference>& differences) {
  std::map<std::string, std::pair<double, double>> both;
  for (const auto& [name, count] : before) both[name].first = count;
  for (const auto& [name, count] : after) both[name].second = count;
  std::vector<std::pair<std::string, std::pair<double, double>>> sorted(both.begin(), both.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& x, const auto& y) {
    return std::max(x.second.first, x.second.second) > std::max(y.second.first, y.second.second);
  });
  if (sorted.size() > kMostPeers) sorted.resize(kMostPeers);
  for (const auto& [name, counts] : sorted) {
    Question each = question;
    each.key = fmt::format("{}[{}]", key, name);
    each.what = fmt::format("{} {}", what, name);
    differences.push_back(compare_population(each, counts.first, counts.second, {}, {}));
  }
}

bool both_have(const Context& context, const char* section) {
  for (const report::Report* report : {&context.old_report, &context.new_report}) {
    const report::Section* const found = section_of(*report, section);
    if (found == nullptr || found->status == report::Status::unavailable) return false;
  }
  return true;
}

void ask_files(const Context& context, std::vector<Difference>& differences) {
  ask_count(context, "files", "open", {"", "open files", Bad::more, kLeastFiles, {}, {}},
            differences, context.a.files, context.b.files);
  if (both_have(context, "files") && number_at(context.old_report, "files", "deleted") &&
      number_at(context.new_report, "files", "deleted")) {
    const auto types = [](const report::Report& report) {
      return counts_of(report, "files", "types", "type", "open");
    };
    ask_counts(types(context.old_report), types(context.new_report), "files.types",
               "open files of type", {"", "", Bad::more, kLeastFiles, {"files.open"}, {}},
               differences);
  }
  ask_count(context, "files", "deleted",
            {"", "open files that are deleted", Bad::more, kLeastFiles, {"files.open"}, {}},
            differences);
}

void ask_sockets(const Context& context, std::vector<Difference>& differences) {
  ask_count(context, "sockets", "total",
            {"", "sockets", Bad::more, kLeastSockets, {"files.types[socket]", "files.open"}, {}},
            differences);
  if (!both_have(context, "sockets")) return;
  const auto states = [](const report::Report& report) {
    Counts counts = counts_of(report, "sockets", "states", "state", "sockets");
    for (const char* here : {"ESTABLISHED", "LISTEN", "CLOSE_WAIT"}) counts.try_emplace(here, 0);
    return counts;
  };
  Counts old_states = states(context.old_report);
  Counts new_states = states(context.new_report);
  const std::vector<std::string> all = {"sockets.total", "files.types[socket]", "files.open"};
  const auto take = [](Counts& counts, const char* state) {
    Counts taken{{state, counts[state]}};
    counts.erase(state);
    return taken;
  };
  const Counts old_closing = take(old_states, "CLOSE_WAIT");
  const Counts new_closing = take(new_states, "CLOSE_WAIT");
  ask_counts(old_closing, new_closing, "sockets.states", "sockets in state",
             {"", "", Bad::more, kLeastSockets, all, {}}, differences);
  ask_counts(old_states, new_states, "sockets.states", "sockets in state",
             {"", "", Bad::neither, kLeastSockets, all, {}}, differences);
  std::vector<std::string> parents = all;
  parents.emplace_back("sockets.states[ESTABLISHED]");
  const auto peers = [](const report::Report& report) {
    return counts_of(report, "sockets", "established_by_peer", "peer", "connections");
  };
  ask_counts(peers(context.old_report), peers(context.new_report), "sockets.established_by_peer",
             "connections with", {"", "", Bad::neither, kLeastSockets, parents, {}}, differences);
}

void ask_threads(const Context& context, std::vector<Difference>& differences) {
  ask_count(context, "threads", "threads", {"", "threads", Bad::more, kLeastThreads, {}, {}},
            differences, context.a.threads, context.b.threads);
}

// One process has one memory: how it varies from process to process nobody knows, so that only its
// size decides, and that it is outside what was seen within the window.
void ask_memory(const Context& context, std::vector<Difference>& differences) {
  struct Part {
    const char* key;
    const char* what;
  };
  static constexpr std::array<Part, 8> kParts{{{"rss_bytes", "resident memory"},
                                               {"anonymous_bytes", "anonymous memory"},
                                               {"heap_bytes", "heap"},
                                               {"stack_bytes", "stacks"},
                                               {"file_bytes", "resident files"},
                                               {"shared_bytes", "shared memory"},
                                               {"swap_bytes", "swapped memory"},
                                               {"hugetlb_bytes", "huge pages"}}};
  std::vector<std::string> told;
  for (const Part& part : kParts) {
    const auto before = number_at(context.old_report, "memory", part.key);
    const auto after = number_at(context.new_report, "memory", part.key);
    if (!before || !after) continue;
    Difference difference = compare_samples(
        {fmt::format("memory.{}", part.key), part.what, Bad::more, kLeastMemory, {}, {}}, {}, {},
        *before, *after);
    difference.untold.clear();
    difference.before = Bytes{whole(*before)};
    difference.after = Bytes{whole(*after)};
    if (part.key == std::string_view("rss_bytes") &&
        std::min(context.a.rss.size(), context.b.rss.size()) >= kFewestIntervals)
      difference.chance = compare_samples({}, context.a.rss, context.b.rss, *before, *after).chance;
    difference.told_by = told;
    told.push_back(difference.key);
    differences.push_back(std::move(difference));
  }
}

}  // namespace

void ask_levels(const Context& context, std::vector<Difference>& differences) {
  ask_files(context, differences);
  ask_sockets(context, differences);
  ask_threads(context, differences);
  ask_memory(context, differences);
}

}  // namespace debug_process::compare
