// SPDX-License-Identifier: Apache-2.0
#include "proc/fdinfo.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "proc/text.h"

namespace debug_process::proc {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// pos:    0
// flags:  02004002
// mnt_id: 15
// ino:    1057
// eventfd-count:                1f
// tfd:        5 events:       19 data:                5  pos:0 ino:3ea sdev:9
// inotify wd:1 ino:3f sdev:fe00000 mask:fce ignored_mask:0 fhandle-bytes:8 ...
// fanotify ino:3c51a sdev:fe00000 mflags:0 mask:20 ignored_mask:0 fhandle-bytes:8 ...
// fanotify mnt_id:1a mflags:0 mask:2 ignored_mask:0
// sigmask:        0000000000004001
// clockid: 7
// it_value: (99, 999939496)
// SqMask: 0x7
// lock:   1: POSIX  ADVISORY  WRITE 4712 fe:00:1057 0 EOF

// False when the value is malformed.
template <typename T>
bool set(std::optional<T>& field, std::string_view value, int base = 10) {
  if (field) return true;
  if (base == 16 && value.starts_with("0x")) value.remove_prefix(2);
  field = to_number<T>(value, base);
  return field.has_value();
}

bool set(std::optional<std::string>& field, std::string_view value) {
  if (!field) field = value;
  return true;
}

// "(SECONDS, NANOSECONDS)".
bool set_time(std::optional<nanoseconds>& field, std::string_view value) {
  if (field) return true;
  const auto comma = value.find(", ");
  if (comma == std::string_view::npos || !value.starts_with('(') || !value.ends_with(')'))
    return false;
  const auto whole = to_number<std::int64_t>(value.substr(1, comma - 1));
  const auto rest = to_number<std::int64_t>(value.substr(comma + 2, value.size() - comma - 3));
  if (!whole || !rest) return false;
  // As far as nanoseconds reach: 292 years.
  const auto longest = std::chrono::duration_cast<seconds>(nanoseconds::max()).count() - 1;
  field = seconds(std::clamp<std::int64_t>(*whole, 0, longest)) + nanoseconds(*rest);
  return true;
}

// What stands behind "ino:" in "5  pos:0 ino:3ea sdev:9".
std::string_view word_after(std::string_view text, std::string_view key) {
  Fields fields(text);
  for (std::string_view word = fields.next(); !word.empty(); word = fields.next())
    if (word.starts_with(key)) return word.substr(key.size());
  return {};
}

std::optional<Device> device_in(std::string_view text) {
  const auto number = to_number<std::uint32_t>(word_after(text, "sdev:"), 16);
  return number ? std::optional(device_of(*number)) : std::nullopt;
}

bool add_target(Fdinfo& info, std::string_view value) {
  EpollTarget target;
  const auto fd = to_number<int>(Fields(value).next());
  if (!fd) return false;
  target.fd = *fd;
  target.inode = to_number<std::uint64_t>(word_after(value, "ino:"), 16);
  target.device = device_in(value);
  info.epoll_targets.push_back(target);
  return true;
}

// Two digits a byte.
std::string bytes_of(std::string_view hexadecimal) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hexadecimal.size(); i += 2) {
    const auto byte = to_number<std::uint8_t>(hexadecimal.substr(i, 2), 16);
    if (!byte) return {};
    bytes += static_cast<char>(*byte);
  }
  return bytes;
}

void add_watch(Fdinfo& info, std::string_view line) {
  FsWatch watch;
  watch.inode = to_number<std::uint64_t>(word_after(line, "ino:"), 16);
  watch.device = device_in(line);
  watch.mount_id = to_number<std::uint64_t>(word_after(line, "mnt_id:"), 16);
  const auto type = to_number<std::uint8_t>(word_after(line, "fhandle-type:"), 16);
  watch.handle_type = type.value_or(0);
  if (type) watch.handle = bytes_of(word_after(line, "f_handle:"));
  info.watches.push_back(std::move(watch));
}

bool add_lock(Fdinfo& info, std::string_view value) {
  auto lock = parse_lock_line(value);
  if (!lock) return false;
  info.locks.push_back(std::move(*lock));
  return true;
}

bool set_semaphore(Fdinfo& info, std::string_view value) {
  info.semaphore = value == "1";
  return true;
}

struct Key {
  std::string_view name;
  bool (*set)(Fdinfo&, std::string_view);  // false when the value is malformed
};

using Text = std::string_view;

