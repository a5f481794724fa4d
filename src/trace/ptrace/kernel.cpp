// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/kernel.h"

#include <signal.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstddef>

namespace debug_process::trace::ptrace {
namespace {

int call(__ptrace_request request, pid_t tid, unsigned long data) {
  return ::ptrace(request, tid, nullptr, data) == 0 ? 0 : errno;
}

int status_of_end(const siginfo_t& info) {
  constexpr int kCoreDumped = 0x80;
  if (info.si_code == CLD_EXITED) return info.si_status << 8;
  return info.si_status | (info.si_code == CLD_DUMPED ? kCoreDumped : 0);
}

Waited wait_with(int options, Event& event) {
  siginfo_t info{};
  if (::waitid(P_ALL, 0, &info, options | WNOWAIT | __WALL | __WNOTHREAD) != 0)
    return errno == ECHILD ? Waited::nobody : Waited::interrupted;
  if (info.si_pid == 0) return Waited::interrupted;
  event.tid = info.si_pid;
  event.stopped = info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED;
  event.signal = info.si_status & 0xff;
  event.ptrace_event = info.si_status >> 8;
  event.wait_status = event.stopped ? 0 : status_of_end(info);
  return Waited::event;
}

}  // namespace

int seize(pid_t tid, unsigned options) {
  return call(PTRACE_SEIZE, tid, options);
}

int interrupt(pid_t tid) {
  return call(PTRACE_INTERRUPT, tid, 0);
}

int detach(pid_t tid) {
  return call(PTRACE_DETACH, tid, 0);
}

int listen(pid_t tid) {
  return call(PTRACE_LISTEN, tid, 0);
}

int go_on(pid_t tid, int signal_number) {
  return call(PTRACE_CONT, tid, static_cast<unsigned long>(signal_number));
}

int go_to_call(pid_t tid, int signal_number) {
  return call(PTRACE_SYSCALL, tid, static_cast<unsigned long>(signal_number));
}

std::optional<unsigned long> event_message(pid_t tid) {
  unsigned long message = 0;
  if (::ptrace(PTRACE_GETEVENTMSG, tid, nullptr, &message) != 0) return std::nullopt;
  return message;
}

std::optional<SyscallInfo> syscall_info(pid_t tid) {
  SyscallInfo info{};
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) <= 0) return std::nullopt;
  return info;
}

bool ended_with_eintr(pid_t tid) {
#if defined(__x86_64__)
  user_regs_struct registers{};
  if (::ptrace(PTRACE_GETREGS, tid, nullptr, &registers) != 0) return false;
  // A program of 32 bits has the lower halves.
  return static_cast<int>(registers.orig_rax) >= 0 && static_cast<int>(registers.rax) == -EINTR;
#else
  (void)tid;
  return false;
#endif
}

bool make_call_again(pid_t tid) {
#if defined(__x86_64__)
  constexpr long kRestartUnlessHandled = 514;  // ERESTARTNOHAND: include/linux/errno.h
  return ::ptrace(PTRACE_POKEUSER, tid, offsetof(user, regs.rax), -kRestartUnlessHandled) == 0;
#else
  (void)tid;
  return false;
#endif
}

bool is_syscall_stop(const Event& event) {
  return event.signal == (SIGTRAP | 0x80);
}

bool is_stop_signal(int signal_number) {
  return signal_number == SIGSTOP || signal_number == SIGTSTP || signal_number == SIGTTIN ||
         signal_number == SIGTTOU;
}

bool is_group_stop(const Event& event) {
  return event.ptrace_event == PTRACE_EVENT_STOP && is_stop_signal(event.signal);
}

bool is_interruption(const Event& event) {
  return event.ptrace_event == PTRACE_EVENT_STOP && !is_group_stop(event);
}

int signal_to_pass_on(const Event& event) {
  return event.ptrace_event == 0 && !is_syscall_stop(event) ? event.signal : 0;
}

Waited wait_for_event(Event& event) {
  return wait_with(WSTOPPED | WEXITED, event);
}

Waited next_event(Event& event) {
  return wait_with(WSTOPPED | WEXITED | WNOHANG, event);
}

Waited next_stop(Event& event) {
  return wait_with(WSTOPPED | WNOHANG, event);
}

Waited next_end(Event& event) {
  return wait_with(WEXITED | WNOHANG, event);
}

void take_event(pid_t tid) {
  (void)::waitpid(tid, nullptr, __WALL | __WNOTHREAD | WNOHANG);
}

}  // namespace debug_process::trace::ptrace
