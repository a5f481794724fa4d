// Writes fail for lack of space or quota, or the device fails. Any such failure counts.
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cerrno>

#include "diagnosis/measure.h"
#include "diagnosis/rules/all.h"

namespace debug_process::diagnosis {

namespace {

// A terminal whose other end has gone reads as EIO: the usual end of a session, and no broken
// device.
bool is_terminal(const ErrorRow& row) {
  return row.example && (row.example->find("/dev/pt") != std::string::npos ||
                         row.example->find("/dev/tty") != std::string::npos);
}

Finding watch_limit(const ErrorRow& row) {
  return {
      "",
      Severity::warning,
      "no file watches left: " + describe(row),
      "Here ENOSPC means the user's limit of watches, not a full disk. Changes of further files "
      "go unnoticed.",
      {cite(row)},
      "raise fs.inotify.max_user_watches or fs.epoll.max_user_watches with sysctl"};
}

Finding full(const ErrorRow& row) {
  const bool quota = row.errno_value == EDQUOT;
  return {"",
          Severity::critical,
          (quota ? "disk quota used up: " : "no space left on device: ") + describe(row),
          "What is written does not arrive. Data is being lost unless the program tries again.",
          {cite(row)},
          quota ? "quota -u USER, or repquota on the file system of that path"
                : "df -h and df -i on the file system of that path; look for deleted files that "
                  "are still open"};
}

Finding device_error(const ErrorRow& row) {
  return {"",
          Severity::critical,
          "input/output error: " + describe(row),
          "The device or the network file system could not do what was asked. Data that was "
          "written before may be lost too.",
          {cite(row)},
          "dmesg -T for the device; smartctl, or the state of the mount"};
}

}  // namespace

std::optional<Finding> no_space(const Facts& facts) {
  for (const ErrorRow* row : failures(facts, {ENOSPC, EDQUOT})) {
    const bool watch = row->syscall == "inotify_add_watch" || row->syscall == "epoll_ctl";
    if (!watch) return full(*row);
  }
  for (const ErrorRow* row : failures(facts, {EIO})) {
    if (!is_terminal(*row)) return device_error(*row);
  }
  const auto watches = failures(facts, {ENOSPC}, {"inotify_add_watch", "epoll_ctl"});
  if (!watches.empty()) return watch_limit(*watches.front());
  return std::nullopt;
}

}  // namespace debug_process::diagnosis
