// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/tracer.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "proc/stat.h"
#include "trace/ptrace/cost.h"
#include "trace/ptrace/refusal.h"
#include "util/capabilities.h"
#include "util/clock.h"
#include "util/deadline.h"
#include "util/units.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// For the budget, where it could not be measured: more than on any machine that we have seen.
constexpr Price kAssumedCost{50us, 0us};
// A thread in an uninterruptible sleep stops when that is over.
constexpr nanoseconds kLongestArming = 200ms;
constexpr int kCalibrations = 3;
constexpr auto kWakeStep = 2ms;
constexpr auto kLongestFarewell = 1s;
constexpr auto kLongestReturn = 20ms;

}  // namespace

Tracer::~Tracer() {
  close();
}

Result<void> Tracer::attach() {
  Circumstances circumstances = look_at_circumstances(options_.pid);
  if (auto refused = foreseen_refusal(circumstances)) return tl::unexpected(std::move(*refused));
  circumstances.errno_value = ask_for_permission(options_.pid);
  if (circumstances.errno_value != 0) return tl::unexpected(refusal(circumstances));
  signal_.emplace();
  try {
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    return fail(Error{"start a thread to", "trace with ptrace", error.code().value(), {}, {}});
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return state_ != State::starting; });
  if (state_ != State::refused) return {};
  circumstances = look_at_circumstances(options_.pid);
  circumstances.errno_value = refused_;
  return tl::unexpected(refusal(circumstances));
}

void Tracer::open() {
  wish_ = Wish::open;
  wake_until(State::open);
}

void Tracer::close() {
  if (!thread_.joinable()) return;
  wish_ = Wish::close;
  wake_until(State::ended);
  thread_.join();
  signal_.reset();
  wait_for_stopped_ones();
}

// A thread that a signal has stopped stops once more by itself, now that nobody traces it: its
// state is to be read after that.
void Tracer::wait_for_stopped_ones() const {
  if (!loop_) return;
  const proc::Procfs procfs;
  const auto deadline = std::chrono::steady_clock::now() + kLongestReturn;
  for (const auto& [tid, thread] : loop_->tracees()) {
    if (!thread.listening_since) continue;
    const std::string path =
        fmt::format("{}/task/{}/stat", thread.process->stats.pid.value_or(0), tid);
    while (std::chrono::steady_clock::now() < deadline) {
      const auto stat = procfs.read(path).and_then(proc::parse_stat);
      if (!stat || stat->state == 'T' || stat->is_dead()) break;
      std::this_thread::sleep_for(100us);
    }
  }
}

void Tracer::set_state(State state) {
  const std::lock_guard lock(mutex_);
  state_ = state;
  changed_.notify_all();
}

void Tracer::wake_until(State wanted) {
  std::unique_lock lock(mutex_);
  while (state_ < wanted && state_ != State::refused) {
    WakeSignal::send(tid_);
    changed_.notify_all();
    changed_.wait_for(lock, kWakeStep);
  }
}

void Tracer::run() {
  keep_only_to_look(needed_to_trace());
  Hold hold = in_thread(&Tracer::begin);
  if (hold == Hold::refused) {
    set_state(State::refused);
    return;
  }
  while (hold == Hold::let_go && pause(loop_->resume_at() - monotonic_now()))
    hold = in_thread(&Tracer::go_on);
  // Refused later on: the rest of the window goes by unwatched.
  while (hold == Hold::refused && pause(1s)) {
  }
  if (hold != Hold::ended) loop_->close(monotonic_now());
  set_state(State::ended);
}

Tracer::Hold Tracer::in_thread(Hold (Tracer::*work)(WakeTimer&)) {
  Hold hold = Hold::refused;
  try {
    std::thread([&] {
      tid_ = static_cast<pid_t>(::syscall(SYS_gettid));
      WakeTimer::admit_signal();
      WakeTimer timer;
      hold = (this->*work)(timer);
    }).join();
  } catch (const std::system_error& error) {
    refused_ = error.code().value();
    return Hold::refused;
  }
  await_farewell();
  return hold;
}

// The thread's last act in the kernel is to let go, a little after it can be joined.
void Tracer::await_farewell() const {
  const std::string task = fmt::format("/proc/self/task/{}", tid_.load());
  const auto deadline = std::chrono::steady_clock::now() + kLongestFarewell;
  while (::access(task.c_str(), F_OK) == 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(100us);
}

Tracer::Hold Tracer::begin(WakeTimer& timer) {
  // On a busy machine the first attempts may come to nothing.
  for (int attempt = 0; attempt < kCalibrations && !cost_; ++attempt) cost_ = measure_cost(timer);
  announce();
  loop_ = std::make_unique<Loop>(options_, cost_.value_or(kAssumedCost));
  refused_ = loop_->seize();
  if (refused_ != 0) return Hold::refused;
  set_state(State::attached);
  return trace(timer);
}

bool Tracer::pause(nanoseconds duration) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, duration, [this] { return wish_ == Wish::close; });
}

Tracer::Hold Tracer::go_on(WakeTimer& timer) {
  const int refused = loop_->take_hold_again();
  if (refused == 0) return trace(timer);
  if (refused != ESRCH)
    loop_->note(
        fmt::format("let go of between two bursts, the target could not be traced again ({})",
                    errno_name(refused)));
  return Hold::refused;
}

Tracer::Hold Tracer::trace(WakeTimer& timer) {
  nanoseconds now = monotonic_now();
  nanoseconds next = now;
  for (;;) {
    const Wish wish = wish_;
    if (wish == Wish::close) {
      loop_->take_ends();
      break;
    }
    if (wish == Wish::open && !arming_since_) {
      arming_since_ = now;
      loop_->arm();
      next = now;
    }
    if (arming_since_ && !is_open_ && (loop_->settled() || now - *arming_since_ > kLongestArming)) {
      is_open_ = true;
      // A command's window begins with its execve.
      if (!options_.from_next_exec) loop_->open(monotonic_now());
      set_state(State::open);
    }
    if (loop_->wants_to_let_go()) {
      loop_->let_go(monotonic_now());
      return Hold::let_go;
    }
    if (now >= next) {
      next = loop_->tick(now);
      timer.set(next - now);
    }
    if (!loop_->step(now)) break;
  }
  loop_->close(monotonic_now());
  return Hold::ended;
}

void Tracer::announce() const {
  const std::string price =
      cost_ ? fmt::format(", some {} a call", format_duration(cost_->time)) : "";
  const std::string cap =
      options_.max_overhead
          ? fmt::format("; in bursts, for at most {} of its time (--max-overhead)",
                        format_ratio(Ratio{*options_.max_overhead}))
          : "";
  spdlog::warn("attaching to process {} with ptrace: each of its system calls stops it twice{}{}",
               options_.pid, price, cap);
  const auto capabilities = effective_capabilities();
  if (!capabilities || !capabilities->has(CAP_SYS_PTRACE))
    spdlog::warn("meanwhile programs that it executes do not gain set-user-ID rights");
}

}  // namespace debug_process::trace::ptrace
