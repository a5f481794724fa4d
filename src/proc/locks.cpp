// SPDX-License-Identifier: Apache-2.0
#include "proc/locks.h"

#include <fmt/format.h>

#include "proc/text.h"

namespace debug_process::proc {

// 1: POSIX  ADVISORY  WRITE 4712 fe:00:1057 0 EOF
// 1: -> POSIX  ADVISORY  WRITE 4713 fe:00:1057 5 14
// 2: LEASE  ACTIVE    READ 4712 fe:00:1057 0 EOF
// 3: POSIX  *NOINODE* READ 4712 <none>:0 0 EOF
std::optional<Lock> parse_lock_line(std::string_view line) {
  Lock lock;
  Fields fields(line);
  fields.skip(1);  // its number
  std::string_view word = fields.next();
  lock.waits = word == "->";
  if (lock.waits) word = fields.next();
  lock.type = word;
  lock.state = fields.next();
  lock.mode = fields.next();
  const auto pid = to_number<pid_t>(fields.next());
  const std::string_view file = fields.next();
  const auto colon = file.rfind(':');
  if (!pid || colon == std::string_view::npos) return std::nullopt;
  const auto inode = to_number<std::uint64_t>(file.substr(colon + 1));
  const auto start = to_number<std::uint64_t>(fields.next());
  const std::string_view end = fields.next();
  if (end != "EOF") lock.end = to_number<std::uint64_t>(end);
  if (!inode || !start || (!lock.end && end != "EOF")) return std::nullopt;
  lock.pid = *pid;
  lock.device = parse_device(file.substr(0, colon), 16);
  lock.inode = *inode;
  lock.start = *start;
  return lock;
}

Result<std::vector<Lock>> parse_locks(std::string_view text) {
  std::vector<Lock> locks;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    auto lock = parse_lock_line(line);
    if (!lock) return malformed("locks", lines.number(), fmt::format("no lock: {}", line));
    locks.push_back(std::move(*lock));
  }
  return locks;
}

}  // namespace debug_process::proc
