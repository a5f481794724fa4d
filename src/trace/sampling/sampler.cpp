// SPDX-License-Identifier: Apache-2.0
#include "trace/sampling/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <ctime>

#include "util/units.h"

namespace debug_process::trace::sampling {
namespace {

using std::chrono::nanoseconds;

// Asking for one's own CPU time costs a tenth of a look.
constexpr std::size_t kLooksACharge = 8;
// A last look at more threads would hold up the report.
constexpr std::size_t kMostLastLooks = 2000;
constexpr nanoseconds kSearchStep = std::chrono::milliseconds(50);
// Of the allowance, for finding children.
constexpr double kShareForSearch = 0.5;
constexpr int kWanted = std::chrono::seconds(1) / kInterval;  // looks a second
// Of those: a moment without an allowance now and then is not worth a word.
constexpr double kHardlyLess = 0.9;
constexpr std::uint32_t kForkedNotExecuted = 0x40;  // PF_FORKNOEXEC of linux/sched.h

nanoseconds own_cpu() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

std::string refused_note(const Error& error) {
  std::string text = "which calls its threads are in is not known: " + error.message();
  if (error.errno_value == EACCES)
    return text + ": needs the same user, or CAP_SYS_PTRACE: run with sudo";
  if (error.errno_value == EPERM)
    return text +
           ": needs CAP_SYS_PTRACE, as Yama (kernel.yama.ptrace_scope) or another security module "
           "says: run with sudo";
  if (error.errno_value == ENOENT)
    return text + ": this kernel was built without CONFIG_HAVE_ARCH_TRACEHOOK";
  return text;
}

}  // namespace

Sampler::Sampler(Family family, const WatchOptions& options)
    : family_(std::move(family)), options_(options), tally_(options.trace_set) {}

void Sampler::begin(Clock::time_point now) {
  cpu_ = own_cpu();
  began_ = last_tick_ = next_search_ = now;
}

nanoseconds Sampler::take_cpu() {
  const nanoseconds before = cpu_;
  cpu_ = own_cpu();
  spent_ += cpu_ - before;
  return cpu_ - before;
}

void Sampler::charge() {
  allowance_.spend(take_cpu());
}

void Sampler::tick(Clock::time_point now) {
  const double share = options_.follow ? 1 - kShareForSearch : 1;
  allowance_.earn(std::chrono::duration_cast<nanoseconds>((now - last_tick_) * share));
  last_tick_ = now;
  charge();
  if (options_.follow && now >= next_search_) search(now);
  if (next_ == round_.size()) {
    if (allowance_.is_left())
      begin_round();
    else
      was_short_ = true;
  }
  look_around(now);
}

// Reads about every process of the machine: on a large one, rarely. It is paid for by the time
// until the next one; out of the allowance for looks, the first would leave nothing for many a
// window.
void Sampler::search(Clock::time_point now) {
  family_.search();
  const auto earned_back = std::chrono::duration<double>(take_cpu()) / (kShare * kShareForSearch);
  search_step_ = std::max(kSearchStep, std::chrono::duration_cast<nanoseconds>(earned_back));
  next_search_ = now + search_step_;
}

void Sampler::begin_round() {
  round_.clear();
  next_ = 0;
  family_.forget_oldest_ended();
  for (std::size_t i = 0; i < family_.members().size(); ++i) {
    Member& member = family_.members()[i];
    if (!family_.refresh(member)) continue;
    // Until its execve a command is still ourselves.
    if (i == 0 && options_.from_next_exec && (member.looker->flags() & kForkedNotExecuted) != 0)
      continue;
    const auto tids = member.looker->tids();
    if (!tids) continue;
    member.looker->keep_only(*tids);
    for (const pid_t tid : *tids) round_.push_back({i, tid});
  }
  if (tally_.threads() > round_.size() + Tally::kMostEnded) merge_ended();
}

void Sampler::merge_ended() {
  std::vector<pid_t> living;
  living.reserve(round_.size());
  for (const Seat& seat : round_) living.push_back(seat.tid);
  std::sort(living.begin(), living.end());
  tally_.merge_ended(living);
}

void Sampler::look_at(const Seat& seat, Clock::time_point now) {
  Looker& looker = *family_.members()[seat.member].looker;
  if (const auto look = looker.look(seat.tid, now)) tally_.add(looker.pid(), seat.tid, *look);
}

void Sampler::look_around(Clock::time_point now) {
  if (next_ == round_.size()) return;
  for (std::size_t looks = 1; next_ < round_.size() && allowance_.is_left(); ++looks) {
    look_at(round_[next_++], now);
    if (looks % kLooksACharge == 0) charge();
  }
  charge();
  if (next_ < round_.size())
    was_short_ = true;
  else
    ++rounds_ended_;
}

// A busy host that takes the CPU away in the middle of a look makes it cost what a whole window
// allows: better one look than none.
void Sampler::look_at_least_once(Clock::time_point now) {
  if (tally_.looks() > 0) return;
  begin_round();
  while (next_ < std::min(round_.size(), kMostLastLooks)) look_at(round_[next_++], now);
  if (next_ == round_.size() && !round_.empty()) ++rounds_ended_;
  charge();
}

double Sampler::rounds() const {
  const double rest =
      next_ < round_.size() ? static_cast<double>(next_) / static_cast<double>(round_.size()) : 0;
  return static_cast<double>(rounds_ended_) + rest;
}

std::vector<InFlight> Sampler::in_flight(Clock::time_point now) {
  if (family_.members().front().looker->calls_refused()) return {};
  begin_round();
  if (round_.size() > kMostLastLooks) return {};
  std::vector<Tally::Last> last;
  for (const Seat& seat : round_) {
    if (auto look = family_.members()[seat.member].looker->look(seat.tid, now))
      last.push_back({seat.tid, std::move(*look)});
  }
  charge();
  return tally_.in_flight(last, now);
}

std::vector<std::string> Sampler::notes(nanoseconds observed) const {
  std::vector<std::string> notes;
  const Looker& target = *family_.members().front().looker;
  if (target.is_kernel_thread()) notes.emplace_back("a kernel thread makes no system calls");
  if (const auto& refused = target.calls_refused()) notes.push_back(refused_note(*refused));
  const double seconds = std::chrono::duration<double>(observed).count();
  if (was_short_ && seconds > 0 && rounds() / seconds < kHardlyLess * kWanted)
    notes.push_back(fmt::format(
        "each of {} threads was looked at {:.2g} times a second instead of {}, so that looking "
        "takes no more than {:.0f}% of a CPU",
        round_.size(), rounds() / seconds, kWanted, kShare * 100));
  if (!options_.trace_set.is_all())
    notes.push_back(fmt::format("time in calls outside of -e {} is told by state only",
                                options_.trace_set.text()));
  if (options_.failed_only)
    notes.emplace_back("-Z has no effect: sampling sees where the time goes, not how calls end");
  if (options_.follow)
    notes.push_back(
        fmt::format("children are looked for every {}: of those with a shorter life some are "
                    "missing",
                    format_duration(search_step_)));
  if (family_.missed() > 0)
    notes.push_back(fmt::format(
        "{} children at a time were left out: more than {}, or no descriptor was left for them",
        family_.missed(), Family::kMost));
  return notes;
}

Activity Sampler::finish(Clock::time_point now) {
  look_at_least_once(now);
  Activity activity;
  activity.counts = Counts::samples;
  activity.coverage = 0;  // no call is seen
  activity.observed = now - began_;
  activity.passes = static_cast<std::uint64_t>(std::llround(rounds()));
  activity.notes = notes(activity.observed);
  activity.sampled = tally_.sampled();
  activity.in_flight = in_flight(now);
  if (!options_.follow) return activity;
  for (const Member& member : family_.members()) activity.processes.push_back(member.stats);
  if (family_.forgotten() > 0) activity.losses["process_rows"] = family_.forgotten();
  return activity;
}

}  // namespace debug_process::trace::sampling
