// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/counters.h"

#include <algorithm>
#include <cerrno>

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kMaxErrno = 4095;

// Errnos that never reach the program but make the kernel restart the call: include/linux/errno.h.
bool is_restart(std::int64_t result) {
  return result == -512 || result == -513 || result == -514 || result == -516;
}

}  // namespace

CallRow& Counters::row_of(const SyscallKey& key) {
  const auto found = rows_.find(key);
  if (found != rows_.end()) return found->second;
  CallRow& row = rows_[key];
  row.traits = traits_of(key);
  row.wanted = set_.contains(key);
  row.stats.key = key;
  return row;
}

void Counters::enter(ThreadCalls& thread, const SyscallKey& key, const Args& args,
                     nanoseconds now) {
  thread.ended_with_eintr = false;
  CallRow& row = row_of(key);
  if (CallRow* const interrupted = made_again(thread, row)) {
    thread.in_call = ThreadCalls::Call{interrupted, std::nullopt, args};
    return;
  }
  thread.in_call = ThreadCalls::Call{&row, now, args};
  if (!row.traits.never_returns) return;
  ++thread.stops;
  count(thread, row, false, false, std::nullopt);
  thread.in_call.reset();
}

void Counters::enter_unseen(ThreadCalls& thread, const SyscallKey& key, const Args& args) {
  CallRow& row = row_of(key);
  CallRow* const interrupted = made_again(thread, row);
  thread.in_call =
      ThreadCalls::Call{interrupted != nullptr ? interrupted : &row, std::nullopt, args};
}

// The call that we interrupted, if this is it.
CallRow* Counters::made_again(ThreadCalls& thread, const CallRow& row) {
  const auto interrupted = std::exchange(thread.interrupted, std::nullopt);
  if (!interrupted || (*interrupted != row.stats.key && !row.traits.is_restart)) return nullptr;
  return &row_of(*interrupted);
}

ErrorStats* Counters::leave(ThreadCalls& thread, std::int64_t result, nanoseconds now) {
  if (!thread.in_call) return nullptr;
  CallRow& row = *thread.in_call->row;
  std::optional<nanoseconds> took;
  if (thread.in_call->entered) took = std::max(now - *thread.in_call->entered, nanoseconds(0));
  thread.in_call.reset();
  ++thread.stops;
  // A descriptor that is not open ends the call before it is counted.
  if (result != -EBADF) thread.reads_writes += row.traits.reads_writes;
  // A sigreturn returns nothing of its own: that is the interrupted code's.
  const bool restarted = !row.traits.is_sigreturn && is_restart(result);
  const bool failed = !row.traits.is_sigreturn && !restarted && result < 0 && result >= -kMaxErrno;
  follow_restart(thread, row, restarted, result);
  if (!row.wanted || (failed_only_ && !failed)) return nullptr;
  count(thread, row, failed, restarted, took);
  thread.ended_with_eintr = failed && result == -EINTR;
  ErrorStats* error = failed ? count_error(row.stats.key, static_cast<int>(-result)) : nullptr;
  return error != nullptr && !error->example && !error->example_fd ? error : nullptr;
}

void Counters::lose_sight(ThreadCalls& thread) {
  thread.in_call.reset();
  thread.interrupted.reset();
  thread.ended_with_eintr = false;
  thread.previous = nullptr;
  thread.restarted = nullptr;
}

void Counters::make_again(ThreadCalls& thread, const SyscallKey& key) {
  if (!std::exchange(thread.ended_with_eintr, false)) {
    thread.interrupted = key;
    return;
  }
  if (failed_only_) return;
  CallRow& row = row_of(key);
  --errors_[{key, EINTR}].calls;
  --row.stats.errors;
  ++row.stats.restarts;
  if (thread.process != nullptr) --thread.process->errors;
  thread.restarted = &row;
}

void Counters::count(ThreadCalls& thread, CallRow& row, bool failed, bool restarted,
                     std::optional<nanoseconds> took) {
  if (!row.wanted || (failed_only_ && !failed)) return;
  ++thread.calls;
  SyscallStats& stats = row.stats;
  ++stats.calls;
  stats.errors += failed ? 1 : 0;
  stats.restarts += restarted ? 1 : 0;
  if (took)
    stats.latency.add(*took);
  else
    ++stats.untimed;
  if (thread.previous != nullptr) ++transitions_[{thread.previous, &row}];
  thread.previous = &row;
  if (thread.process == nullptr) return;
  ++thread.process->calls;
  thread.process->errors += failed ? 1 : 0;
  thread.process->in_calls += took.value_or(nanoseconds(0));
}

ErrorStats* Counters::count_error(const SyscallKey& key, int errno_value) {
  ErrorStats& error = errors_[{key, errno_value}];
  error.key = key;
  error.errno_value = errno_value;
  ++error.calls;
  return &error;
}

// A call that ends as a restart is made again by the kernel, unless a signal handler comes first:
// then, by the kind of restart and by SA_RESTART, the program may get EINTR. That shows when the
// handler returns: the sigreturn then "returns" it. signal(7), arch_do_signal_or_restart().
void Counters::follow_restart(ThreadCalls& thread, CallRow& row, bool restarted,
                              std::int64_t result) {
  CallRow* const before = thread.restarted;
  if (restarted)
    thread.restarted = &row;
  else if (before != nullptr && (row.traits.is_sigreturn || before == &row))
    thread.restarted = nullptr;
  if (!row.traits.is_sigreturn || before == nullptr || result != -EINTR || !before->wanted) return;
  if (failed_only_) {
    // As a restart it was not counted.
    count(thread, *before, true, false, std::nullopt);
  } else {
    --before->stats.restarts;
    ++before->stats.errors;
    if (thread.process != nullptr) ++thread.process->errors;
  }
  count_error(before->stats.key, EINTR);
}

void Counters::add_to(Activity& activity) const {
  for (const auto& [key, row] : rows_) {
    if (row.stats.calls == 0) continue;
    activity.syscalls.push_back(row.stats);
    activity.calls_seen += row.stats.calls;
  }
  for (const auto& [key, error] : errors_)
    if (error.calls > 0) activity.errors.push_back(error);
  for (const auto& [pair, count] : transitions_)
    activity.transitions.push_back({pair.first->stats.key, pair.second->stats.key, count});
}

}  // namespace debug_process::trace::ptrace
