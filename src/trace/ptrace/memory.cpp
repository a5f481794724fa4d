// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/memory.h"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <bit>
#include <string>

namespace debug_process::trace::ptrace {
namespace {

// What of it can be read. In two parts where it crosses a page: the second may be missing.
std::string read_memory(pid_t tid, std::uint64_t address, std::size_t length) {
  constexpr std::uint64_t kSmallestPage = 4096;
  std::array<char, kExampleBytes> buffer{};
  length = std::min(length, buffer.size());
  const std::size_t in_page = kSmallestPage - address % kSmallestPage;
  const std::size_t first = std::min(length, in_page);
  const iovec local{buffer.data(), length};
  const std::array<iovec, 2> remote{{{std::bit_cast<void*>(address), first},
                                     {std::bit_cast<void*>(address + first), length - first}}};
  const ssize_t got = ::process_vm_readv(tid, &local, 1, remote.data(), length > first ? 2 : 1, 0);
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
}

std::optional<std::string> read_path(pid_t tid, std::uint64_t address) {
  std::string taken = read_memory(tid, address, kExampleBytes);
  if (taken.empty()) return std::nullopt;
  const auto end = taken.find('\0');
  if (end != std::string::npos) taken.resize(end + 1);
  return path_text(taken);
}

}  // namespace

void take_example(pid_t tid, ExampleKind kind, const Args& args, ErrorStats& error) {
  switch (kind) {
    case ExampleKind::path_in_first:
      error.example = read_path(tid, args[0]);
      break;
    case ExampleKind::path_in_second:
      error.example = read_path(tid, args[1]);
      break;
    case ExampleKind::address_in_second:
      error.example = address_text(read_memory(tid, args[1], args[2]));
      break;
    case ExampleKind::descriptor_in_first:
      error.example_fd = static_cast<int>(args[0]);
      break;
    case ExampleKind::none:
      break;
  }
}

}  // namespace debug_process::trace::ptrace
