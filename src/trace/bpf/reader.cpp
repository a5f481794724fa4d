// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/reader.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <span>
#include <vector>

#include "syscall_stats.h"
#include "syscall_stats.skel.h"
#include "trace/bpf/calls.h"
#include "trace/bpf/descriptors.h"
#include "trace/bpf/errors.h"
#include "trace/bpf/maps.h"
#include "trace/bpf/objects.h"
#include "trace/bpf/thread_calls.h"

namespace debug_process::trace::bpf {
namespace {

using std::chrono::nanoseconds;

Result<void> read_threads(const syscall_stats_bpf& skeleton, const KernelIds& ids,
                          const Course& course, Activity& activity) {
  const MappedSlots mapped(skeleton);
  if (!mapped.ok()) return fail_errno("map BPF map", "dp_threads");
  for (const thread_slot& slot : mapped.slots()) {
    if (slot.tid == 0) continue;
    const auto tid = ids.local_tid(static_cast<pid_t>(slot.tid));
    if (!tid) {
      activity.exited_threads_calls += slot.calls;
      continue;
    }
    activity.threads.push_back({*tid, slot.calls});
    const nanoseconds entered(static_cast<std::int64_t>(slot.entered_ns));
    if (entered.count() == 0 || !course.last_slice || entered < *course.last_slice) continue;
    if (skeleton.rodata->failed_only != 0) continue;  // it has not failed
    InFlight call;
    call.tid = *tid;
    call.key = to_key(slot.key);
    // A program that was under way when watching ended may have taken its time a little later.
    call.elapsed = std::max(course.ended - entered, nanoseconds(0));
    activity.in_flight.push_back(call);
  }
  return {};
}

// Of threads whose number in our namespace was known before they ended.
void read_last_calls(const syscall_stats_bpf& skeleton, const KernelIds& ids, Activity& activity) {
  for_each<std::uint32_t, last_call>(
      skeleton.maps.dp_last_calls, [&](std::uint32_t tid, const last_call& last) {
        if (const auto local = ids.local_tid(static_cast<pid_t>(tid)))
          activity.last_calls.push_back({*local, to_key(last.key), last.returned != 0});
      });
}

void read_losses(const syscall_stats_bpf& skeleton, Activity& activity) {
  const std::pair<loss, const char*> names[] = {{LOSS_THREAD_SLOT, "latency_thread_slot"},
                                                {LOSS_PAIRING, "latency_pairing"},
                                                {LOSS_CLOCK, "latency_clock"},
                                                {LOSS_HISTOGRAM, "histogram_slots"},
                                                {LOSS_CALLS, "calls"},
                                                {LOSS_ERRORS, "error_rows"},
                                                {LOSS_PROCESSES, "processes"},
                                                {LOSS_PROCESS_ROWS, "process_rows"},
                                                {LOSS_LAST_CALLS, "last_calls"},
                                                {LOSS_ERROR_OBJECTS, "error_objects"},
                                                {LOSS_FD_ROWS, "descriptor_rows"},
                                                {LOSS_FD_BYTES, "descriptor_bytes"},
                                                {LOSS_CLOSED_PATHS, "closed_paths"},
                                                {LOSS_FUTEXES, "futexes"}};
  for (const auto& [cause, name] : names)
    if (const auto count = skeleton.bss->losses[cause]; count > 0) activity.losses[name] = count;
}

}  // namespace

Result<Activity> read_activity(const syscall_stats_bpf& skeleton, const KernelIds& ids,
                               const Course& course) {
  Activity activity;
  auto calls = read_calls(skeleton);
  if (!calls) return tl::unexpected(calls.error());
  add_calls(std::move(*calls), skeleton.bss->losses[LOSS_HISTOGRAM], activity);
  read_errors(skeleton, activity);
  read_objects(skeleton, activity);
  activity.exited_thread_count = skeleton.bss->exited_threads;
  activity.exited_threads_calls = skeleton.bss->exited_calls;
  if (auto done = read_threads(skeleton, ids, course, activity); !done)
    return tl::unexpected(done.error());
  read_last_calls(skeleton, ids, activity);
  if (auto done = read_descriptors(skeleton, activity); !done) return tl::unexpected(done.error());
  activity.execs = skeleton.bss->execs;
  if (skeleton.bss->has_wait_status != 0) activity.wait_status = skeleton.bss->wait_status;
  read_losses(skeleton, activity);
  return activity;
}

}  // namespace debug_process::trace::bpf
