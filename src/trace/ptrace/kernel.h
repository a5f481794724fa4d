// The ptrace requests that the backend makes. For the thread that traces alone: ptrace(2) knows no
// other. All return 0 or errno; ESRCH is a thread that was killed meanwhile.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/ptrace.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace debug_process::trace::ptrace {

// As PTRACE_GET_SYSCALL_INFO gives it (Linux 5.3).
using SyscallInfo = __ptrace_syscall_info;

int seize(pid_t tid, unsigned options);
int interrupt(pid_t tid);
int detach(pid_t tid);
int listen(pid_t tid);                    // in a group stop: stays stopped, SIGCONT is told
int go_on(pid_t tid, int signal_number);  // until the next event
int go_to_call(pid_t tid,
               int signal_number);  // until the next event, or end of a call's way in or out
std::optional<unsigned long> event_message(pid_t tid);
std::optional<SyscallInfo> syscall_info(pid_t tid);

// Whether the call that a thread was in, which has stopped for a signal or an interruption, ended
// with EINTR; false: it cannot be known either, as on other architectures than x86.
bool ended_with_eintr(pid_t tid);
// Has the kernel make that call again when the thread goes on, as it does with most calls. A signal
// with a handler ends it with EINTR still: arch_do_signal_or_restart(). Not at a stop at a call's
// way out: from there the program may see what is written here.
bool make_call_again(pid_t tid);

// What a thread did that waitid(2) tells of.
struct Event {
  pid_t tid = 0;
  bool stopped = false;  // else it ended
  int signal = 0;        // stopped: the lower byte
  int ptrace_event = 0;  // stopped: PTRACE_EVENT_*, or 0
  int wait_status = 0;   // ended: as from wait(2)
};

// On its way into a call, or out of it: with PTRACE_O_TRACESYSGOOD.
[[nodiscard]] bool is_syscall_stop(const Event& event);
// With its whole process, by a signal: it goes on only with that.
[[nodiscard]] bool is_stop_signal(int signal_number);
[[nodiscard]] bool is_group_stop(const Event& event);
// Because interrupt() was called, or it is new: on its way to its program.
[[nodiscard]] bool is_interruption(const Event& event);
// Of any other stop than a group's. The thread gets the signal that it was stopped for only if it
// goes on with it.
[[nodiscard]] int signal_to_pass_on(const Event& event);

enum class Waited { event, interrupted, nobody };

// Waits for one event of any tracee. The event stays, until the thread goes on or it is taken: were
// it taken, and we killed before the thread goes on, the signal that stopped it would be lost.
Waited wait_for_event(Event& event);
// Does not wait: interrupted when there is none.
Waited next_event(Event& event);
// The same, of threads that have stopped alone, or ended.
Waited next_stop(Event& event);
Waited next_end(Event& event);
// Takes the event: a thread that has ended is then gone, and one that has executed a program from
// another thread than the first takes no requests before that (ptrace_freeze_traced()).
void take_event(pid_t tid);

}  // namespace debug_process::trace::ptrace
