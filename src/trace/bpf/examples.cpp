// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/examples.h"

#include <algorithm>
#include <cstddef>

#include "trace/examples.h"

namespace debug_process::trace::bpf {
namespace {

static_assert(kExampleBytes == EXAMPLE_BYTES);

example_kind to_kind(ExampleKind kind) {
  switch (kind) {
    case ExampleKind::path_in_first:
      return EXAMPLE_PATH_ARG0;
    case ExampleKind::path_in_second:
      return EXAMPLE_PATH_ARG1;
    case ExampleKind::address_in_second:
      return EXAMPLE_SOCKADDR_ARG1;
    case ExampleKind::descriptor_in_first:
      return EXAMPLE_FD_ARG0;
    case ExampleKind::none:
      break;
  }
  return EXAMPLE_NONE;
}

}  // namespace

void fill_example_kinds(std::span<std::uint8_t, INDEXED_KEYS> kinds) {
  for (const auto& [key, kind] : example_kinds()) {
    if (key.number < 0 || key.number >= INDEXED_NUMBERS) continue;
    const std::size_t base = key.abi == abi::Abi::compat32 ? INDEXED_NUMBERS : 0;
    kinds[base + static_cast<std::size_t>(key.number)] = static_cast<std::uint8_t>(to_kind(kind));
  }
}

void decode_example(const error_value& value, ErrorStats& stats) {
  const std::string_view taken(value.data, std::min<std::size_t>(value.length, sizeof(value.data)));
  switch (value.kind) {
    case EXAMPLE_PATH_ARG0:
    case EXAMPLE_PATH_ARG1:
      // The length counts the terminating NUL.
      stats.example = path_text(taken);
      break;
    case EXAMPLE_SOCKADDR_ARG1:
      stats.example = address_text(taken);
      break;
    case EXAMPLE_FD_ARG0:
      stats.example_fd = value.fd;
      break;
    default:
      break;
  }
}

}  // namespace debug_process::trace::bpf
