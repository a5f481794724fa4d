// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/slices.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "syscall_stats.skel.h"
#include "trace/bpf/switches.h"
#include "util/clock.h"
#include "util/deadline.h"

namespace debug_process::trace::bpf {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// How often the calls are looked at: often where the budget may soon be spent.
constexpr nanoseconds kOftenest = 2ms;
constexpr nanoseconds kSeldomest = 20ms;
// Looking may take this part of our own time.
constexpr int kLookShare = 50;
// Below a fourth of the cap even a sudden rush is seen in time.
constexpr double kFarFromCap = 0.25;
// How long calls are only counted before each slice: enough for a steady pace to show, and longer
// where that costs little, for it tells most of the time between the slices.
constexpr nanoseconds kShortestCounting = 5ms;
constexpr nanoseconds kLongestCounting = 20ms;
// For the target; a slice under a cap of 5% costs it 10 ms.
constexpr nanoseconds kCountingCost = 700us;
// Attaching or detaching takes no longer: measured were 0.14 to 0.25 ms.
constexpr nanoseconds kTransition = 500us;
// A slice costs as much again as it was measured to at the most; what is more has other causes.
constexpr double kMostTimes = 2;
// Slices at even distances could beat with what the target does at even distances.
constexpr double kJitter = 0.25;

nanoseconds from_seconds(double duration) {
  return std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(duration));
}

}  // namespace

Slices::Slices(syscall_stats_bpf& skeleton, Hooks whole, Hooks counting, const Costs& costs,
               std::optional<double> cap, ReadsWrites account)
    : skeleton_(skeleton),
      whole_(std::move(whole)),
      counting_(std::move(counting)),
      costs_(costs),
      budget_(cap),
      calls_(skeleton, *costs.whole.target_per_call),
      account_(std::move(account)) {
  set_extra_costs(skeleton_, costs_.row, costs_.text);
}

Slices::~Slices() {
  if (thread_.joinable()) end();
}

void Slices::begin(bool from_next_exec) {
  from_next_exec_ = from_next_exec;
  (void)account_.since_last_time();
  started_ = monotonic_now();
  random_.seed(static_cast<unsigned>(started_.count()));
  slice_begins(started_);
  looked_ = started_;
  if (!from_next_exec) start_watching(skeleton_);
  // Signals are for the thread that waits for the window's end.
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { run(); });
}

void Slices::end() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
  if (slice_) tally_.add_whole_account(account_.since_last_time());
  stop_watching(skeleton_);
  ended_ = monotonic_now();
  if (slice_)
    look();
  else
    between_ends(ended_);
  whole_.detach();
}

void Slices::slice_begins(nanoseconds now) {
  slice_ = now;
  const std::lock_guard lock(mutex_);
  progress_.slice = now;
}

void Slices::slice_ends(nanoseconds now) {
  const std::lock_guard lock(mutex_);
  if (progress_.slice) progress_.watched += now - *progress_.slice;
  progress_.slice.reset();
}

nanoseconds Slices::watched_until(nanoseconds now) const {
  const std::lock_guard lock(mutex_);
  const nanoseconds open = progress_.slice ? now - *progress_.slice : nanoseconds(0);
  return progress_.watched + std::max(open, nanoseconds(0));
}

bool Slices::wait(nanoseconds duration) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, duration, [this] { return ending_.load(); });
}

void Slices::run() {
  while (wait(until_next_look())) {
    look();
    if (!budget_.is_exceeded(looked_ - started_, spent())) continue;
    close();
    // Counted after the pause, when the target may be doing anything: where the slice ended, it was
    // on a CPU and making calls.
    if (!pause() || !count_for_a_moment() || !open()) return;
  }
}

nanoseconds Slices::until_next_look() const {
  const bool near = budget_.is_exceeded(1s, from_seconds(spending_ / kFarFromCap));
  return std::max(near ? kOftenest : kSeldomest, look_takes_ * kLookShare);
}

void Slices::look() {
  const nanoseconds now = monotonic_now();
  // Before the command's execve nothing is counted.
  if (from_next_exec_) {
    if (watching_since(skeleton_).count() == 0 && !ending_) return;
    from_next_exec_ = false;  // a slice that ends is looked at when nothing is watched any more
  }
  const auto grown = calls_.since_last_look();
  const nanoseconds lost = cost_of(grown.busiest, grown.busiest_extra_ns, grown.passed);
  const nanoseconds time = now - looked_;
  tally_.add_whole(grown.all(), time);
  in_slices_.paid += cost_of(grown.counted, grown.extra_ns, grown.passed);
  in_slices_.spent += lost;
  if (time >= kOftenest / 2) spending_ = seconds(lost) / seconds(time);
  if (grown.all() > 0)
    busiest_share_ =
        static_cast<double>(grown.busiest + grown.passed) / static_cast<double>(grown.all());
  looked_ = now;
  look_takes_ = monotonic_now() - now;
}

