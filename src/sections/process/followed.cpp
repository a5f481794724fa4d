// SPDX-License-Identifier: Apache-2.0
#include "sections/process/followed.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <tuple>

#include "proc/stat.h"
#include "sections/process/gather.h"
#include "util/signals.h"

namespace debug_process::sections::process {
namespace {

using std::chrono::nanoseconds;

std::optional<std::string> state_of(const Source& source, const trace::ProcessStats& stats) {
  if (stats.wait_status && WIFSIGNALED(*stats.wait_status))
    return "killed by " + signal_name(WTERMSIG(*stats.wait_status));
  if (stats.wait_status) return fmt::format("exited with {}", WEXITSTATUS(*stats.wait_status));
  if (stats.ended_in_window) return "ended";
  if (!stats.pid) return std::nullopt;
  const auto stat =
      source.procfs.read(fmt::format("{}/stat", *stats.pid)).and_then(proc::parse_stat);
  return stat ? std::optional(state_word(stat->state)) : std::nullopt;
}

Followed to_row(const Source& source, const trace::ProcessStats& stats, bool counted) {
  Followed row;
  row.pid = stats.pid;
  row.parent = stats.parent;
  row.name = stats.comm;
  row.state = state_of(source, stats);
  row.wait_status = stats.wait_status;
  row.started_in_window = stats.started_in_window;
  row.ended_in_window = stats.ended_in_window;
  if (!counted) return row;
  row.calls = stats.calls;
  row.errors = stats.errors;
  row.in_calls = stats.in_calls;
  return row;
}

void add_shares(std::vector<Followed>& rows) {
  nanoseconds all{0};
  for (const Followed& row : rows) all += row.in_calls.value_or(nanoseconds(0));
  if (all <= nanoseconds(0)) return;
  for (Followed& row : rows)
    if (row.in_calls)
      row.share =
          Ratio{static_cast<double>(row.in_calls->count()) / static_cast<double>(all.count())};
}

}  // namespace

void add_followed(const Source& source, const trace::Activity& activity, Facts& facts) {
  if (activity.processes.empty()) return;
  // Samples tell what was found, not how many calls there were.
  const bool counted = activity.counts != trace::Counts::samples;
  std::vector<Followed> rows;
  for (const trace::ProcessStats& stats : activity.processes)
    rows.push_back(to_row(source, stats, counted));
  if (!rows.front().parent) rows.front().parent = facts.ppid;
  add_shares(rows);
  std::stable_sort(rows.begin(), rows.end(), [](const Followed& a, const Followed& b) {
    return std::tie(a.in_calls, a.calls) > std::tie(b.in_calls, b.calls);
  });
  facts.followed = std::move(rows);
}

}  // namespace debug_process::sections::process
