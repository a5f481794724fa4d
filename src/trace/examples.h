// Which argument tells what a failed call was about: the path, the peer, or the descriptor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "trace/activity.h"

namespace debug_process::trace {

enum class ExampleKind : std::uint8_t {
  none = 0,
  path_in_first = 1,
  path_in_second = 2,
  address_in_second = 3,  // its length in the third
  descriptor_in_first = 4
};

// No more than this of a path or an address is taken.
inline constexpr std::size_t kExampleBytes = 128;

// Calls of the native and the 32-bit ABI; what is not in it has no example.
[[nodiscard]] const std::map<SyscallKey, ExampleKind>& example_kinds();

// `taken` holds the path and its NUL, cut after kExampleBytes: then the text ends in "...".
[[nodiscard]] std::string path_text(std::string_view taken);

// "127.0.0.1:80", "[::1]:80", a UNIX path, or "@name" for an abstract one; nullopt for other
// families and for what is too short. The target chooses the bytes.
[[nodiscard]] std::optional<std::string> address_text(std::string_view taken);

}  // namespace debug_process::trace
