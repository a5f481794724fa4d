// SPDX-License-Identifier: Apache-2.0
#include "proc/kernel_stack.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace debug_process::proc {
namespace {

std::string stack(const std::vector<std::string>& functions) {
  std::string text;
  for (const std::string& function : functions) text += "[<0>] " + function + "+0x1f/0x2e0\n";
  return text;
}

TEST(KernelStack, IsWithinACallBeforeItWaits) {
  // x86, Linux 6.18; x86 of 32 bits; arm64, Linux 5.10 and 6.1.
  EXPECT_TRUE(is_within_call(stack({"anon_pipe_write", "vfs_write", "ksys_write", "do_syscall_64",
                                    "entry_SYSCALL_64_after_hwframe"})));
  EXPECT_TRUE(is_within_call(
      stack({"pipe_write", "vfs_write", "do_int80_syscall_32", "entry_INT80_compat"})));
  EXPECT_TRUE(is_within_call(
      stack({"pipe_write", "vfs_write", "do_int80_emulation", "asm_int80_emulation"})));
  EXPECT_TRUE(is_within_call(stack({"__switch_to", "pipe_write", "ksys_write",
                                    "el0_svc_common.constprop.0", "do_el0_svc", "el0_svc"})));
  EXPECT_TRUE(is_within_call(stack({"__switch_to", "pipe_write", "ksys_write", "invoke_syscall",
                                    "el0_svc_common.constprop.0", "do_el0_svc", "el0_svc",
                                    "el0t_64_sync_handler", "el0t_64_sync"})));
}

TEST(KernelStack, IsNotOnTheWayBackToTheProgram) {
  EXPECT_FALSE(is_within_call(
      stack({"exit_to_user_mode_loop", "do_syscall_64", "entry_SYSCALL_64_after_hwframe"})));
  EXPECT_FALSE(is_within_call(
      stack({"__fput", "task_work_run", "exit_to_user_mode_prepare", "syscall_exit_to_user_mode",
             "do_syscall_64", "entry_SYSCALL_64_after_hwframe"})));
  EXPECT_FALSE(is_within_call(
      stack({"__switch_to", "do_notify_resume", "el0_svc", "el0t_64_sync_handler"})));
}

TEST(KernelStack, IsNotWhereAnInterruptOrAFaultTookItOutOfItsProgram) {
  EXPECT_FALSE(
      is_within_call(stack({"irqentry_exit_to_user_mode", "asm_sysvec_apic_timer_interrupt"})));
  EXPECT_FALSE(is_within_call(
      stack({"filemap_fault", "handle_mm_fault", "exc_page_fault", "asm_exc_page_fault"})));
}

TEST(KernelStack, SaysNothingWhereTheKernelSaysNothing) {
  EXPECT_FALSE(is_within_call(""));
}

}  // namespace
}  // namespace debug_process::proc
