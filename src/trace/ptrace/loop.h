// Traces a process: seizes its threads, takes their stops one by one, and lets them go on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <list>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "trace/backend.h"
#include "trace/ptrace/bursts.h"
#include "trace/ptrace/counters.h"
#include "trace/ptrace/cpu.h"
#include "trace/ptrace/grip.h"
#include "trace/ptrace/kernel.h"
#include "trace/ptrace/look.h"
#include "trace/ptrace/tracee.h"
#include "util/clock.h"

namespace debug_process::trace::ptrace {

// Threads that have ended in the window.
struct Exited {
  std::uint64_t threads = 0;
  std::uint64_t calls = 0;
  bool fully_watched = true;
  Exposure exposure;  // of all together
};

// What watching was like, for the one who makes an Activity of it.
struct Ended {
  std::chrono::nanoseconds opened{0};
  std::chrono::nanoseconds at{0};
  std::optional<int> wait_status;
  std::uint64_t execs = 0;
  std::vector<LastCall> last_calls;  // of those threads that ended with the target
  bool paused = false;
  bool let_go = false;  // of the target, in pauses
  std::vector<std::string> notes;
};

// All but the readers of the end is for one thread alone, which is the tracer. When that thread
// ends, so do all its hold on the target, whatever state that is in: the kernel's exit_ptrace().
class Loop {
 public:
  Loop(const WatchOptions& options, Price price_per_call);

  // All threads of the target, and with --follow those of its descendants. None is stopped by that.
  // The errno of the first refusal.
  [[nodiscard]] int seize();
  // Sees to it that all threads stop at their calls; settled() when that is so, as far as it goes.
  void arm();
  [[nodiscard]] bool settled() const { return stopping_ == 0 && !some_run_; }
  // The window begins: what was seen before does not count.
  void open(std::chrono::nanoseconds now);
  // Waits for the next event, or a signal, and says when that was; false when there is nothing left
  // to wait for.
  bool step(std::chrono::nanoseconds& now);
  // What has to be done in time; returns when to come again.
  std::chrono::nanoseconds tick(std::chrono::nanoseconds now);
  // In a pause: whether it is better to let go of the target. The thread has to end then; another
  // one takes hold again, at resume_at(), and goes on. 0, or the errno of a refusal, or ESRCH where
  // nothing is left of the target: then no thread may call step() any more.
  [[nodiscard]] bool wants_to_let_go() const;
  void let_go(std::chrono::nanoseconds now);
  [[nodiscard]] std::chrono::nanoseconds resume_at() const {
    return bursts_.resume_at().value_or(std::chrono::nanoseconds(0));
  }
  [[nodiscard]] int take_hold_again();
  // For the report.
  void note(std::string text) { end_.notes.push_back(std::move(text)); }
  // Before that: others may have learned sooner than we that the target has ended.
  void take_ends();
  // The window ends. The thread has to end now: stopped threads wait for that.
  void close(std::chrono::nanoseconds now);

  // After the end, in any thread:
  [[nodiscard]] const Ended& end() const { return end_; }
  [[nodiscard]] const std::unordered_map<pid_t, Tracee>& tracees() const { return tracees_; }
  [[nodiscard]] const Exited& exited() const { return exited_; }
  [[nodiscard]] const std::list<Process>& processes() const { return processes_; }
  [[nodiscard]] const Counters& counters() const { return counters_; }
  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  // How many times its measured price a call has cost.
  [[nodiscard]] double price_factor() const { return price_factor_; }
  // All bursts together.
  [[nodiscard]] std::chrono::nanoseconds watched() const { return bursts_.watched(end_.at); }

 private:
  int seize_process(Process& process);
  int seize_new_threads(Process& process, std::size_t& added);
  void seize_descendants();
  void drain();

