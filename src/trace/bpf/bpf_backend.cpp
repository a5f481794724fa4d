// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/bpf_backend.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <bit>

#include "syscall_stats.skel.h"
#include "trace/bpf/calls.h"
#include "trace/bpf/cost.h"
#include "trace/bpf/descriptors.h"
#include "trace/bpf/errors.h"
#include "trace/bpf/filter.h"
#include "trace/bpf/interval_marks.h"
#include "trace/bpf/kernel_ids.h"
#include "trace/bpf/libbpf_log.h"
#include "trace/bpf/owner.h"
#include "trace/bpf/processes.h"
#include "trace/bpf/programs.h"
#include "trace/bpf/reader.h"
#include "trace/bpf/refusal.h"
#include "trace/bpf/slices.h"
#include "trace/bpf/switches.h"
#include "trace/scale.h"
#include "util/clock.h"

namespace debug_process::trace::bpf {
namespace {

// A collision costs a latency, a slot 64 bytes: be generous with slots.
constexpr unsigned kMinThreadSlots = 1U << 13;
constexpr unsigned kMaxThreadSlots = 1U << 17;
constexpr unsigned kSlotsPerThread = 16;
// For the cap, where it could not be measured: more than on any machine that we have seen.
constexpr std::chrono::nanoseconds kAssumedCost{500};

struct Destroy {
  void operator()(syscall_stats_bpf* skeleton) const { syscall_stats_bpf::destroy(skeleton); }
};
using Skeleton = std::unique_ptr<syscall_stats_bpf, Destroy>;

unsigned thread_slots(unsigned threads) {
  return std::clamp(std::bit_ceil(std::min(threads, kMaxThreadSlots) * kSlotsPerThread),
                    kMinThreadSlots, kMaxThreadSlots);
}

class BpfBackend : public Backend {
 public:
  BpfBackend(Skeleton skeleton, KernelIds ids)
      : ids_(std::move(ids)), skeleton_(std::move(skeleton)) {}

  // Attaches, and measures on ourselves what that costs. Nobody is watched yet.
  Result<void> prepare(const WatchOptions& options) {
    filtered_ = options.failed_only || !options.trace_set.is_all();
    Hooks whole = Hooks::whole(*skeleton_);
    Hooks counting = Hooks::counting(*skeleton_);
    hot_ = whole.programs();
    if (const int status = syscall_stats_bpf::attach(skeleton_.get()); status != 0)
      return tl::unexpected(refusal("attach BPF programs", -status, LibbpfLog::last_reason(),
                                    options.btf.has_value()));
    Costs costs;
    costs.whole.target_per_call = kAssumedCost;
    costs.passed = kAssumedCost;
    // A guess, which anything else that tells is better than.
    costs.whole_error = kAssumedCost;
    costs.counting = {kAssumedCost / 3, kAssumedCost};
    if (auto measured =
            measure_costs(*skeleton_, whole, options.max_overhead ? &counting : nullptr)) {
      costs = *measured;
      cost_ = measured->whole;
    } else {
      spdlog::warn("what watching costs is not known: {}", measured.error().message());
    }
    if (auto attached = whole.attach(); !attached)
      return tl::unexpected(refusal(attached.error().action, attached.error().errno_value,
                                    attached.error().detail, options.btf.has_value()));
    const bool one_account = options.max_overhead && !options.follow;
    slices_ = std::make_unique<Slices>(*skeleton_, std::move(whole), std::move(counting), costs,
                                       options.max_overhead,
                                       one_account ? ReadsWrites(options.pid) : ReadsWrites());
    if (!options.follow) return {};
    set_target(*skeleton_, ids_.kernel_tgid());
    return enroll_descendants(*skeleton_, ids_, options.pid);
  }

  void start() override {
    set_target(*skeleton_, ids_.kernel_tgid());
    // Those that are followed were known before the window, and may have lost some threads since.
    skeleton_->bss->exited_threads = 0;
    skeleton_->bss->execs = 0;
    slices_->begin(skeleton_->rodata->from_next_exec != 0);
    intervals_.begin(slices_->started());
  }

  void mark() override {
    const auto now = monotonic_now();
    const auto watched = slices_->watched_until(now);
    auto calls = read_calls(*skeleton_);
    if (calls) intervals_.mark(now, watched, std::move(calls->by_key));
  }

