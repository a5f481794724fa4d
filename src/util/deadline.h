// Runs what may block for ever in a thread of its own: /proc/PID/cmdline, maps and smaps wait for
// the target's mmap_lock, which a stuck page fault can hold. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pthread.h>
#include <signal.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

#include "util/result.h"

namespace debug_process {

// Blocks all signals in this thread for as long as it lives: a new thread inherits that, and the
// program's signals then reach the threads that await them.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

// What `function` (which returns a Result) returns, or an Error with ETIMEDOUT once `limit` has
// passed. The thread is then abandoned: `function` must own all it uses, by value, since it may go
// on when the caller is long gone. It ends with the process at the latest; such waits in the kernel
// are killable.
template <typename Function>
[[nodiscard]] std::invoke_result_t<Function> with_deadline(std::chrono::milliseconds limit,
                                                           std::string what, Function function) {
  using Outcome = std::invoke_result_t<Function>;
  struct Shared {
    std::mutex mutex;
    std::condition_variable done;
    std::optional<Outcome> outcome;
  };
  const auto shared = std::make_shared<Shared>();
  try {
    const SignalsBlocked blocked;
    std::thread([shared, work = std::move(function)]() mutable {
      Outcome outcome = work();
      const std::lock_guard lock(shared->mutex);
      shared->outcome.emplace(std::move(outcome));
      shared->done.notify_one();
    }).detach();
  } catch (const std::system_error& error) {
    return fail(Error{"start a thread to read", std::move(what), error.code().value(), {}, {}});
  }
  std::unique_lock lock(shared->mutex);
  if (!shared->done.wait_for(lock, limit, [&] { return shared->outcome.has_value(); })) {
    return fail(Error{
        "read", std::move(what), ETIMEDOUT,
        "gave up after " + std::to_string(limit.count()) + " ms",
        "the process may be stuck in the kernel: see the state and wait channel of its threads"});
  }
  return std::move(*shared->outcome);
}

}  // namespace debug_process
