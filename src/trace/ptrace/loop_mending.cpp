// Undoing what a thread's being traced does to its calls.
//
// Some calls end with EINTR where an interruption of ours ends them, parked.h; and a traced thread
// is woken by signals that its program ignores as well: sig_ignored(). Such a call is made again,
// so that the program does not notice. Not where the program would have seen it without us: a
// signal that it handles, or that stops it, signal(7). A call with a timeout would never end, were
// it made again with each of many signals; one that we have interrupted had just begun, and
// SIGCONT, which interrupts every traced thread, whether it stands still or not, hardly ever comes.
// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/loop.h"
#include "trace/ptrace/parked.h"

namespace debug_process::trace::ptrace {
namespace {

bool may_be_mended(const Event& event) {
  if (event.ptrace_event != 0) return is_interruption(event);
  return !is_syscall_stop(event) && !is_stop_signal(event.signal);
}

}  // namespace

// What was mended; the thread has to go on then.
std::optional<SyscallKey> Loop::mend(const Tracee& thread, const Event& event) const {
  if (!may_be_mended(event) || thread.listening_since || !ended_with_eintr(event.tid))
    return std::nullopt;
  const pid_t pid = thread.process->stats.pid.value_or(0);
  const auto call = looker_.call(pid, event.tid);
  if (!call || !may_be_made_again(call->key, call->args, is_interruption(event)))
    return std::nullopt;
  const int signal_number = signal_to_pass_on(event);
  if (signal_number != 0 && looker_.handles(pid, event.tid, signal_number)) return std::nullopt;
  if (!make_call_again(event.tid)) return std::nullopt;
  return call->key;
}

}  // namespace debug_process::trace::ptrace
