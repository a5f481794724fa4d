// SPDX-License-Identifier: Apache-2.0
#include "unit/trace/bpf/synthetic.h"

#include <bpf/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <vector>

#include "synthetic.skel.h"
#include "syscall_stats.skel.h"
#include "trace/bpf/filter.h"
#include "trace/bpf/libbpf_log.h"
#include "trace/bpf/per_cpu.h"
#include "trace/bpf/reader.h"
#include "trace/bpf/refusal.h"
#include "trace/bpf/thread_calls.h"

namespace debug_process::trace::bpf {
namespace {

// The reader knows the tool's own skeleton: the same maps and variables under another type.
syscall_stats_bpf view_of(const synthetic_bpf& synthetic,
                          syscall_stats_bpf::syscall_stats_bpf__bss& bss,
                          syscall_stats_bpf::syscall_stats_bpf__rodata& rodata) {
  rodata.failed_only = synthetic.rodata->failed_only;
  rodata.fd_rows = synthetic.rodata->fd_rows;
  std::copy(std::begin(synthetic.bss->losses), std::end(synthetic.bss->losses), bss.losses);
  bss.exited_threads = synthetic.bss->exited_threads;
  bss.exited_calls = synthetic.bss->exited_calls;
  bss.execs = synthetic.bss->execs;
  bss.wait_status = synthetic.bss->wait_status;
  bss.has_wait_status = synthetic.bss->has_wait_status;
  syscall_stats_bpf view{};
  view.bss = &bss;
  view.rodata = &rodata;
  view.maps.dp_threads = synthetic.maps.dp_threads;
  view.maps.dp_calls = synthetic.maps.dp_calls;
  view.maps.dp_histograms = synthetic.maps.dp_histograms;
  view.maps.dp_overflow = synthetic.maps.dp_overflow;
  view.maps.dp_errors = synthetic.maps.dp_errors;
  view.maps.dp_failed_texts = synthetic.maps.dp_failed_texts;
  view.maps.dp_failed_fds = synthetic.maps.dp_failed_fds;
  view.maps.dp_fds = synthetic.maps.dp_fds;
  view.maps.dp_closed = synthetic.maps.dp_closed;
  view.maps.dp_passed = synthetic.maps.dp_passed;
  view.maps.dp_processes = synthetic.maps.dp_processes;
  return view;
}

}  // namespace

void Destroy::operator()(synthetic_bpf* skeleton) const {
  synthetic_bpf::destroy(skeleton);
}

void Synthetic::SetUp() {
  load({});
}

void Synthetic::load(const Options& options) {
  LibbpfLog::install();
  skeleton_.reset(synthetic_bpf::open());
  ASSERT_TRUE(skeleton_);
  skeleton_->bss->target_tgid = static_cast<std::uint32_t>(::getpid());
  skeleton_->rodata->thread_mask = kThreadSlots - 1;
  skeleton_->rodata->fd_rows = bpf_map__max_entries(skeleton_->maps.dp_fds);
  fill_filter(*skeleton_->rodata, options.trace_set, options.failed_only);
  if (options.follow) {
    skeleton_->rodata->follow = 1;
    ASSERT_EQ(bpf_map__set_max_entries(skeleton_->maps.dp_followed, kProcesses), 0);
    ASSERT_EQ(bpf_map__set_max_entries(skeleton_->maps.dp_processes, kProcesses), 0);
  }
  ASSERT_EQ(bpf_map__set_max_entries(skeleton_->maps.dp_threads, kThreadSlots), 0);
  if (const int status = synthetic_bpf::load(skeleton_.get()); status != 0)
    GTEST_SKIP() << refusal("load BPF programs", -status, LibbpfLog::last_reason()).message();
}

std::uint32_t Synthetic::run(const bpf_program* program,
                             std::initializer_list<std::uint64_t> arguments) {
  // A program may read no further than what it is given.
  std::vector<std::uint64_t> args(arguments);
  args.resize(4);
  bpf_test_run_opts options{};
  options.sz = sizeof(options);
  options.ctx_in = args.data();
  options.ctx_size_in = static_cast<std::uint32_t>(args.size() * sizeof(args[0]));
  if (cpu_) {
    options.flags = BPF_F_TEST_RUN_ON_CPU;
    options.cpu = *cpu_;
  }
  EXPECT_EQ(::bpf_prog_test_run_opts(bpf_program__fd(program), &options), 0) << errno_name(errno);
  return options.retval;
}

void Synthetic::enter(std::uint64_t tid, std::uint32_t key, std::uint64_t now) {
  run(skeleton_->progs.synthetic_enter, {tid, key, now});
}

std::uint32_t Synthetic::exit(std::uint64_t tid, std::int64_t number, std::int64_t ret,
                              std::uint64_t now) {
  return run(skeleton_->progs.synthetic_exit,
             {tid, static_cast<std::uint64_t>(number), static_cast<std::uint64_t>(ret), now});
}

void Synthetic::call(std::uint64_t tid, std::uint32_t key, std::uint64_t ns, std::int64_t ret) {
  now_ += 1000;
  enter(tid, key, now_);
  now_ += ns;
  exit(tid, key & KEY_NUMBER_MASK, ret, now_);
}

void Synthetic::fill_slots() {
  constexpr std::uint32_t kFirst = 5'000'000;  // no tid is that large: PID_MAX_LIMIT is 4194304
  for (std::uint32_t i = 0; i < 1000 && read().threads.size() < kThreadSlots; ++i)
    enter(kFirst + i, native(SYS_futex), now_);
  ASSERT_EQ(read().threads.size(), kThreadSlots);
}

std::uint32_t Synthetic::key_of(std::int64_t number, bool compat) {
  return run(skeleton_->progs.synthetic_key, {static_cast<std::uint64_t>(number), compat});
}

void Synthetic::exec(pid_t old_tid) {
  run(skeleton_->progs.synthetic_exec, {static_cast<std::uint64_t>(old_tid)});
}

void Synthetic::fork(std::uint32_t parent, std::uint32_t child, std::uint64_t now) {
  run(skeleton_->progs.synthetic_fork, {parent, child, child, now});
}

void Synthetic::child_end(std::uint32_t child) {
  run(skeleton_->progs.synthetic_child_end, {child});
}

bool Synthetic::is_watched(std::uint32_t tgid) {
  return run(skeleton_->progs.synthetic_is_watched, {tgid}) != 0;
}

void Synthetic::thread_exit() {
  run(skeleton_->progs.synthetic_thread_exit, {});
}

// Online ones: the possible ones may be more, and cannot run anything.
int Synthetic::cpus() {
  return static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
}

Activity Synthetic::read(std::chrono::nanoseconds ended) {
  syscall_stats_bpf::syscall_stats_bpf__bss bss{};
  syscall_stats_bpf::syscall_stats_bpf__rodata rodata{};
  // Without a PID namespace: the tids are those that were given.
  auto activity = read_activity(view_of(*skeleton_, bss, rodata), KernelIds(),
                                Course{ended, std::chrono::nanoseconds(1)});
  EXPECT_TRUE(activity) << activity.error().message();
  return activity.value_or(Activity{});
}

std::uint64_t Synthetic::passed() {
  return sum_over_cpus(skeleton_->maps.dp_passed);
}

std::vector<ProcessStats> Synthetic::processes(const Window& window) {
  syscall_stats_bpf::syscall_stats_bpf__bss bss{};
  syscall_stats_bpf::syscall_stats_bpf__rodata rodata{};
  const syscall_stats_bpf view = view_of(*skeleton_, bss, rodata);
  const MappedSlots mapped(view);
  return read_processes(view, static_cast<std::uint32_t>(::getpid()), mapped.slots(), window);
}

SyscallStats stats_of(const Activity& activity, SyscallKey key) {
  const auto found = std::find_if(activity.syscalls.begin(), activity.syscalls.end(),
                                  [key](const auto& stats) { return stats.key == key; });
  return found == activity.syscalls.end() ? SyscallStats{} : *found;
}

std::uint64_t count_of(const Activity& activity, SyscallKey from, SyscallKey to) {
  std::uint64_t count = 0;
  for (const Transition& step : activity.transitions)
    if (step.from == from && step.to == to) count += step.count;
  return count;
}

std::uint64_t errors_of(const Activity& activity, SyscallKey key, int errno_value) {
  std::uint64_t count = 0;
  for (const ErrorStats& row : activity.errors)
    if (row.key == key && row.errno_value == errno_value) count += row.calls;
  return count;
}

std::uint64_t lost(const Activity& activity, const std::string& cause) {
  const auto found = activity.losses.find(cause);
  return found == activity.losses.end() ? 0 : found->second;
}

std::uint64_t in_histogram(const SyscallStats& stats) {
  const auto& counts = stats.latency.counts;
  return std::accumulate(counts.begin(), counts.end(), stats.latency.zero_count);
}

}  // namespace debug_process::trace::bpf
