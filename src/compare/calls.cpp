// SPDX-License-Identifier: Apache-2.0
#include "compare/calls.h"

#include <algorithm>
#include <array>
#include <span>

namespace debug_process::compare {
namespace {

constexpr std::array<std::string_view, 44> kWaits{"nanosleep",
                                                  "clock_nanosleep",
                                                  "epoll_wait",
                                                  "epoll_pwait",
                                                  "epoll_pwait2",
                                                  "poll",
                                                  "ppoll",
                                                  "select",
                                                  "pselect6",
                                                  "_newselect",
                                                  "futex",
                                                  "futex_wait",
                                                  "futex_waitv",
                                                  "pause",
                                                  "rt_sigsuspend",
                                                  "sigsuspend",
                                                  "rt_sigtimedwait",
                                                  "rt_sigtimedwait_time64",
                                                  "wait4",
                                                  "waitid",
                                                  "waitpid",
                                                  "io_getevents",
                                                  "io_pgetevents",
                                                  "io_uring_enter",
                                                  "accept",
                                                  "accept4",
                                                  "restart_syscall",
                                                  "msgrcv",
                                                  "semop",
                                                  "semtimedop",
                                                  "mq_timedreceive",
                                                  "sched_yield",
                                                  "flock",
                                                  "ppoll_time64",
                                                  "pselect6_time64",
                                                  "futex_time64",
                                                  "clock_nanosleep_time64",
                                                  "semtimedop_time64",
                                                  "mq_timedreceive_time64",
                                                  "recvmmsg",
                                                  "recvmmsg_time64",
                                                  "rt_sigreturn",
                                                  "vfork",
                                                  "ptrace"};

constexpr std::array<std::string_view, 10> kMayWait{"read",   "readv",   "recv",     "recvfrom",
                                                    "splice", "recvmsg", "sendfile", "connect",
                                                    "ioctl",  "tee"};

constexpr std::array<std::string_view, 7> kUsual{
    "EAGAIN", "EINTR", "EINPROGRESS", "ETIMEDOUT", "ERESTARTSYS", "ENOTTY", "ECHILD"};

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name.substr(0, name.find('@'))) != names.end();
}

}  // namespace

bool is_wait(std::string_view syscall) {
  return contains(kWaits, syscall);
}

bool may_wait(std::string_view syscall) {
  return contains(kMayWait, syscall);
}

bool is_usual(std::string_view error) {
  return contains(kUsual, error);
}

}  // namespace debug_process::compare
