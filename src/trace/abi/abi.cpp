// SPDX-License-Identifier: Apache-2.0
#include "trace/abi/abi.h"

#include <fmt/format.h>
#include <seccomp.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace debug_process::trace::abi {
namespace {

#if defined(__x86_64__)
constexpr std::array<std::uint32_t, 3> kArchitectures{SCMP_ARCH_X86_64, SCMP_ARCH_X86,
                                                      SCMP_ARCH_X32};
constexpr std::array<std::string_view, 3> kNames{"x86_64", "i386", "x32"};
#elif defined(__aarch64__)
constexpr std::array<std::uint32_t, 3> kArchitectures{SCMP_ARCH_AARCH64, SCMP_ARCH_ARM,
                                                      SCMP_ARCH_AARCH64};
constexpr std::array<std::string_view, 3> kNames{"aarch64", "arm", "aarch64"};
#else
#error "no system call tables for this architecture"
#endif

constexpr int kX32Bit = 0x40000000;

// Numbers that libseccomp 2.5 does not know. From 424 on they are the same everywhere.
constexpr std::int32_t kFirstNewNumber = 451;
constexpr std::array<std::string_view, 20> kNewNames{
    "cachestat",         "fchmodat2",         "map_shadow_stack", "futex_wake",
    "futex_wait",        "futex_requeue",     "statmount",        "listmount",
    "lsm_get_self_attr", "lsm_set_self_attr", "lsm_list_modules", "mseal",
    "setxattrat",        "getxattrat",        "listxattrat",      "removexattrat",
    "open_tree_attr",    "file_getattr",      "file_setattr",     "listns"};

std::size_t index_of(Abi abi) {
  return static_cast<std::size_t>(abi);
}

// To libseccomp the names of i386's socketcall(2) and ipc(2) stand for those, as negative numbers,
// though Linux 4.3 gave the calls numbers of their own.
constexpr int kLastMultiplexed = -300;

const std::map<std::string, std::int32_t, std::less<>>& compat32_numbers() {
  static const auto numbers = [] {
    std::map<std::string, std::int32_t, std::less<>> table;
    for (std::int32_t number = 0; number < kFirstNewNumber; ++number)
      table.emplace(syscall_name(Abi::compat32, number), number);
    return table;
  }();
  return numbers;
}

}  // namespace

std::string syscall_name(Abi abi, std::int32_t number) {
  const int table_number = abi == Abi::x32 ? number | kX32Bit : number;
  const std::unique_ptr<char, decltype(&std::free)> known(
      ::seccomp_syscall_resolve_num_arch(kArchitectures[index_of(abi)], table_number), &std::free);
  if (known && number >= 0) return known.get();
  if (number >= kFirstNewNumber && number < kFirstNewNumber + static_cast<int>(kNewNames.size()))
    return std::string(kNewNames[static_cast<std::size_t>(number - kFirstNewNumber)]);
  return fmt::format("syscall_{}", number);
}

std::optional<std::int32_t> syscall_number(Abi abi, std::string_view name) {
  const int known =
      ::seccomp_syscall_resolve_name_arch(kArchitectures[index_of(abi)], std::string(name).c_str());
  if (known >= 0) return abi == Abi::x32 ? known & ~kX32Bit : known;
  if (abi == Abi::compat32 && known < __NR_SCMP_ERROR && known > kLastMultiplexed) {
    const auto numbered = compat32_numbers().find(name);
    return numbered == compat32_numbers().end() ? std::nullopt : std::optional(numbered->second);
  }
  const auto* const found = std::find(kNewNames.begin(), kNewNames.end(), name);
  if (found == kNewNames.end()) return std::nullopt;
  return kFirstNewNumber + static_cast<std::int32_t>(found - kNewNames.begin());
}

std::string_view abi_name(Abi abi) {
  return kNames[index_of(abi)];
}

}  // namespace debug_process::trace::abi
