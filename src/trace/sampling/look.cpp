// SPDX-License-Identifier: Apache-2.0
#include "trace/sampling/look.h"

#include <algorithm>

#include "proc/schedstat.h"
#include "proc/task_syscall.h"
#include "proc/wchan.h"
#include "trace/standing.h"

namespace debug_process::trace::sampling {
namespace {

bool is_dead(char state) {
  return state == 'Z' || state == 'X';
}

bool is_exiting(const proc::Stat& stat) {
  constexpr std::uint32_t kExiting = 0x4;  // PF_EXITING of linux/sched.h
  return is_dead(stat.state) || (stat.flags & kExiting) != 0;
}

// What it was about before says nothing: it stands where it was stopped.
bool is_stopped(char state) {
  return state == 'T' || state == 't';
}

}  // namespace

Result<proc::Stat> Looker::stat() {
  auto stat = reader_.read("stat").and_then(proc::parse_stat);
  if (stat) {
    flags_ = stat->flags;
    kernel_thread_ = stat->is_kernel_thread();
  }
  return stat;
}

std::optional<std::uint64_t> Looker::slices(pid_t tid) {
  const auto account = reader_.read(tid, "schedstat").and_then(proc::parse_schedstat);
  // A thread that can be looked at has run: 0 is a kernel without that account.
  if (!account || account->timeslices == 0) return std::nullopt;
  return account->timeslices;
}

// One thread's refusal alone is no missing right: that of a thread which is exiting has no memory
// by which to tell whose it is, and is refused like another user's. ENOENT is a thread that has
// ended, or a kernel that has no such file.
void Looker::note_refusal(pid_t tid, const Error& error) {
  if (calls_seen_ || calls_refused_) return;
  const auto stat = reader_.read(tid, "stat").and_then(proc::parse_stat);
  if (stat && !is_exiting(*stat)) calls_refused_ = error;
}

Looker::Found Looker::find_call(pid_t tid, Place& place) {
  if (kernel_thread_) return Found::nothing;
  const auto text = reader_.read(tid, "syscall");
  if (!text && text.error().errno_value == ESRCH) return Found::ended;
  if (!text) {
    note_refusal(tid, text.error());
    return Found::nothing;
  }
  calls_seen_ = true;
  calls_refused_.reset();
  const auto standing = proc::parse_task_syscall(*text);
  if (!standing) return Found::nothing;
  place.call_known = true;
  if (standing->running) place.state = 'R';
  place.call = call_of(*standing);
  return Found::place;
}

// False when it has ended. Leaves the state alone where /proc/TID/syscall told it: that is from the
// same moment as the call.
bool Looker::find_state(pid_t tid, Known& known, Place& place) {
  const auto stat = reader_.read(tid, "stat").and_then(proc::parse_stat);
  if (!stat) return false;
  known.thread = stat->comm;
  known.dead = is_dead(stat->state);
  if (place.state == 'R') return !known.dead;
  // Awake by now: the call is of the moment before.
  const bool was_asleep = place.call_known && !kernel_thread_;
  place.state = stat->state == 'R' && was_asleep ? 'S' : stat->state;
  if (is_stopped(place.state)) place.call.reset();
  return !known.dead;
}

// False when it has ended.
bool Looker::find_details(pid_t tid, Known& known, Place& place,
                          std::optional<std::uint64_t> slices_before) {
  const bool state_known = place.state != '?';
  if ((!state_known || known.thread.empty()) && !find_state(tid, known, place)) return false;
  if (place.state == 'R' || is_stopped(place.state)) return true;
  const auto text = reader_.read(tid, "wchan");
  if (text) place.wait_channel = proc::parse_wchan(*text);
  // It went on meanwhile: state and call are of one place, and this of another.
  if (slices(tid) != slices_before) place.wait_channel.reset();
  return true;
}

std::optional<Look> Looker::look(pid_t tid, Clock::time_point now) {
  const std::optional<std::uint64_t> slices_now = slices(tid);
  const auto [entry, is_new] = known_.try_emplace(tid);
  Known& known = entry->second;
  const bool has_not_run = !is_new && slices_now && known.slices == slices_now;
  if (has_not_run && known.dead) return std::nullopt;

  Place place;
  const Found found = find_call(tid, place);
  bool lives = found != Found::ended;
  if (lives && found == Found::nothing) {
    place.call_known = kernel_thread_;
    lives = find_state(tid, known, place);
  }
  const bool stayed = has_not_run && place.state != 'R' && known.place.state != 'R' &&
                      known.place.call == place.call && known.place.call_known == place.call_known;
  if (lives && stayed) place = known.place;
  if (lives && !stayed) lives = find_details(tid, known, place, slices_now);
  if (!lives) {
    known.dead = true;
    known.slices = slices_now;
    return std::nullopt;
  }
  if (!stayed) known.seen_first = now;
  known.place = place;
  known.slices = slices_now;
  return Look{known.thread, place, stayed ? std::optional(known.seen_first) : std::nullopt};
}

void Looker::keep_only(const std::vector<pid_t>& tids) {
  std::erase_if(known_, [&](const auto& entry) {
    return !std::binary_search(tids.begin(), tids.end(), entry.first);
  });
}

}  // namespace debug_process::trace::sampling
