// SPDX-License-Identifier: Apache-2.0
#include "util/capabilities.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <vector>

namespace debug_process {
namespace {

// By number: include/uapi/linux/capability.h.
constexpr std::array<std::string_view, 41> kNames{"CHOWN",
                                                  "DAC_OVERRIDE",
                                                  "DAC_READ_SEARCH",
                                                  "FOWNER",
                                                  "FSETID",
                                                  "KILL",
                                                  "SETGID",
                                                  "SETUID",
                                                  "SETPCAP",
                                                  "LINUX_IMMUTABLE",
                                                  "NET_BIND_SERVICE",
                                                  "NET_BROADCAST",
                                                  "NET_ADMIN",
                                                  "NET_RAW",
                                                  "IPC_LOCK",
                                                  "IPC_OWNER",
                                                  "SYS_MODULE",
                                                  "SYS_RAWIO",
                                                  "SYS_CHROOT",
                                                  "SYS_PTRACE",
                                                  "SYS_PACCT",
                                                  "SYS_ADMIN",
                                                  "SYS_BOOT",
                                                  "SYS_NICE",
                                                  "SYS_RESOURCE",
                                                  "SYS_TIME",
                                                  "SYS_TTY_CONFIG",
                                                  "MKNOD",
                                                  "LEASE",
                                                  "AUDIT_WRITE",
                                                  "AUDIT_CONTROL",
                                                  "SETFCAP",
                                                  "MAC_OVERRIDE",
                                                  "MAC_ADMIN",
                                                  "SYSLOG",
                                                  "WAKE_ALARM",
                                                  "BLOCK_SUSPEND",
                                                  "AUDIT_READ",
                                                  "PERFMON",
                                                  "BPF",
                                                  "CHECKPOINT_RESTORE"};

// Version 3 of capset(2) takes 64 bits in two halves, the lower one first.
using Halves = std::array<__user_cap_data_struct, 2>;
constexpr unsigned kBitsOfHalf = 32;

__user_cap_header_struct this_thread() {
  return {_LINUX_CAPABILITY_VERSION_3, 0};
}

Result<Halves> read_halves() {
  auto header = this_thread();
  Halves halves{};
  if (::syscall(SYS_capget, &header, halves.data()) != 0) return fail_errno("read capabilities");
  return halves;
}

}  // namespace

std::string capability_name(int capability) {
  const auto index = static_cast<std::size_t>(capability);
  if (capability < 0 || index >= kNames.size()) return fmt::format("capability {}", capability);
  return fmt::format("CAP_{}", kNames[index]);
}

std::string to_string(CapabilitySet set) {
  std::vector<std::string> names;
  for (int capability = 0; capability < 64; ++capability)
    if (set.has(capability)) names.push_back(capability_name(capability));
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

Result<CapabilitySet> effective_capabilities() {
  const auto halves = read_halves();
  if (!halves) return tl::unexpected(halves.error());
  return CapabilitySet((*halves)[0].effective |
                       (static_cast<std::uint64_t>((*halves)[1].effective) << kBitsOfHalf));
}

Result<void> keep_only(CapabilitySet kept) {
  auto halves = read_halves();
  if (!halves) return tl::unexpected(halves.error());
  std::uint64_t bits = kept.bits();
  for (__user_cap_data_struct& half : *halves) {
    const auto mask = static_cast<std::uint32_t>(bits);
    half.effective &= mask;
    half.permitted &= mask;
    half.inheritable &= mask;
    bits >>= kBitsOfHalf;
  }
  auto header = this_thread();
  if (::syscall(SYS_capset, &header, halves->data()) != 0)
    return fail_errno("give up capabilities");
  return {};
}

CapabilitySet needed_to_look(CapabilitySet had) {
  if (!had.has(CAP_SYS_PTRACE)) return CapabilitySet(~std::uint64_t{0});
  // What stands in for a right that is missing.
  const int to_read = had.has(CAP_DAC_READ_SEARCH) ? CAP_DAC_READ_SEARCH : CAP_DAC_OVERRIDE;
  return {CAP_SYS_PTRACE, to_read};
}

CapabilitySet needed_to_trace() {
  return {CAP_SYS_NICE, CAP_SYS_ADMIN};
}

void keep_only_to_look(CapabilitySet more) {
  const auto had = effective_capabilities();
  if (had) (void)keep_only(needed_to_look(*had) | more);
}

Result<void> gain_no_more() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno("set no_new_privs");
  return {};
}

}  // namespace debug_process
