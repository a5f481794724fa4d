// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/cpu.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>

#include "proc/schedstat.h"
#include "util/capabilities.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// Looking costs some 15 us.
constexpr nanoseconds kLookStep = 4ms;
constexpr nanoseconds kSlice = 100us;  // the shortest that the kernel takes
// Kept from running by others for more than a fifth of the time: then giving way costs more than
// it saves.
constexpr int kStarving = 5;

proc::Schedstat schedstat(const std::string& path) {
  const auto stat = proc::Procfs().read(path).and_then(proc::parse_schedstat);
  return stat.value_or(proc::Schedstat{});
}

// From SCHED_IDLE back to normal takes CAP_SYS_NICE or a limit that allows nice 0: sched(7).
bool may_come_back() {
  const auto capabilities = effective_capabilities();
  if (capabilities && capabilities->has(CAP_SYS_NICE)) return true;
  constexpr rlim_t kNiceOfZero = 20;
  rlimit limit{};
  return ::getrlimit(RLIMIT_NICE, &limit) == 0 && limit.rlim_cur >= kNiceOfZero;
}

// The kernel's struct sched_attr as it began: sched_setattr(2), which C libraries do not have.
struct SchedAttr {
  std::uint32_t size = sizeof(SchedAttr);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0;
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};

// `slice`: how long it wants to run at a time (Linux 6.12); who wants less is let before others.
bool set_policy(int policy, nanoseconds slice) {
  SchedAttr attr;
  attr.policy = static_cast<std::uint32_t>(policy);
  attr.nice = ::getpriority(PRIO_PROCESS, 0);
  attr.runtime = static_cast<std::uint64_t>(slice.count());
  return ::syscall(SYS_sched_setattr, 0, &attr, 0) == 0;
}

pid_t this_thread() {
  return static_cast<pid_t>(::syscall(SYS_gettid));
}

std::vector<cpu_set_t> affinity() {
  constexpr std::size_t kSets = 8;  // 8192 CPUs: the most that Linux is built for
  std::vector<cpu_set_t> sets(kSets);
  if (::sched_getaffinity(0, kSets * sizeof(cpu_set_t), sets.data()) != 0) sets.clear();
  return sets;
}

}  // namespace

std::optional<nanoseconds> process_cpu_time(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0)
    return std::nullopt;
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

Cpu::Cpu()
    : owner_(this_thread()),
      was_normal_(::sched_getscheduler(0) == SCHED_OTHER),
      affinity_(affinity()),
      could_give_way_(was_normal_ && may_come_back()),
      may_give_way_(could_give_way_) {
  if (was_normal_) (void)set_policy(SCHED_OTHER, kSlice);
}

Cpu::~Cpu() {
  if (this_thread() != owner_) return;
  if (was_normal_) (void)set_policy(SCHED_OTHER, nanoseconds(0));  // 0: the kernel's own slice
  if (!affinity_.empty() && cpu_ >= 0)
    (void)::sched_setaffinity(0, affinity_.size() * sizeof(cpu_set_t), affinity_.data());
}

bool Cpu::move_to(int cpu) {
  if (cpu < 0) return false;
  if (cpu == cpu_) return true;
  cpu_set_t* const set = CPU_ALLOC(static_cast<std::size_t>(cpu) + 1);
  if (set == nullptr) return false;
  const std::size_t size = CPU_ALLOC_SIZE(static_cast<std::size_t>(cpu) + 1);
  CPU_ZERO_S(size, set);
  CPU_SET_S(static_cast<std::size_t>(cpu), size, set);
  if (::sched_setaffinity(0, size, set) == 0) cpu_ = cpu;
  CPU_FREE(set);
  return cpu == cpu_;
}

bool Cpu::go_to(const Looker& looker, pid_t pid, pid_t tid) {
  return move_to(looker.cpu_of(pid, tid));
}

void Cpu::follow(const Looker& looker, pid_t pid, pid_t tid, nanoseconds now) {
  if (now - last_look_ < kLookStep) return;
  if (gives_way_) check_for_starvation(pid, tid, now);
  last_look_ = now;
  (void)go_to(looker, pid, tid);
}

// While the target runs we wait, as we should. More than that is others' doing. With several
// threads another one is followed each time: then it is all of them that may run.
void Cpu::check_for_starvation(pid_t pid, pid_t tid, nanoseconds now) {
  const nanoseconds waited = schedstat("thread-self/schedstat").run_delay;
  const nanoseconds ran = schedstat(fmt::format("{}/task/{}/schedstat", pid, tid)).on_cpu;
  const nanoseconds all_ran = process_cpu_time(pid).value_or(nanoseconds(0));
  if (followed_ != 0) {
    const nanoseconds by_target = followed_ == tid ? ran - ran_ : all_ran - all_ran_;
    const nanoseconds by_others = (waited - waited_) - by_target;
    if (by_others > (now - last_look_) / kStarving) {
      compete();
      may_give_way_ = false;
    }
  }
  followed_ = tid;
  waited_ = waited;
  ran_ = ran;
  all_ran_ = all_ran;
}

void Cpu::give_way() {
  if (may_give_way_ && !gives_way_) gives_way_ = set_policy(SCHED_IDLE, nanoseconds(0));
  followed_ = 0;
}

void Cpu::compete() {
  if (gives_way_ && set_policy(SCHED_OTHER, kSlice)) gives_way_ = false;
}

}  // namespace debug_process::trace::ptrace
