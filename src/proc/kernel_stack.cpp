// SPDX-License-Identifier: Apache-2.0
#include "proc/kernel_stack.h"

#include <algorithm>
#include <array>

namespace debug_process::proc {
namespace {

// x86: arch/x86/entry; arm64: arch/arm64/kernel/syscall.c, from Linux 5.10 on. do_syscall_64() is
// on the stack of both ways.
constexpr std::array<std::string_view, 6> kWaysIn{
    "do_syscall_", "int80_", "do_fast_syscall_", "do_el0_svc", "el0_svc_common", "invoke_syscall"};
// kernel/entry/common.c and its forerunners (syscall_exit_to_user_mode(), exit_to_usermode_loop());
// arm64: signal.c; before Linux 5.8 arch/x86/entry/common.c.
constexpr std::array<std::string_view, 3> kWaysOut{"exit_to_user", "do_notify_resume",
                                                   "syscall_return_slowpath"};

template <std::size_t size>
bool has_one_of(std::string_view stack, const std::array<std::string_view, size>& functions) {
  return std::any_of(functions.begin(), functions.end(), [&](std::string_view function) {
    return stack.find(function) != std::string_view::npos;
  });
}

}  // namespace

bool is_within_call(std::string_view stack) {
  return has_one_of(stack, kWaysIn) && !has_one_of(stack, kWaysOut);
}

}  // namespace debug_process::proc
