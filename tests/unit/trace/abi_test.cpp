// SPDX-License-Identifier: Apache-2.0
#include "trace/abi/abi.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <array>

namespace debug_process::trace::abi {
namespace {

TEST(SyscallNames, KnowTheNativeTable) {
  EXPECT_EQ(syscall_name(Abi::native, SYS_read), "read");
  EXPECT_EQ(syscall_name(Abi::native, SYS_openat), "openat");
  EXPECT_EQ(syscall_name(Abi::native, SYS_exit_group), "exit_group");
  EXPECT_EQ(syscall_name(Abi::native, SYS_rt_sigreturn), "rt_sigreturn");
  EXPECT_EQ(syscall_name(Abi::native, SYS_futex), "futex");
  EXPECT_EQ(syscall_name(Abi::native, SYS_clone3), "clone3");
}

#if defined(__x86_64__)
TEST(SyscallNames, KnowThe32BitTable) {
  EXPECT_EQ(syscall_name(Abi::compat32, 1), "exit");
  EXPECT_EQ(syscall_name(Abi::compat32, 3), "read");
  EXPECT_EQ(syscall_name(Abi::compat32, 119), "sigreturn");
  EXPECT_EQ(syscall_name(Abi::compat32, 252), "exit_group");
  EXPECT_EQ(syscall_name(Abi::compat32, 403), "clock_gettime64");
}

TEST(SyscallNames, KnowTheX32Table) {
  EXPECT_EQ(syscall_name(Abi::x32, 0), "read");
  EXPECT_EQ(syscall_name(Abi::x32, 512), "rt_sigaction");
  EXPECT_EQ(syscall_name(Abi::x32, 513), "rt_sigreturn");
  EXPECT_EQ(syscall_name(Abi::x32, 520), "execve");
}

TEST(SyscallNames, TellAbisApart) {
  EXPECT_NE(syscall_name(Abi::native, 4), syscall_name(Abi::compat32, 4));
  EXPECT_EQ(abi_name(Abi::native), "x86_64");
  EXPECT_EQ(abi_name(Abi::compat32), "i386");
  EXPECT_EQ(abi_name(Abi::x32), "x32");
}

TEST(SyscallNumbers, AreThoseOfTheirAbi) {
  EXPECT_EQ(syscall_number(Abi::native, "read"), 0);
  EXPECT_EQ(syscall_number(Abi::compat32, "read"), 3);
  EXPECT_EQ(syscall_number(Abi::x32, "execve"), 520);
  EXPECT_EQ(syscall_number(Abi::compat32, "_llseek"), 140);
  EXPECT_FALSE(syscall_number(Abi::native, "_llseek"));
  EXPECT_FALSE(syscall_number(Abi::native, "sigreturn"));
}
#endif

// scripts/syscall.tbl of Linux 6.18: common to all architectures from 424 on.
constexpr std::array kNew{
    "cachestat",         "fchmodat2",         "map_shadow_stack", "futex_wake",
    "futex_wait",        "futex_requeue",     "statmount",        "listmount",
    "lsm_get_self_attr", "lsm_set_self_attr", "lsm_list_modules", "mseal",
    "setxattrat",        "getxattrat",        "listxattrat",      "removexattrat",
    "open_tree_attr",    "file_getattr",      "file_setattr"};

TEST(SyscallNames, KnowNumbersNewerThanTheLibrary) {
  for (std::size_t i = 0; i < kNew.size(); ++i)
    for (const Abi abi : {Abi::native, Abi::compat32, Abi::x32})
      EXPECT_EQ(syscall_name(abi, 451 + static_cast<std::int32_t>(i)), kNew[i]);
  EXPECT_EQ(syscall_name(Abi::native, 469), "file_setattr");
}

TEST(SyscallNames, NumberWhatNobodyKnows) {
  EXPECT_EQ(syscall_name(Abi::native, 471), "syscall_471");
  EXPECT_EQ(syscall_name(Abi::native, 999), "syscall_999");
  EXPECT_EQ(syscall_name(Abi::compat32, 999), "syscall_999");
  EXPECT_EQ(syscall_name(Abi::x32, 999), "syscall_999");
  EXPECT_EQ(syscall_name(Abi::native, -1), "syscall_-1");
  EXPECT_EQ(syscall_name(Abi::compat32, -1), "syscall_-1");
  EXPECT_EQ(syscall_name(Abi::x32, -1), "syscall_-1");
  EXPECT_EQ(syscall_name(Abi::native, 0x3ffffffe), "syscall_1073741822");
}

TEST(SyscallNumbers, AreUnknownForOtherWords) {
  EXPECT_FALSE(syscall_number(Abi::native, "no_such_call"));
  EXPECT_FALSE(syscall_number(Abi::native, ""));
  EXPECT_FALSE(syscall_number(Abi::native, "syscall_999"));
}

TEST(SyscallNumbers, GoThereAndBack) {
  for (const Abi abi : {Abi::native, Abi::compat32, Abi::x32}) {
    int named = 0;
    for (std::int32_t number = 0; number < 600; ++number) {
      const std::string name = syscall_name(abi, number);
      if (name.starts_with("syscall_")) continue;
      ++named;
      EXPECT_EQ(syscall_number(abi, name), number) << abi_name(abi) << " " << name;
    }
    EXPECT_GT(named, 300) << abi_name(abi);
  }
}

}  // namespace
}  // namespace debug_process::trace::abi
