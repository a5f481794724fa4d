// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/cost.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "syscall_stats.h"
#include "syscall_stats.skel.h"
#include "trace/bpf/descriptors.h"
#include "trace/bpf/errors.h"
#include "trace/bpf/kernel_ids.h"
#include "trace/bpf/objects.h"
#include "trace/bpf/switches.h"
#include "util/fd.h"

namespace debug_process::trace::bpf {
namespace {

using std::chrono::nanoseconds;
using CallTime = std::chrono::duration<double, std::nano>;

constexpr std::size_t kRounds = 31;
// A machine whose speed changes in between may tell of a watched call that takes no longer than one
// that is not.
constexpr int kAttempts = 3;
// As many calls as take about this long: on a slow machine no more than need be.
constexpr std::chrono::microseconds kRound{50};
constexpr int kFewestCalls = 60;
constexpr int kMostCalls = 500;
// A call with a path takes longer, watched or not.
constexpr int kPathShare = 16;
// What counting a call costs, as a share of what the whole work costs, is another for a target than
// for us: by this part of it, a standard deviation over targets of one to four threads whose true
// pace is known.
constexpr double kFit = 0.15;

// Not getppid(3): the system call, and one that does as good as nothing.
void plain_call() {
  (void)::syscall(SYS_getppid);
}

// The time of a call. Of many rounds one of the shortest: anything may come between, and make one
// longer, but nothing makes it shorter.
class Rounds {
 public:
  explicit Rounds(int calls) : calls_(calls) {}

  template <typename Call>
  void run(Call call) {
    for (CallTime& round : times_) round = time_one_round(call, calls_);
    std::sort(times_.begin(), times_.end());
  }
  void run() { run(plain_call); }

  [[nodiscard]] CallTime typical() const { return times_[kRounds / 10]; }
  // How far apart rounds are that were disturbed little.
  [[nodiscard]] CallTime spread() const { return times_[kRounds / 2] - typical(); }

  // For a kind of call: how many make a round.
  template <typename Call>
  [[nodiscard]] static int calls_of(Call call) {
    CallTime least = time_one_round(call, kFewestCalls);
    for (int again = 0; again < 4; ++again)
      least = std::min(least, time_one_round(call, kFewestCalls));
    return std::clamp(static_cast<int>(CallTime(kRound) / least), kFewestCalls, kMostCalls);
  }

 private:
  template <typename Call>
  static CallTime time_one_round(Call call, int calls) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) call();
    return CallTime(std::chrono::steady_clock::now() - start) / calls;
  }

  int calls_;
  std::array<CallTime, kRounds> times_{};
};

std::chrono::nanoseconds added(CallTime with, CallTime alone) {
  return std::chrono::nanoseconds(std::max<std::int64_t>(0, std::llround((with - alone).count())));
}

// Standard uncertainty of a difference.
std::chrono::nanoseconds apart(const Rounds& with, const Rounds& alone) {
  return std::chrono::nanoseconds(
      std::llround(std::hypot(with.spread().count(), alone.spread().count())));
}

// The same for calls that cost more. Each is added to what is known already: fewer do.
class OtherCalls {
 public:
  // `call`: false where it did not do what it is made for, and tells nothing.
  OtherCalls(std::function<bool()> call, int calls)
      : call_(std::move(call)), alone_(std::max(calls, 1)), watched_(std::max(calls, 1)) {}
  OtherCalls(const OtherCalls&) = delete;  // the call may know where it is
  OtherCalls& operator=(const OtherCalls&) = delete;
  void run_alone() { run(alone_); }
  void run_watched() { run(watched_); }
  [[nodiscard]] std::optional<std::chrono::nanoseconds> cost() const {
    if (!works_) return std::nullopt;
    return added(watched_.typical(), alone_.typical());
  }

 private:
  void run(Rounds& rounds) {
    rounds.run([this] { works_ = call_() && works_; });
  }

  std::function<bool()> call_;
  bool works_ = true;
  Rounds alone_;
  Rounds watched_;
};

// Works on a descriptor: a byte from /dev/zero.
class DescriptorCalls : public OtherCalls {
 public:
  explicit DescriptorCalls(int plain_calls)
      : OtherCalls([this] { return ::read(zero_.get(), &byte_, 1) == 1; }, plain_calls / 3) {}

 private:
  UniqueFd zero_{::open("/dev/zero", O_RDONLY | O_CLOEXEC)};
  char byte_ = 0;
};

// Fails with a path as long as many are, at once: no file system is asked.
bool path_call() {
  return ::syscall(SYS_faccessat, AT_FDCWD, "/dev/null/debug-process/has/nothing/to/find/here",
                   F_OK) != 0;
}

Result<void> clear(const bpf_map* map, std::uint32_t index, const std::vector<std::byte>& zeroes) {
  if (::bpf_map_update_elem(bpf_map__fd(map), &index, zeroes.data(), BPF_ANY) == 0) return {};
  return fail_errno("clear BPF map", bpf_map__name(map));
}

