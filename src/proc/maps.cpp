// SPDX-License-Identifier: Apache-2.0
#include "proc/maps.h"

#include "proc/text.h"

namespace debug_process::proc {

// 55b63f06b000-55b63f071000 r-xp 00002000 fe:00 247498                     /usr/bin/head
// 7f1c00000000-7f1c00021000 rw-p 00000000 00:00 0
// 7f1c04000000-7f1c04001000 rw-s 00000000 00:01 2048                       /memfd:a name (deleted)
//
// All behind the inode is the path, blanks included.
std::optional<Map> parse_map_line(std::string_view line) {
  Fields fields(line);
  const std::string_view range = fields.next();
  const auto dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto start = to_number<std::uint64_t>(range.substr(0, dash), 16);
  const auto end = to_number<std::uint64_t>(range.substr(dash + 1), 16);
  const std::string_view access = fields.next();
  const auto offset = to_number<std::uint64_t>(fields.next(), 16);
  fields.skip(1);  // device
  const auto inode = to_number<std::uint64_t>(fields.next());
  if (!start || !end || *end < *start || access.size() != 4 || !offset || !inode)
    return std::nullopt;
  Map map;
  map.start = *start;
  map.end = *end;
  map.readable = access[0] == 'r';
  map.writable = access[1] == 'w';
  map.executable = access[2] == 'x';
  map.shared = access[3] == 's';
  map.offset = *offset;
  map.inode = *inode;
  map.path = fields.rest();
  return map;
}

Result<std::vector<Map>> parse_maps(std::string_view text) {
  std::vector<Map> maps;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    auto map = parse_map_line(line);
    if (!map) return malformed("maps", lines.number(), "no mapping");
    maps.push_back(std::move(*map));
  }
  return maps;
}

}  // namespace debug_process::proc
