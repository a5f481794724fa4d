// The threads that trace, one after the other: ptrace(2) ties a tracee to one thread, and lets go
// of it when that ends. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "trace/backend.h"
#include "trace/ptrace/control.h"
#include "trace/ptrace/loop.h"
#include "util/result.h"

namespace debug_process::trace::ptrace {

class Tracer {
 public:
  explicit Tracer(WatchOptions options) : options_(std::move(options)) {}
  ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  // Measures the cost, announces what is to come, and takes hold of all threads; stops none.
  Result<void> attach();
  // Returns when the target's calls are seen, as far as it could be stopped undisturbed.
  void open();
  // Lets go of the target, wherever its threads are.
  void close();

  // After close():
  [[nodiscard]] const Loop& loop() const { return *loop_; }
  // As it was in the window.
  [[nodiscard]] std::optional<Price> cost() const {
    return cost_ ? std::optional(*cost_ * loop_->price_factor()) : std::nullopt;
  }

 private:
  enum class Wish { wait, open, close };
  enum class State { starting, refused, attached, open, ended };

  // What became of a thread's hold on the target.
  enum class Hold { refused, let_go, ended };

  void run();
  // In a thread of its own, whose end is what lets go.
  Hold in_thread(Hold (Tracer::*work)(WakeTimer&));
  Hold begin(WakeTimer& timer);
  Hold go_on(WakeTimer& timer);
  Hold trace(WakeTimer& timer);
  // False: it is to be closed.
  bool pause(std::chrono::nanoseconds duration);
  void await_farewell() const;
  void announce() const;
  void wait_for_stopped_ones() const;
  void set_state(State state);
  // Wakes the thread until it is in one of the states from `wanted` on.
  void wake_until(State wanted);

  WatchOptions options_;
  std::unique_ptr<Loop> loop_;
  std::optional<Price> cost_;
  int refused_ = 0;
  std::optional<std::chrono::nanoseconds> arming_since_;
  bool is_open_ = false;
  std::optional<WakeSignal> signal_;
  std::atomic<Wish> wish_{Wish::wait};
  std::atomic<pid_t> tid_{0};  // of the thread that traces
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::starting;
  std::thread thread_;
};

}  // namespace debug_process::trace::ptrace