  void handle(const Event& event, std::chrono::nanoseconds now);
  [[nodiscard]] bool wants_round(pid_t tid);
  void serve_others();
  void hold(Tracee& thread);
  [[nodiscard]] std::unordered_set<pid_t> threads_before_calls() const;
  void let_run(std::unordered_set<pid_t> before_calls);
  [[nodiscard]] std::optional<SyscallKey> mend(const Tracee& thread, const Event& event) const;
  void let_held_go();
  void charge_call(Tracee& thread, const ThreadCalls::Call& call, std::chrono::nanoseconds now);
  void correct_price(const Tracee& thread, std::chrono::nanoseconds now);
  [[nodiscard]] std::chrono::nanoseconds cost_per_call() const {
    return (price_per_call_ * price_factor_).time;
  }
  void charge_event(Tracee& thread, bool wanted, std::chrono::nanoseconds now);
  void charge(Tracee& thread, std::chrono::nanoseconds now, bool may_pause);
  void note_events(std::chrono::nanoseconds window);
  void at_call(Tracee& thread, std::chrono::nanoseconds now);
  void enters(Tracee& thread, const SyscallInfo& info, std::chrono::nanoseconds now);
  void leaves(Tracee& thread, const SyscallInfo& info, std::chrono::nanoseconds now);
  void executed(pid_t tid, std::chrono::nanoseconds now);
  void ended(const Event& event, std::chrono::nanoseconds now);
  void resume(Tracee& thread, int signal_number, std::chrono::nanoseconds now);
  void stay_stopped(Tracee& thread, std::chrono::nanoseconds now);
  static void no_longer_listens(Tracee& thread, std::chrono::nanoseconds now);
  void has_stopped(Tracee& thread, std::chrono::nanoseconds now);

  Tracee* find(pid_t tid);
  // A thread that was made by a traced one; null when it is none of ours, and let go.
  Tracee* adopt(pid_t tid, std::chrono::nanoseconds now);
  Process* process_of(pid_t tid);
  Process& add_process(pid_t pid, std::optional<pid_t> parent);
  Tracee& add_thread(Process& process, pid_t tid, std::chrono::nanoseconds now);
  void keep_last_call(const Tracee& thread, const Event& event);
  void bury(Tracee& thread, std::chrono::nanoseconds now);

  [[nodiscard]] std::optional<std::chrono::nanoseconds> cpu_time(const Tracee& thread) const;
  void begin_watch(Tracee& thread, std::chrono::nanoseconds now);
  void end_watch(Tracee& thread, std::chrono::nanoseconds now);
  // When the pause is over, of what had been spent by then.
  void begin_burst(std::chrono::nanoseconds now, std::chrono::nanoseconds spent);
  void queue_unwatched();
  [[nodiscard]] bool some_moved() const;
  void look_round(std::chrono::nanoseconds limit);
  std::chrono::nanoseconds until_next_look(std::chrono::nanoseconds last_took);
  bool try_to_stop(Tracee& thread);
  bool is_in_program(Tracee& thread);
  [[nodiscard]] bool is_ours(const Tracee& thread) const;
  void park(Tracee& thread, const Sight& sight, std::chrono::nanoseconds now);
  [[nodiscard]] std::uint64_t price_of_stops(const Tracee& thread) const;
  void lose(Tracee& thread, std::chrono::nanoseconds time);
  [[nodiscard]] std::chrono::nanoseconds lost(const Tracee& thread,
                                              std::chrono::nanoseconds now) const;

  WatchOptions options_;
  Price price_per_call_;     // as it was measured before
  double price_factor_ = 1;  // times that, in the window
  Looker looker_;
  std::optional<Cpu> cpu_{std::in_place};  // of the thread that traces
  Counters counters_;
  Bursts bursts_;
  Grip grip_;
  bool let_go_ever_ = false;
  bool armed_ = false;       // stops at calls are wanted, or were
  bool counting_ = false;    // the window is open
  bool over_ = false;        // the target has ended
  std::uint64_t calls_ = 0;  // of all threads, in the window
  std::uint64_t price_ = 0;  // of all threads
  // Threads that another makes are mostly such as it waits for: what those have lost that were made
  // in the window, one after the other, counts as lost to each of the others.
  std::uint64_t born_price_ = 0;
  std::chrono::nanoseconds born_lost_{0};
  std::chrono::nanoseconds spent_{0};
  std::chrono::nanoseconds most_lost_to_events_{0};  // by one thread
  std::list<Process> processes_;
  std::unordered_map<pid_t, Process*> living_;
  std::unordered_map<pid_t, Tracee> tracees_;
  Exited exited_;
  std::deque<pid_t> unwatched_;
  std::chrono::nanoseconds moved_at_{0};  // one of them was last found to have run
  bool some_run_ = false;                 // of them, but could not be stopped yet
  std::minstd_rand random_;
  std::size_t stopping_ = 0;  // threads that have been interrupted, and not stopped yet
  std::size_t watched_ = 0;   // threads whose calls are seen
  // Threads in their stops at calls that wait for the end of the round.
  bool in_round_ = false;
  std::vector<pid_t> held_;
  pid_t last_served_ = 0;
  int in_a_row_ = 0;  // that one alone
  Ended end_;
  bool ending_ = false;  // the target has called exit_group
};

}  // namespace debug_process::trace::ptrace