// What our own calls have left: a slot in the tables of the CPUs we ran on, and one for our thread.
Result<void> forget_ourselves(syscall_stats_bpf& skeleton, pid_t own_tid) {
  const int cpus = ::libbpf_num_possible_cpus();
  if (cpus <= 0) return fail({"count CPUs", "/sys/devices/system/cpu/possible", -cpus, {}, {}});
  const auto for_all_cpus = [&](std::size_t size) {
    return std::vector<std::byte>(static_cast<std::size_t>(cpus) * ((size + 7) / 8 * 8));
  };
  if (auto done = clear(skeleton.maps.dp_calls, 0, for_all_cpus(sizeof(cpu_table))); !done)
    return done;
  const auto no_histogram = for_all_cpus(sizeof(cpu_histogram));
  // Three kinds of call, and a few more that a signal handler might make.
  constexpr std::uint32_t kSlotsAtMost = 6;
  for (std::uint32_t slot = 0; slot < kSlotsAtMost; ++slot)
    if (auto done = clear(skeleton.maps.dp_histograms, slot, no_histogram); !done) return done;
  for (auto& loss : skeleton.bss->losses) loss = 0;
  for (const bpf_map* counters : {skeleton.maps.dp_counted, skeleton.maps.dp_passed})
    if (auto done = clear(counters, 0, for_all_cpus(sizeof(std::uint64_t))); !done) return done;
  // Of our own calls with a path and on a descriptor, and of what other threads of ours wrote.
  forget_errors(skeleton);
  forget_objects(skeleton);
  if (auto done = forget_descriptors(skeleton); !done) return done;
  const std::vector<std::byte> no_thread(sizeof(thread_slot));
  return clear(skeleton.maps.dp_threads,
               static_cast<std::uint32_t>(own_tid) & skeleton.rodata->thread_mask, no_thread);
}

Result<Costs> measure_once(syscall_stats_bpf& skeleton, Hooks& whole, Hooks* counting) {
  const auto ourselves = KernelIds::resolve(::getpid());
  if (!ourselves) return tl::unexpected(ourselves.error());
  const int calls = Rounds::calls_of(plain_call);
  Rounds alone(calls);
  Rounds counted(calls);
  Rounds watched(calls);
  Rounds passed(calls);
  Rounds bystander(calls);
  DescriptorCalls on_descriptor(calls);
  OtherCalls with_path(path_call, calls / kPathShare);
  alone.run();
  on_descriptor.run_alone();
  with_path.run_alone();
  set_target(skeleton, ourselves->kernel_tgid());
  if (counting != nullptr) {
    if (auto attached = counting->attach(); !attached) return tl::unexpected(attached.error());
    set_counting(skeleton, true);
    counted.run();
    set_counting(skeleton, false);
    counting->detach();
  }
  if (auto attached = whole.attach(); !attached) return tl::unexpected(attached.error());
  start_watching(skeleton);
  set_measuring(skeleton, MEASURING_WANTED);
  watched.run();
  on_descriptor.run_watched();
  with_path.run_watched();
  set_measuring(skeleton, MEASURING_UNWANTED);
  if (skeleton.rodata->filtered != 0) passed.run();
  stop_watching(skeleton);
  set_measuring(skeleton, MEASURING_NOTHING);
  set_target(skeleton, 0);
  bystander.run();
  if (auto done = forget_ourselves(skeleton, ourselves->kernel_tgid()); !done)
    return tl::unexpected(done.error());
  const CallTime base = alone.typical();
  Costs costs;
  costs.whole.target_per_call = added(watched.typical(), base);
  costs.whole.bystander_per_call = added(bystander.typical(), base);
  const auto more = [&](const OtherCalls& others, std::optional<nanoseconds>& cost) {
    const auto measured = others.cost();
    if (!measured || *measured <= *costs.whole.target_per_call) return nanoseconds(0);
    cost = measured;
    return *measured - *costs.whole.target_per_call;
  };
  costs.row = more(on_descriptor, costs.whole.target_per_io_call);
  costs.text = more(with_path, costs.whole.target_per_path_call);
  // Two bounds: our own loop, which nothing disturbs, pays less than the target for a count; a
  // bystander pays for two programs, though they return at once. The truth lies between them, and
  // nearer to the first: a quarter of the way fits a target whose true pace is known, hot_loop.
  const auto least = added(counted.typical(), base);
  if (counting != nullptr) {
    const auto range = *costs.whole.bystander_per_call - least;
    costs.counting.value = least + range / 4;
    // Anything between the bounds: the standard deviation of the uniform distribution.
    const double bounds = static_cast<double>(range.count()) / std::sqrt(12.0);
    const double fit = kFit * static_cast<double>(costs.counting.value.count());
    costs.counting.error = std::chrono::nanoseconds(
        std::llround(std::hypot(bounds, fit, apart(counted, alone).count())));
  }
  costs.whole_error = apart(watched, alone);
  costs.passed =
      skeleton.rodata->filtered != 0 ? added(passed.typical(), base) : *costs.whole.target_per_call;
  return costs;
}

}  // namespace

Result<Costs> measure_costs(syscall_stats_bpf& skeleton, Hooks& whole, Hooks* counting) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    whole.detach();
    auto costs = measure_once(skeleton, whole, counting);
    if (!costs) return costs;
    const bool plain = costs->whole.target_per_call->count() > 0;
    const bool all = plain && costs->whole.target_per_path_call;
    if (all || (plain && attempt + 1 == kAttempts)) return costs;
  }
  return fail({"measure",
               "what watching costs a call",
               0,
               "calls took no longer with the programs than without",
               {}});
}

}  // namespace debug_process::trace::bpf
