// A thread waits for a file system or a device that does not answer, and cannot be interrupted.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

using std::chrono::nanoseconds;

// One request may take some seconds on a disk that tries again and again.
constexpr std::chrono::seconds kSurelyHung{10};

// Uninterruptible for other reasons: a parent after vfork, a freezer, a dump of core.
constexpr std::array kOtherWaits{"vfork", "refrigerator", "freezer", "coredump", "ptrace"};

// Where only a file system, a device or a server can be what does not answer. Memory calls and
// futexes wait for locks of the process itself.
const Names kIoCalls = {"read",
                        "pread64",
                        "readv",
                        "preadv",
                        "preadv2",
                        "write",
                        "pwrite64",
                        "writev",
                        "pwritev",
                        "pwritev2",
                        "open",
                        "openat",
                        "openat2",
                        "creat",
                        "close",
                        "fsync",
                        "fdatasync",
                        "syncfs",
                        "sync",
                        "msync",
                        "truncate",
                        "ftruncate",
                        "sync_file_range",
                        "fallocate",
                        "stat",
                        "lstat",
                        "fstat",
                        "statx",
                        "newfstatat",
                        "statfs",
                        "fstatfs",
                        "access",
                        "faccessat",
                        "faccessat2",
                        "readlink",
                        "readlinkat",
                        "getdents",
                        "getdents64",
                        "rename",
                        "renameat",
                        "renameat2",
                        "unlink",
                        "unlinkat",
                        "mkdir",
                        "mkdirat",
                        "rmdir",
                        "link",
                        "linkat",
                        "symlink",
                        "symlinkat",
                        "chmod",
                        "fchmod",
                        "fchmodat",
                        "chown",
                        "fchown",
                        "fchownat",
                        "lchown",
                        "utimensat",
                        "setxattr",
                        "getxattr",
                        "fsetxattr",
                        "fgetxattr",
                        "sendfile",
                        "splice",
                        "copy_file_range",
                        "io_submit",
                        "readahead",
                        "chdir"};

// Who never came to a CPU has been in one and the same wait all the time.
bool never_ran(const Thread& thread) {
  if (thread.timeslices && *thread.timeslices > 0) return false;
  if (thread.on_cpu && thread.on_cpu->count() > 0) return false;
  const bool counted = thread.voluntary_switches && thread.involuntary_switches;
  if (counted) return *thread.voluntary_switches + *thread.involuntary_switches == 0;
  return thread.timeslices.has_value();
}

bool waits_for_io(const Thread& thread) {
  if (!thread.place || !thread.place->syscall) return false;
  const std::string channel = thread.place->wait_channel.value_or("");
  if (std::any_of(kOtherWaits.begin(), kOtherWaits.end(),
                  [&](const char* other) { return channel.find(other) != std::string::npos; }))
    return false;
  return std::find(kIoCalls.begin(), kIoCalls.end(), *thread.place->syscall) != kIoCalls.end();
}

bool hangs(const Thread& thread) {
  return thread.state == 'D' && !thread.started_in_window && never_ran(thread) &&
         waits_for_io(thread);
}

}  // namespace

std::optional<Finding> hung_io(const Facts& facts) {
  if (!window_is_long_enough(facts)) return std::nullopt;
  const Thread* first = nullptr;
  std::uint64_t hanging = 0;
  nanoseconds lost{0};
  for (const Thread& thread : facts.threads.threads) {
    if (!hangs(thread)) continue;
    if (first == nullptr) first = &thread;
    ++hanging;
    lost += facts.window;
  }
  if (first == nullptr) return std::nullopt;
  const auto& place = *first->place;
  const std::string object = place.object.empty() ? "" : " " + place.object;
  return Finding{
      "",
      facts.window >= kSurelyHung ? Severity::critical : Severity::warning,
      fmt::format("I/O is stuck: {} ({}) is in {}{} for {} at least{}", first->name, first->tid,
                  *place.syscall, object, format_duration(facts.window),
                  hanging > 1 ? fmt::format(", and {} more", counted(hanging - 1, "thread")) : ""),
      "It is in uninterruptible sleep, and did not run once: the device, the server or a frozen "
      "file "
      "system has not answered in all that time. No signal ends such a wait, mostly not even "
      "SIGKILL.",
      {cite(*first, "state", std::string(1, first->state)), cite(*first, "syscall", *place.syscall),
       cite(*first, "wait_channel", report::to_value(place.wait_channel)),
       cite(*first, "voluntary_switches", report::to_value(first->voluntary_switches))},
      fmt::format("cat /proc/{0}/task/{1}/stack for what the kernel waits for; dmesg -T for the "
                  "device; the mount's server (do not run df or ls on it: they would hang too)",
                  facts.process.pid, first->tid),
      lost};
}

}  // namespace debug_process::diagnosis
