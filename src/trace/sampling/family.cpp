// SPDX-License-Identifier: Apache-2.0
#include "trace/sampling/family.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace debug_process::trace::sampling {
namespace {

// All else says nothing of the process, but of us: no descriptor is left, or no memory.
bool tells_of_its_end(const Error& error) {
  return error.errno_value == 0 || error.errno_value == ENOENT || error.errno_value == ESRCH;
}

}  // namespace

Result<Family> Family::of(const proc::Procfs& procfs, pid_t pid) {
  auto reader = proc::TaskReader::open(procfs, pid);
  if (!reader) return fail(reader.error());
  auto looker = std::make_unique<Looker>(std::move(*reader));
  const auto stat = looker->stat();
  if (!stat) return fail(stat.error());
  Family family(procfs);
  ProcessStats stats;
  stats.pid = pid;
  stats.parent = stat->ppid;
  stats.comm = stat->comm;
  family.members_.push_back({std::move(looker), stat->start_time, std::move(stats), false});
  family.living_ = 1;
  return family;
}

bool Family::knows(const proc::Stat& stat) const {
  return std::any_of(members_.begin(), members_.end(), [&](const Member& member) {
    return member.stats.pid == stat.pid && member.start_time == stat.start_time;
  });
}

bool Family::has_living(pid_t pid) const {
  return std::any_of(members_.begin(), members_.end(), [&](const Member& member) {
    return !member.ended && member.stats.pid == pid;
  });
}

void Family::take_in(const proc::Stat& stat) {
  if (living_ >= kMost) {
    ++missed_now_;
    return;
  }
  auto reader = proc::TaskReader::open(procfs_, stat.pid);
  if (!reader) return miss(reader.error());
  auto looker = std::make_unique<Looker>(std::move(*reader));
  // It may have ended, and its number gone to another, between the two.
  const auto again = looker->stat();
  if (!again) return miss(again.error());
  if (again->start_time != stat.start_time) return;
  ProcessStats stats;
  stats.pid = stat.pid;
  stats.parent = stat.ppid;
  stats.comm = stat.comm;
  stats.started_in_window = searched_;
  members_.push_back({std::move(looker), stat.start_time, std::move(stats), false});
  ++living_;
}

void Family::miss(const Error& error) {
  if (!tells_of_its_end(error)) ++missed_now_;
}

void Family::search() {
  const auto pids = procfs_.list_numbers("");
  if (!pids) return;
  std::vector<proc::Stat> others;
  for (const int pid : *pids) {
    if (has_living(pid)) continue;
    auto stat = procfs_.read(fmt::format("{}/stat", pid)).and_then(proc::parse_stat);
    if (stat && !stat->is_dead() && !knows(*stat)) others.push_back(std::move(*stat));
  }
  missed_now_ = 0;
  for (bool found = true; found;) {
    found = false;
    for (proc::Stat& stat : others) {
      if (stat.pid == 0 || !has_living(stat.ppid)) continue;
      take_in(stat);
      stat.pid = 0;
      found = true;
    }
  }
  missed_ = std::max(missed_, missed_now_);
  searched_ = true;
}

bool Family::refresh(Member& member) {
  if (member.ended) return false;
  const auto stat = member.looker->stat();
  if (!stat && !tells_of_its_end(stat.error())) return true;
  const bool same = stat && stat->start_time == member.start_time;
  // A leader that has ended while its threads go on is no end.
  if (same && (!stat->is_dead() || stat->threads > 1)) {
    member.stats.comm = stat->comm;
    return true;
  }
  member.ended = true;
  if (&member != &members_.front()) member.looker.reset();
  member.stats.ended_in_window = true;
  --living_;
  return false;
}

void Family::forget_oldest_ended() {
  const std::size_t ended = members_.size() - living_;
  if (ended <= 2 * kMostEnded) return;
  std::size_t excess = ended - kMostEnded;
  const auto gone = std::remove_if(members_.begin() + 1, members_.end(), [&](const Member& member) {
    if (!member.ended || excess == 0) return false;
    --excess;
    return true;
  });
  forgotten_ += static_cast<std::uint64_t>(members_.end() - gone);
  members_.erase(gone, members_.end());
}

}  // namespace debug_process::trace::sampling