  Result<Activity> stop() override {
    slices_->end();
    const std::uint64_t missed = missed_runs();
    syscall_stats_bpf::detach(skeleton_.get());
    // An error means that the target has ended: the threads known from the start are what there is.
    (void)ids_.refresh();
    auto activity =
        read_activity(*skeleton_, ids_, Course{slices_->ended(), slices_->last_slice()});
    if (!activity) return activity;
    activity->observed = slices_->ended() - slices_->started();
    activity->cost = cost_;
    if (cost_.target_per_call) activity->cost.paid = slices_->paid();
    for (const SyscallStats& stats : activity->syscalls) activity->calls_seen += stats.calls;
    intervals_.end(slices_->ended(), slices_->watched_until(slices_->ended()), *activity);
    if (skeleton_->rodata->follow != 0) add_processes(*activity);
    if (slices_->paused()) scale_up(*activity);
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
    for (const bpf_program* program : hot_) {
      bpf_prog_info info{};
      std::uint32_t size = sizeof(info);
      if (::bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) == 0)
        total += info.recursion_misses;
    }
    return total;
  }

  void add_processes(Activity& activity) const {
    const MappedSlots mapped(*skeleton_);
    activity.processes = read_processes(*skeleton_, static_cast<std::uint32_t>(ids_.kernel_tgid()),
                                        mapped.slots(), {slices_->started(), slices_->ended()});
  }

  void scale_up(Activity& activity) const {
    activity.coverage = std::chrono::duration<double>(slices_->watched()) /
                        std::chrono::duration<double>(activity.observed);
    const Tally::Estimate estimate = slices_->estimate(filtered_);
    scale(activity, estimate.factors);
    if (const auto& error = slices_->gave_up()) {
      activity.counts_error_unknown = "watching could not go on";
      activity.notes.push_back(
          fmt::format("the rest of the window was not watched, and is taken to have been like what "
                      "was: {}",
                      error->message()));
    } else if (!cost_.target_per_call && estimate.rests_on_costs)
      activity.counts_error_unknown = "what watching costs the target could not be measured";
    else if (estimate.error)
      activity.counts_error = *estimate.error;
    else
      activity.counts_error_unknown = fmt::format(
          "calls were counted in fewer than {} slices of the window", Tally::kFewestSlices);
  }

  KernelIds ids_;
  Skeleton skeleton_;
  std::unique_ptr<Slices> slices_;
  IntervalMarks intervals_;
  std::vector<bpf_program*> hot_;
  Cost cost_;
  bool filtered_ = false;
};

}  // namespace

Result<std::unique_ptr<Backend>> load(const WatchOptions& options) {
  LibbpfLog::install();
  const bool btf_given = options.btf.has_value();
  auto ids = KernelIds::resolve(options.pid);
  if (!ids) return tl::unexpected(ids_refusal(ids.error(), btf_given));

  auto opened = open_programs(options.btf);
  if (!opened) return tl::unexpected(opened.error());
  Skeleton skeleton(*opened);
  const unsigned slots = thread_slots(options.threads);
  skeleton->rodata->thread_mask = slots - 1;
  skeleton->rodata->from_next_exec = options.from_next_exec ? 1 : 0;
  fill_object_kinds(skeleton->rodata->object_kinds);
  fill_filter(*skeleton->rodata, options.trace_set, options.failed_only);
  if (auto prepared = prepare_processes(*skeleton, *ids, options.follow); !prepared)
    return tl::unexpected(prepared.error());
  if (auto prepared = prepare_descriptors(*skeleton, options.pid); !prepared)
    return tl::unexpected(prepared.error());
  if (const int status = bpf_map__set_max_entries(skeleton->maps.dp_threads, slots); status != 0)
    return fail({"size BPF map", "dp_threads", -status, {}, {}});
  LibbpfLog::ask_verifier(skeleton->obj);
  if (const int status = syscall_stats_bpf::load(skeleton.get()); status != 0)
    return tl::unexpected(
        refusal("load BPF programs", -status, LibbpfLog::last_reason(), btf_given));
  LibbpfLog::tell_instructions(skeleton->obj);
  if (auto made = make_rows_for_closed(*skeleton); !made) return tl::unexpected(made.error());
  // Last, so that who may not use BPF at all is told that.
  if (auto allowed = check_owner(options.pid); !allowed) return tl::unexpected(allowed.error());
  auto backend = std::make_unique<BpfBackend>(std::move(skeleton), std::move(*ids));
  if (auto prepared = backend->prepare(options); !prepared) return tl::unexpected(prepared.error());
  return backend;
}

}  // namespace debug_process::trace::bpf
