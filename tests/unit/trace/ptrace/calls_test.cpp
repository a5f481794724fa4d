// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/calls.h"

#include <gtest/gtest.h>
#include <linux/audit.h>

namespace debug_process::trace::ptrace {
namespace {

SyscallKey named(const char* name, abi::Abi abi = abi::Abi::native) {
  return {abi, abi::syscall_number(abi, name).value_or(-1)};
}

TEST(CallTraits, AreKnownByName) {
  EXPECT_TRUE(traits_of(named("exit")).never_returns);
  EXPECT_TRUE(traits_of(named("exit_group", abi::Abi::compat32)).never_returns);
  EXPECT_TRUE(traits_of(named("rt_sigreturn")).is_sigreturn);
  EXPECT_TRUE(traits_of(named("sigreturn", abi::Abi::compat32)).is_sigreturn);
  EXPECT_TRUE(traits_of(named("restart_syscall")).is_restart);
  EXPECT_TRUE(traits_of(named("execve")).is_exec);
  EXPECT_EQ(traits_of(named("openat")).example, ExampleKind::path_in_second);
  const CallTraits none = traits_of({abi::Abi::native, 100000});
  EXPECT_FALSE(none.never_returns || none.is_sigreturn || none.is_restart || none.is_exec);
  EXPECT_EQ(none.example, ExampleKind::none);
}

#ifdef __x86_64__
TEST(CallKeys, TellTheAbisApart) {
  EXPECT_EQ(key_of(AUDIT_ARCH_X86_64, 39), (SyscallKey{abi::Abi::native, 39}));
  EXPECT_EQ(key_of(AUDIT_ARCH_I386, 20), (SyscallKey{abi::Abi::compat32, 20}));
  EXPECT_EQ(key_of(AUDIT_ARCH_X86_64, 0x40000000U + 39), (SyscallKey{abi::Abi::x32, 39}));
  EXPECT_EQ(key_of(AUDIT_ARCH_X86_64, ~std::uint64_t{0}), (SyscallKey{abi::Abi::native, -1}));
}
#endif

}  // namespace
}  // namespace debug_process::trace::ptrace