nanoseconds Slices::cost_of(std::uint64_t counted, std::uint64_t extra_ns,
                            std::uint64_t passed) const {
  return static_cast<std::int64_t>(counted) * *costs_.whole.target_per_call +
         nanoseconds(static_cast<std::int64_t>(extra_ns)) +
         static_cast<std::int64_t>(passed) * costs_.passed;
}

nanoseconds Slices::spent() const {
  return times(in_slices_.spent + in_between_.spent, price_factor_);
}

nanoseconds Slices::paid() const {
  return times(in_slices_.paid + in_between_.paid, price_factor_);
}

// The price is measured on ourselves, in a loop that has a CPU and its caches for itself. Between
// the slices the target's own pace tells what it costs there: half as much again is common.
void Slices::put_price_right() {
  const auto lost = tally_.surely_lost(paid_per_call(), costs_.counting.value);
  const nanoseconds charged = in_slices_.spent - spent_in_first_slice_;
  const nanoseconds watched = tally_.watched() - first_slice_;
  if (!lost || charged.count() <= 0 || watched.count() <= 0) return;
  price_factor_ = std::clamp(*lost * seconds(watched) / seconds(charged), 1.0, kMostTimes);
}

nanoseconds Slices::paid_per_call() const {
  return in_slices_.paid / static_cast<std::int64_t>(std::max<std::uint64_t>(tally_.calls(), 1));
}

Tally::Estimate Slices::estimate(bool filtered) const {
  return tally_.estimate(ended_ - started_, {paid_per_call(), costs_.whole_error}, costs_.counting,
                         filtered);
}

// Where time begins or ends in which no call is seen, the account is read first and the programs
// are switched after that: what the target does meanwhile is missed at the one end and had twice at
// the other. Also: how many reads and writes the stretch had that has just ended.
std::optional<ReadsWrites::Growth> Slices::between_begins() {
  between_since_ = monotonic_now();
  return account_.since_last_time();
}

void Slices::between_ends(nanoseconds now) {
  tally_.add_between(account_.since_last_time(), now - between_since_);
}

void Slices::close() {
  tally_.add_whole_account(between_begins());
  stop_watching(skeleton_);
  slice_ends(monotonic_now());
  look();
  if (!tally_.paused()) {
    first_slice_ = tally_.watched();
    spent_in_first_slice_ = in_slices_.spent;
  }
  tally_.pause();
  slice_.reset();
  whole_.detach();
  charge_since(looked_);
  put_price_right();
}

// While programs are being attached and detached the target pays no more than while it is watched.
// What takes longer is a wait for an RCU grace period, with one program of two attached, which
// returns at once.
void Slices::charge_since(nanoseconds began) {
  const nanoseconds took = monotonic_now() - began;
  const nanoseconds changing = std::min(took, kTransition);
  const double waiting_costs = seconds(costs_.whole.bystander_per_call.value_or(0ns)) /
                               (2 * std::max(seconds(*costs_.whole.target_per_call), seconds(1ns)));
  const nanoseconds lost = times(changing + times(took - changing, std::min(waiting_costs, 1.0)),
                                 std::min(spending_, 1.0));
  in_between_.spent += lost;
  in_between_.paid += lost;
}

nanoseconds Slices::counting_time() const {
  const double share = spending_ * seconds(costs_.counting.value) /
                       std::max(seconds(*costs_.whole.target_per_call), seconds(1ns));
  const double affordable = seconds(kCountingCost) / std::max(share, 1e-6);
  return std::clamp(from_seconds(std::min(affordable, seconds(kLongestCounting))),
                    kShortestCounting, kLongestCounting);
}

bool Slices::count_for_a_moment() {
  const nanoseconds attaching = monotonic_now();
  if (auto attached = counting_.attach(); !attached) {
    spdlog::debug("{}", attached.error().message());
    return true;
  }
  charge_since(attaching);
  between_ends(monotonic_now());
  const nanoseconds began = monotonic_now();
  set_counting(skeleton_, true);
  const bool goes_on = wait(counting_time());
  const auto reads_writes = between_begins();
  set_counting(skeleton_, false);
  const nanoseconds ended = monotonic_now();
  counting_.detach();
  charge_since(ended);
  const std::uint64_t calls = calls_.counted_since_last_time();
  tally_.add_counted(calls, ended - began, reads_writes);
  const nanoseconds paid = static_cast<std::int64_t>(calls) * costs_.counting.value;
  in_between_.spent += times(paid, busiest_share_);
  in_between_.paid += paid;
  return goes_on;
}

bool Slices::pause() {
  std::uniform_real_distribution<double> longer(1, 1 + kJitter);
  const nanoseconds even = budget_.pause(monotonic_now() - started_, spent());
  return wait(times(even, longer(random_)));
}

bool Slices::open() {
  const nanoseconds attaching = monotonic_now();
  if (auto attached = whole_.attach(); !attached) {
    gave_up_ = attached.error();
    return false;
  }
  charge_since(attaching);
  (void)calls_.since_last_look();
  between_ends(monotonic_now());
  looked_ = monotonic_now();
  slice_begins(looked_);
  start_watching(skeleton_);
  return true;
}

}  // namespace debug_process::trace::bpf
