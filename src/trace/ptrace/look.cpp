// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/look.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <utility>

#include "proc/kernel_stack.h"
#include "proc/schedstat.h"
#include "proc/stat.h"
#include "proc/task_syscall.h"
#include "trace/ptrace/parked.h"
#include "trace/standing.h"
#include "util/fd.h"

namespace debug_process::trace::ptrace {
namespace {

// A call, six arguments and two addresses, in hexadecimal digits.
using SyscallText = std::array<char, 256>;

// Nothing where it cannot be read, as of a thread that has ended.
std::string_view read_into(SyscallText& buffer, const UniqueFd& file) {
  if (!file) return {};
  const ssize_t got = ::pread(file.get(), buffer.data(), buffer.size(), 0);
  return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

bool waits_for_ever(int fd, int option) {
  timeval timeout{};
  socklen_t size = sizeof(timeout);
  return ::getsockopt(fd, SOL_SOCKET, option, &timeout, &size) == 0 && timeout.tv_sec == 0 &&
         timeout.tv_usec == 0;
}

}  // namespace

Sight Looker::look(pid_t pid, pid_t tid) const {
  const std::string base = fmt::format("{}/task/{}", pid, tid);
  Sight sight;
  const std::string path = fmt::format("{}/{}/syscall", procfs_.root(), base);
  sight.file = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  SyscallText buffer;
  sight.text = read_into(buffer, sight.file);
  const auto standing = proc::parse_task_syscall(sight.text);
  if (!standing) {
    const auto stat = procfs_.read(base + "/stat").and_then(proc::parse_stat);
    sight.gone = !stat || stat->is_dead();
    // Without the file only a thread that runs is known to be in no call that could break.
    sight.running = stat && stat->state == 'R';
    sight.may_be_stopped = sight.running;
    return sight;
  }
  sight.running = standing->running;
  sight.call = call_of(*standing);
  if (!sight.call) {
    sight.may_be_stopped = true;
    return sight;
  }
  switch (disturbance(*sight.call, standing->args)) {
    case Disturbance::none:
      sight.may_be_stopped = true;
      break;
    case Disturbance::breaks:
      break;
    case Disturbance::breaks_with_timeout:
      sight.may_be_stopped = socket_without_timeout(pid, static_cast<int>(standing->args[0]));
      break;
  }
  return sight;
}

bool Looker::is_still_there(const Sight& sight) {
  SyscallText buffer;
  return !sight.text.empty() && read_into(buffer, sight.file) == sight.text;
}

bool Looker::is_within_call(pid_t pid, pid_t tid) const {
  const auto stack = procfs_.read(fmt::format("{}/task/{}/stack", pid, tid));
  return stack && proc::is_within_call(*stack);
}

// A duplicate of the target's descriptor, for two questions: nothing that is a socket minds its
// being closed. Where it cannot be had (before Linux 5.6) the answer is no.
bool Looker::socket_without_timeout(pid_t pid, int fd) const {
  const auto link = procfs_.read_link(fmt::format("{}/fd/{}", pid, fd));
  if (!link) return false;
  if (!link->starts_with("socket:")) return true;
#if defined(SYS_pidfd_open) && defined(SYS_pidfd_getfd)
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return false;
  const UniqueFd socket(static_cast<int>(::syscall(SYS_pidfd_getfd, process.get(), fd, 0)));
  return socket && waits_for_ever(socket.get(), SO_RCVTIMEO) &&
         waits_for_ever(socket.get(), SO_SNDTIMEO);
#else
  return false;
#endif
}

std::optional<SeenCall> Looker::call(pid_t pid, pid_t tid) const {
  const auto standing =
      procfs_.read(fmt::format("{}/task/{}/syscall", pid, tid)).and_then(proc::parse_task_syscall);
  if (!standing) return std::nullopt;
  const auto key = call_of(*standing);
  if (!key) return std::nullopt;
  return SeenCall{*key, standing->args};
}

int Looker::cpu_of(pid_t pid, pid_t tid) const {
  const auto stat =
      procfs_.read(fmt::format("{}/task/{}/stat", pid, tid)).and_then(proc::parse_stat);
  return stat ? stat->processor : -1;
}

std::optional<proc::Status> Looker::status(pid_t pid, pid_t tid) const {
  auto status =
      procfs_.read(fmt::format("{}/task/{}/status", pid, tid)).and_then(proc::parse_status);
  if (!status) return std::nullopt;
  return std::move(*status);
}

std::optional<Switches> Looker::switches(pid_t pid, pid_t tid) const {
  const auto now = status(pid, tid);
  if (!now || !now->voluntary_switches || !now->involuntary_switches) return std::nullopt;
  return Switches{*now->voluntary_switches, *now->involuntary_switches};
}

bool Looker::handles(pid_t pid, pid_t tid, int signal_number) const {
  const auto now = status(pid, tid);
  if (!now || !now->signals_caught) return true;
  return (*now->signals_caught >> static_cast<unsigned>(signal_number - 1) & 1U) != 0;
}

std::optional<std::chrono::nanoseconds> Looker::cpu_time(pid_t pid, pid_t tid) const {
  const auto stat =
      procfs_.read(fmt::format("{}/task/{}/schedstat", pid, tid)).and_then(proc::parse_schedstat);
  if (!stat || stat->timeslices == 0) return std::nullopt;
  return stat->on_cpu;
}

std::string Looker::trail(pid_t pid, pid_t tid) const {
  const auto text = procfs_.read(fmt::format("{}/task/{}/schedstat", pid, tid));
  if (!text) return {};
  // All zero where the kernel keeps no account.
  const auto parsed = proc::parse_schedstat(*text);
  return parsed && parsed->timeslices > 0 ? *text : std::string();
}

}  // namespace debug_process::trace::ptrace
