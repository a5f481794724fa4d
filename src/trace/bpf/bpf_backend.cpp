// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/bpf_backend.h"

#include <bpf/bpf.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <bit>

#include "syscall_stats.skel.h"
#include "trace/bpf/cost.h"
#include "trace/bpf/examples.h"
#include "trace/bpf/kernel_ids.h"
#include "trace/bpf/libbpf_log.h"
#include "trace/bpf/reader.h"
#include "trace/bpf/refusal.h"
#include "trace/bpf/switches.h"

namespace debug_process::trace::bpf {
namespace {

// A collision costs a latency, a slot 64 bytes: be generous with slots.
constexpr unsigned kMinThreadSlots = 1U << 13;
constexpr unsigned kMaxThreadSlots = 1U << 17;
constexpr unsigned kSlotsPerThread = 16;

struct Destroy {
  void operator()(syscall_stats_bpf* skeleton) const { syscall_stats_bpf::destroy(skeleton); }
};
using Skeleton = std::unique_ptr<syscall_stats_bpf, Destroy>;

unsigned thread_slots(unsigned threads) {
  return std::clamp(std::bit_ceil(std::min(threads, kMaxThreadSlots) * kSlotsPerThread),
                    kMinThreadSlots, kMaxThreadSlots);
}

// The clock of bpf_ktime_get_ns().
std::chrono::nanoseconds monotonic_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

class BpfBackend : public Backend {
 public:
  BpfBackend(Skeleton skeleton, KernelIds ids)
      : ids_(std::move(ids)), skeleton_(std::move(skeleton)) {}

  Result<void> start() override {
    const CallTime alone = time_of_a_call();
    if (const int status = syscall_stats_bpf::attach(skeleton_.get()); status != 0)
      return tl::unexpected(refusal("attach BPF programs", -status, LibbpfLog::last_reason()));
    if (auto cost = measure_cost(*skeleton_, alone))
      cost_ = *cost;
    else
      return tl::unexpected(cost.error());
    set_target(*skeleton_, ids_.kernel_tgid());
    started_ = monotonic_now();
    if (skeleton_->rodata->from_next_exec == 0) set_watching(*skeleton_, true);
    return {};
  }

  Result<Activity> stop() override {
    set_watching(*skeleton_, false);
    const auto ended = monotonic_now();
    const std::uint64_t missed = missed_runs();
    syscall_stats_bpf::detach(skeleton_.get());
    // An error means that the target has ended: the threads known from the start are what there is.
    (void)ids_.refresh();
    auto activity = read_activity(*skeleton_, ids_, ended);
    if (!activity) return activity;
    activity->observed = ended - started_;
    activity->cost = cost_;
    // The execve that starts a command is where its life begins, and no change in it.
    if (skeleton_->rodata->from_next_exec != 0 && activity->execs > 0) --activity->execs;
    if (missed > 0) activity->losses["skipped_runs"] = missed;
    return activity;
  }

 private:
  // How often the kernel skipped a program because it was running already on that CPU; for the
  // whole machine, so an upper bound for the target. Kernels before 5.12 do not tell and give 0.
  [[nodiscard]] std::uint64_t missed_runs() const {
    std::uint64_t total = 0;
    for (const bpf_program* program :
         {skeleton_->progs.dp_sys_enter, skeleton_->progs.dp_sys_exit}) {
      bpf_prog_info info{};
      std::uint32_t size = sizeof(info);
      if (::bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) == 0)
        total += info.recursion_misses;
    }
    return total;
  }

  KernelIds ids_;
  Skeleton skeleton_;
  std::chrono::nanoseconds started_{0};
  Cost cost_;
};

}  // namespace

Result<std::unique_ptr<Backend>> load(const WatchOptions& options) {
  LibbpfLog::install();
  auto ids = KernelIds::resolve(options.pid);
  if (!ids)
    return tl::unexpected(refusal(ids.error().action, ids.error().errno_value, ids.error().detail));

  Skeleton skeleton(syscall_stats_bpf::open());
  if (!skeleton) return fail_errno("open BPF object", "syscall_stats");
  const unsigned slots = thread_slots(options.threads);
  skeleton->rodata->thread_mask = slots - 1;
  skeleton->rodata->from_next_exec = options.from_next_exec ? 1 : 0;
  fill_example_kinds(skeleton->rodata->example_kinds);
  if (const int status = bpf_map__set_max_entries(skeleton->maps.dp_threads, slots); status != 0)
    return fail({"size BPF map", "dp_threads", -status, {}, {}});
  if (const int status = syscall_stats_bpf::load(skeleton.get()); status != 0)
    return tl::unexpected(refusal("load BPF programs", -status, LibbpfLog::last_reason()));
  return std::make_unique<BpfBackend>(std::move(skeleton), std::move(*ids));
}

}  // namespace debug_process::trace::bpf
