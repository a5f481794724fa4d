// SPDX-License-Identifier: Apache-2.0
#include "trace/sampling/sampling_backend.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

#include "trace/sampling/sampler.h"
#include "util/capabilities.h"
#include "util/deadline.h"

namespace debug_process::trace::sampling {
namespace {

// A look takes microseconds; one that takes longer is stuck in the kernel.
constexpr std::chrono::seconds kLongestLook{2};

// Between the backend and its thread, which may outlive it: a look can be stuck, as when the target
// is in an execve whose file system does not answer.
struct Shared {
  std::mutex mutex;
  std::condition_variable changed;
  bool started = false;
  bool stopping = false;
  std::optional<Activity> activity;
};

void sample(Sampler& sampler, Shared& shared) {
  std::unique_lock lock(shared.mutex);
  shared.changed.wait(lock, [&] { return shared.started || shared.stopping; });
  if (!shared.started) return;
  const auto start = Clock::now();
  Beat beat(static_cast<std::uint32_t>(start.time_since_epoch().count()));
  sampler.begin(start);
  while (!shared.stopping) {
    lock.unlock();
    sampler.tick(Clock::now());
    lock.lock();
    shared.changed.wait_for(lock, beat.next(), [&] { return shared.stopping; });
  }
  lock.unlock();
  Activity activity = sampler.finish(Clock::now());
  spdlog::debug("sampling took {} of CPU time in {}", format_duration(sampler.spent()),
                format_duration(activity.observed));
  lock.lock();
  shared.activity = std::move(activity);
  shared.changed.notify_all();
}

class SamplingBackend : public Backend {
 public:
  SamplingBackend(pid_t pid, std::shared_ptr<Shared> shared, std::thread thread)
      : pid_(pid), shared_(std::move(shared)), thread_(std::move(thread)) {}
  SamplingBackend(const SamplingBackend&) = delete;
  SamplingBackend& operator=(const SamplingBackend&) = delete;
  ~SamplingBackend() override {
    if (thread_.joinable()) (void)stop();
  }

  void start() override {
    const std::lock_guard lock(shared_->mutex);
    shared_->started = true;
    shared_->changed.notify_all();
  }

  Result<Activity> stop() override {
    std::unique_lock lock(shared_->mutex);
    shared_->stopping = true;
    shared_->changed.notify_all();
    const bool ended = !shared_->started || shared_->changed.wait_for(lock, kLongestLook, [&] {
      return shared_->activity.has_value();
    });
    lock.unlock();
    if (!ended) {
      thread_.detach();
      return fail({"look at the threads of",
                   fmt::format("process {}", pid_),
                   ETIMEDOUT,
                   {},
                   "the process may be stuck in the kernel: see the state of its threads"});
    }
    thread_.join();
    return std::move(shared_->activity).value_or(Activity{});
  }

 private:
  pid_t pid_;
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Backend>> load(const WatchOptions& options) {
  auto family = Family::of(proc::Procfs(), options.pid);
  if (!family) return fail(family.error());
  auto shared = std::make_shared<Shared>();
  try {
    const SignalsBlocked blocked;
    std::thread thread([shared, sampler = Sampler(std::move(*family), options)]() mutable {
      keep_only_to_look({});
      sample(sampler, *shared);
    });
    return std::make_unique<SamplingBackend>(options.pid, shared, std::move(thread));
  } catch (const std::system_error& error) {
    return fail({"start a thread to look at",
                 fmt::format("process {}", options.pid),
                 error.code().value(),
                 {},
                 {}});
  }
}

}  // namespace debug_process::trace::sampling
