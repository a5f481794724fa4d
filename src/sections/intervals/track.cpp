// SPDX-License-Identifier: Apache-2.0
#include "sections/intervals/track.h"

#include <fmt/format.h>

#include "sections/files/count.h"

namespace debug_process::sections::intervals {
namespace {

using std::chrono::nanoseconds;

// What the backend saw between two marks.
void add_calls(const trace::Activity& activity, std::size_t index, Interval& interval) {
  const trace::Interval& seen = activity.intervals[index];
  interval.coverage = Ratio{seen.coverage};
  if (seen.coverage <= 0) return;
  interval.calls = interval.errors = 0;
  interval.in_syscalls = nanoseconds(0);
  for (const trace::SyscallStats& stats : activity.syscalls) {
    const trace::IntervalStats& part = stats.intervals[index];
    *interval.calls += part.calls;
    *interval.errors += part.errors;
    *interval.in_syscalls += part.latency.sum;
  }
}

void add_use(const proc::Stat& from, const proc::Stat& to, Interval& interval) {
  const nanoseconds used = to.user + to.system - from.user - from.system;
  if (interval.length.count() > 0)
    interval.cpu =
        Ratio{std::chrono::duration<double>(used) / std::chrono::duration<double>(interval.length)};
  interval.page_faults_minor = to.minor_faults - from.minor_faults;
  interval.page_faults_major = to.major_faults - from.major_faults;
}

}  // namespace

Track::Look Track::look(const Source& source, Time now) {
  Look look{now, std::nullopt, std::nullopt};
  const auto stat =
      source.procfs.read(fmt::format("{}/stat", source.pid)).and_then(proc::parse_stat);
  // Its number may be another process's by now.
  if (!stat || (source.start_time && stat->start_time != *source.start_time)) return look;
  if (stat->is_dead() && stat->threads <= 1) return look;
  look.stat = *stat;
  look.open_files = files::count_open(source);
  return look;
}

void Track::begin(const Source& source, Time now, bool started_by_us) {
  looks_ = {look(source, now)};
  if (!started_by_us || !looks_.front().stat) return;
  proc::Stat& stat = *looks_.front().stat;
  stat.user = stat.system = nanoseconds(0);
  stat.minor_faults = stat.major_faults = 0;
}

void Track::mark(const Source& source, Time now) {
  looks_.push_back(look(source, now));
}

void Track::drop_short_end(Time now, const trace::Activity* activity) {
  if (looks_.size() < 2) return;
  const auto& last = looks_[looks_.size() - 1];
  const auto& before = looks_[looks_.size() - 2];
  const bool told_apart = activity != nullptr && !activity->intervals.empty();
  const bool dropped = told_apart ? activity->intervals.size() < looks_.size()
                                  : now - last.at < (last.at - before.at) / 2;
  if (dropped) looks_.pop_back();
}

Facts Track::finish(const Source& source, Time now, const trace::Activity* activity) {
  Facts facts;
  if (looks_.empty()) {
    facts.completeness = Completeness::unavailable("the window had no beginning");
    return facts;
  }
  drop_short_end(now, activity);
  looks_.push_back(look(source, now));
  const Look& start = looks_.front();
  facts.open_files_at_start = start.open_files;
  if (start.stat) facts.threads_at_start = start.stat->threads;
  for (std::size_t i = 0; i + 1 < looks_.size(); ++i) {
    const Look& from = looks_[i];
    const Look& to = looks_[i + 1];
    Interval interval;
    interval.start = from.at - start.at;
    interval.length = to.at - from.at;
    if (activity != nullptr && i < activity->intervals.size()) add_calls(*activity, i, interval);
    if (from.stat && to.stat) add_use(*from.stat, *to.stat, interval);
    interval.open_files = to.open_files;
    if (to.stat) interval.threads = to.stat->threads;
    if (to.stat) interval.rss = to.stat->rss;
    facts.intervals.push_back(interval);
  }
  if (!looks_.back().stat) facts.completeness.add_gap("it ended in the last of them");
  return facts;
}

}  // namespace debug_process::sections::intervals
