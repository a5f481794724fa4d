// /proc/PID/maps: proc(5), the kernel's show_map_vma().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"
#include "util/units.h"

namespace debug_process::proc {

struct Map {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  bool readable = false;
  bool writable = false;
  bool executable = false;
  bool shared = false;
  std::uint64_t offset = 0;
  std::uint64_t inode = 0;  // 0: no file behind it
  // A path, "[heap]", "[anon:name]", or "". As the kernel writes it: a newline is "\012", and a
  // file that was removed has " (deleted)" behind its name.
  std::string path;

  [[nodiscard]] Bytes size() const { return {end - start}; }
  [[nodiscard]] bool contains(std::uint64_t address) const {
    return address >= start && address < end;
  }
};

[[nodiscard]] Result<std::vector<Map>> parse_maps(std::string_view text);

// One line of it, which smaps begins each of its entries with. nullopt when malformed.
[[nodiscard]] std::optional<Map> parse_map_line(std::string_view line);

}  // namespace debug_process::proc
