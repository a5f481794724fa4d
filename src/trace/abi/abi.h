// Names of system calls for every ABI a process can call through.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace debug_process::trace::abi {

// By which door a call came in. The values are shared with bpf/syscall_stats.h.
enum class Abi : std::uint8_t {
  native = 0,    // the machine's 64-bit table
  compat32 = 1,  // i386 on x86-64, arm on arm64
  x32 = 2,       // x86-64 only: 64-bit registers, 32-bit pointers
};

// "read"; a number without a name is "syscall_471". Source: libseccomp, and for numbers above its
// knowledge the kernel's scripts/syscall.tbl (common to all architectures from 424 on).
[[nodiscard]] std::string syscall_name(Abi abi, std::int32_t number);

// The reverse; nullopt for a name that this ABI does not have.
[[nodiscard]] std::optional<std::int32_t> syscall_number(Abi abi, std::string_view name);

// As strace and the kernel write it: "x86_64", "i386", "x32", "aarch64", "arm".
[[nodiscard]] std::string_view abi_name(Abi abi);

}  // namespace debug_process::trace::abi
