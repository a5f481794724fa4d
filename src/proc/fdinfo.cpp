// SPDX-License-Identifier: Apache-2.0
#include "proc/fdinfo.h"

#include <fmt/format.h>

#include "proc/text.h"

namespace debug_process::proc {
namespace {

// pos:    0
// flags:  02004002
// mnt_id: 15
// ino:    1057
// eventfd-count:                1
// tfd:        5 events:       19 data: 5  pos:0 ino:61 sdev:9
// inotify wd:1 ino:3f sdev:fe00000 mask:fce ...
// lock:   1: POSIX  ADVISORY  WRITE 4712 fe:00:1057 0 EOF

// False when the value is malformed.
bool set_field(Fdinfo& info, std::string_view key, std::string_view value) {
  if (key == "pos") {
    const auto position = to_number<std::int64_t>(value);
    // Files whose position is an offset into an address space (/proc/PID/mem) print it signed.
    if (position) info.position = {static_cast<std::uint64_t>(*position)};
    return position.has_value();
  }
  if (key == "flags") {
    const auto flags = to_number<std::uint32_t>(value, 8);
    info.flags = flags.value_or(0);
    return flags.has_value();
  }
  if (key == "mnt_id") return (info.mount_id = to_number<std::uint64_t>(value)).has_value();
  if (key == "ino") return (info.inode = to_number<std::uint64_t>(value)).has_value();
  if (key == "eventfd-count")
    return (info.eventfd_count = to_number<std::uint64_t>(value, 16)).has_value();
  if (key == "Pid") return (info.pid = to_number<pid_t>(value)).has_value();
  if (key == "tfd") ++info.epoll_targets;
  if (key == "lock") ++info.locks;
  return true;
}

}  // namespace

Result<Fdinfo> parse_fdinfo(std::string_view text) {
  Fdinfo info;
  bool has_flags = false;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (line.starts_with("inotify wd:")) {
      ++info.inotify_watches;
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, colon);
    if (!set_field(info, key, trim(line.substr(colon + 1)))) {
      return malformed("fdinfo", lines.number(), fmt::format("{} is no number", key));
    }
    has_flags = has_flags || key == "flags";
  }
  if (!has_flags) return malformed("fdinfo", lines.number(), "no flags");
  return info;
}

}  // namespace debug_process::proc