constexpr std::array kKeys{
    Key{"mnt_id", [](Fdinfo& info, Text value) { return set(info.mount_id, value); }},
    Key{"ino", [](Fdinfo& info, Text value) { return set(info.inode, value); }},
    Key{"eventfd-count",
        [](Fdinfo& info, Text value) { return set(info.eventfd_count, value, 16); }},
    Key{"eventfd-id", [](Fdinfo& info, Text value) { return set(info.eventfd_id, value); }},
    Key{"eventfd-semaphore", set_semaphore},
    Key{"Pid", [](Fdinfo& info, Text value) { return set(info.pid, value); }},
    Key{"sigmask", [](Fdinfo& info, Text value) { return set(info.signals, value, 16); }},
    Key{"pending", [](Fdinfo& info, Text value) { return set(info.faults, value); }},
    Key{"iff", [](Fdinfo& info, Text value) { return set(info.interface, value); }},
    Key{"clockid", [](Fdinfo& info, Text value) { return set(info.timer.clock, value); }},
    Key{"ticks", [](Fdinfo& info, Text value) { return set(info.timer.ticks, value); }},
    Key{"it_value", [](Fdinfo& info, Text value) { return set_time(info.timer.left, value); }},
    Key{"it_interval",
        [](Fdinfo& info, Text value) { return set_time(info.timer.interval, value); }},
    Key{"SqMask", [](Fdinfo& info, Text value) { return set(info.ring.sq_mask, value, 16); }},
    Key{"CqMask", [](Fdinfo& info, Text value) { return set(info.ring.cq_mask, value, 16); }},
    Key{"SQEs", [](Fdinfo& info, Text value) { return set(info.ring.submissions, value); }},
    Key{"CQEs", [](Fdinfo& info, Text value) { return set(info.ring.completions, value); }},
    Key{"UserFiles", [](Fdinfo& info, Text value) { return set(info.ring.files, value); }},
    Key{"UserBufs", [](Fdinfo& info, Text value) { return set(info.ring.buffers, value); }},
    Key{"map_type", [](Fdinfo& info, Text value) { return set(info.bpf.map_type, value); }},
    Key{"max_entries", [](Fdinfo& info, Text value) { return set(info.bpf.max_entries, value); }},
    Key{"map_id", [](Fdinfo& info, Text value) { return set(info.bpf.map_id, value); }},
    Key{"prog_type", [](Fdinfo& info, Text value) { return set(info.bpf.program_type, value); }},
    Key{"prog_id", [](Fdinfo& info, Text value) { return set(info.bpf.program_id, value); }},
    Key{"link_type", [](Fdinfo& info, Text value) { return set(info.bpf.link_type, value); }},
    Key{"link_id", [](Fdinfo& info, Text value) { return set(info.bpf.link_id, value); }},
    Key{"tfd", add_target},
    Key{"lock", add_lock},
};

bool set_position(Fdinfo& info, std::string_view value) {
  // Files whose position is an offset into an address space (/proc/PID/mem) print it signed.
  const auto position = to_number<std::int64_t>(value);
  if (position) info.position = {static_cast<std::uint64_t>(*position)};
  return position.has_value();
}

bool set_flags(Fdinfo& info, std::string_view value) {
  const auto flags = to_number<std::uint32_t>(value, 8);
  info.flags = flags.value_or(0);
  return flags.has_value();
}

// `first`: the flags have not come yet, and they come after the position.
bool set_field(Fdinfo& info, std::string_view key, std::string_view value, bool first) {
  if (key == "pos") return !first || set_position(info, value);
  if (key == "flags") return !first || set_flags(info, value);
  const auto* const known =
      std::find_if(kKeys.begin(), kKeys.end(), [key](const Key& one) { return one.name == key; });
  return known == kKeys.end() || known->set(info, value);
}

}  // namespace

Result<Fdinfo> parse_fdinfo(std::string_view text) {
  Fdinfo info;
  bool has_flags = false;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    // A line "fanotify flags:0 event-flags:8002" is about none of its watches.
    if (line.starts_with("inotify wd:") ||
        (line.starts_with("fanotify ") && !line.starts_with("fanotify flags:"))) {
      add_watch(info, line);
      continue;
    }
    if (line.starts_with("  op=")) ++info.ring.polls;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, colon);
    if (!set_field(info, key, trim(line.substr(colon + 1)), !has_flags)) {
      return malformed("fdinfo", lines.number(), fmt::format("{} is no number", key));
    }
    has_flags = has_flags || key == "flags";
  }
  if (!has_flags) return malformed("fdinfo", lines.number(), "no flags");
  return info;
}

}  // namespace debug_process::proc
