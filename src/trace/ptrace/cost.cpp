// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/cost.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <new>
#include <thread>
#include <vector>

#include "trace/ptrace/loop.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr int kRounds = 8;
constexpr nanoseconds kAlone = 250us;  // a round
constexpr nanoseconds kLongestArming = 50ms;
constexpr nanoseconds kWarmUp = 1ms;
constexpr nanoseconds kTraced = 1ms;  // a round
// Two stops take two switches each: less than this is no cost, but a measurement gone wrong.
constexpr double kLeast = 1000;
// A round with fewer calls tells nothing.
constexpr std::uint64_t kFewest = 5;

using Counter = std::atomic<std::uint64_t>;

// Memory that the child shares with us.
class SharedCounter {
 public:
  SharedCounter()
      : memory_(::mmap(nullptr, sizeof(Counter), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                       -1, 0)) {
    if (memory_ != MAP_FAILED) new (memory_) Counter(0);
  }
  ~SharedCounter() {
    if (memory_ != MAP_FAILED) ::munmap(memory_, sizeof(Counter));
  }
  SharedCounter(const SharedCounter&) = delete;
  SharedCounter& operator=(const SharedCounter&) = delete;

  [[nodiscard]] bool ok() const { return memory_ != MAP_FAILED; }
  [[nodiscard]] Counter& value() const { return *static_cast<Counter*>(memory_); }

 private:
  void* memory_;
};

[[noreturn]] void call_for_ever(Counter& counter, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it ended before that: nobody would end us
  for (;;) {
    (void)::syscall(SYS_getppid);
    counter.fetch_add(1, std::memory_order_relaxed);
  }
}

// Of rounds, for others may have had the CPU meanwhile: the time of a call in nanoseconds, from the
// shortest on. Without those rounds in which there were too few calls.
using Times = std::vector<double>;

template <typename Pass>
Times times_of_a_call(const Counter& counter, Pass pass) {
  Times times;
  for (int round = 0; round < kRounds; ++round) {
    const auto before = counter.load();
    const nanoseconds began = monotonic_now();
    pass();
    const nanoseconds took = monotonic_now() - began;
    const auto calls = counter.load() - before;
    if (calls >= kFewest)
      times.push_back(static_cast<double>(took.count()) / static_cast<double>(calls));
  }
  std::sort(times.begin(), times.end());
  return times;
}

// As long as `go_on` says, at most `duration`.
template <typename GoOn>
void run(Loop& loop, WakeTimer& timer, nanoseconds duration, GoOn go_on) {
  const nanoseconds end = monotonic_now() + duration;
  nanoseconds next{0};
  for (nanoseconds now = end - duration; now < end && go_on();) {
    if (now >= next) {
      next = std::min(loop.tick(now), end);
      timer.set(next - now);
    }
    if (!loop.step(now)) return;
  }
}

bool always() {
  return true;
}

// In nanoseconds, of CPU time of its own.
class CpuPerCall {
 public:
  CpuPerCall(pid_t child, const Counter& counter)
      : child_(child), counter_(counter), calls_(counter.load()), cpu_(read()) {}

  [[nodiscard]] std::optional<double> until_now() const {
    const auto calls = counter_.load() - calls_;
    const auto cpu = read();
    if (!cpu || !cpu_ || calls < kFewest) return std::nullopt;
    return static_cast<double>((*cpu - *cpu_).count()) / static_cast<double>(calls);
  }

 private:
  [[nodiscard]] std::optional<nanoseconds> read() const {
    return Looker().cpu_time(child_, child_);
  }

  pid_t child_;
  const Counter& counter_;
  std::uint64_t calls_;
  std::optional<nanoseconds> cpu_;
};

std::optional<Price> measure(pid_t child, const Counter& counter, WakeTimer& timer) {
  const Times alone = times_of_a_call(counter, [] { std::this_thread::sleep_for(kAlone); });
  WatchOptions options;
  options.pid = child;
  Loop loop(options, Price());
  if (loop.seize() != 0) return std::nullopt;
  loop.arm();
  loop.open(monotonic_now());
  run(loop, timer, kLongestArming, [&] { return !loop.settled(); });
  run(loop, timer, kWarmUp, always);
  const CpuPerCall cpu_per_call(child, counter);
  const Times traced = times_of_a_call(counter, [&] { run(loop, timer, kTraced, always); });
  const auto cpu = cpu_per_call.until_now();
  ::kill(child, SIGKILL);
  nanoseconds now{0};
  while (loop.step(now)) {
  }
  if (alone.empty() || traced.empty()) return std::nullopt;
  const double cost = traced[traced.size() / 2] - alone.front();
  if (cost < kLeast) return std::nullopt;
  const double own = std::clamp(cpu.value_or(0) - alone.front(), 0.0, cost);
  return Price{nanoseconds(static_cast<std::int64_t>(cost)),
               nanoseconds(static_cast<std::int64_t>(own))};
}

}  // namespace

std::optional<Price> measure_cost(WakeTimer& timer) {
  const SharedCounter counter;
  if (!counter.ok()) return std::nullopt;
  const pid_t ourselves = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return std::nullopt;
  if (child == 0) call_for_ever(counter.value(), ourselves);
  const auto cost = measure(child, counter.value(), timer);
  // Where it was refused the child is still there; otherwise its number may be another's by now.
  if (::waitpid(child, nullptr, WNOHANG) == 0) {
    ::kill(child, SIGKILL);
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  return cost;
}

}  // namespace debug_process::trace::ptrace
