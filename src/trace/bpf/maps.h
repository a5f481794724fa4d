// Going through the hash maps of the BPF programs, and finding a call in their tables.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "syscall_stats.h"
#include "trace/activity.h"

namespace debug_process::trace::bpf {

// Calls `use(key, value)` for every entry. Nobody may write at the same time.
template <typename Key, typename Value, typename Use>
void for_each(const bpf_map* map, Use use) {
  const int fd = bpf_map__fd(map);
  Key key{};
  Value value{};
  for (const Key* previous = nullptr; ::bpf_map_get_next_key(fd, previous, &key) == 0;
       previous = &key)
    if (::bpf_map_lookup_elem(fd, &key, &value) == 0) use(key, value);
}

// Deletes every entry.
template <typename Key>
void clear(const bpf_map* map) {
  const int fd = bpf_map__fd(map);
  Key key{};
  while (::bpf_map_get_next_key(fd, nullptr, &key) == 0)
    if (::bpf_map_delete_elem(fd, &key) != 0) return;
}

// In the tables by call; nullopt: they have no place for it.
[[nodiscard]] inline std::optional<std::size_t> table_index(const SyscallKey& key) {
  if (key.number < 0 || key.number >= INDEXED_NUMBERS) return std::nullopt;
  if (key.abi != abi::Abi::native && key.abi != abi::Abi::compat32) return std::nullopt;
  const std::size_t base = key.abi == abi::Abi::compat32 ? INDEXED_NUMBERS : 0;
  return base + static_cast<std::size_t>(key.number);
}

// As the programs write it.
[[nodiscard]] inline SyscallKey to_key(std::uint32_t key) {
  const std::uint32_t number = key & KEY_NUMBER_MASK;
  // Numbers keep 30 bits on the way: all ones are the -1 that a tracer or syscall(2) may put there.
  return {static_cast<abi::Abi>(key >> KEY_ABI_SHIFT),
          number == KEY_NUMBER_MASK ? -1 : static_cast<std::int32_t>(number)};
}

}  // namespace debug_process::trace::bpf
