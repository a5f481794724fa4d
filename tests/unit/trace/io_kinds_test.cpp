// SPDX-License-Identifier: Apache-2.0
#include "trace/io_kinds.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>

namespace debug_process::trace {
namespace {

using abi::Abi;

TEST(IoKinds, TellWhichArgumentsAreDescriptorsAndWhereBytesGo) {
  const auto& kinds = io_kinds();
  EXPECT_EQ(kinds.at({Abi::native, SYS_read}), IoKind::read);
  EXPECT_EQ(kinds.at({Abi::native, SYS_sendmsg}), IoKind::write);
  EXPECT_EQ(kinds.at({Abi::native, SYS_sendfile}), IoKind::sendfile);
  EXPECT_EQ(kinds.at({Abi::native, SYS_copy_file_range}), IoKind::splice);
  EXPECT_EQ(kinds.at({Abi::native, SYS_accept4}), IoKind::call);
  EXPECT_EQ(kinds.at({Abi::native, SYS_openat}), IoKind::open_second);
}

TEST(IoKinds, CoverThe32BitAbi) {
  const auto read = abi::syscall_number(Abi::compat32, "read");
  ASSERT_TRUE(read);
  EXPECT_EQ(io_kinds().at({Abi::compat32, *read}), IoKind::read);
}

TEST(IoKinds, LeaveOutWhatHasNoDescriptor) {
  EXPECT_FALSE(io_kinds().contains({Abi::native, SYS_getppid}));
  EXPECT_FALSE(io_kinds().contains({Abi::native, SYS_munmap}));
}

TEST(IoKinds, TellFutexesAndLookupsApart) {
  EXPECT_EQ(io_kinds().at({Abi::native, SYS_futex}), IoKind::futex);
  EXPECT_EQ(io_kinds().at({Abi::native, SYS_newfstatat}), IoKind::lookup_second);
  EXPECT_EQ(io_kinds().at({Abi::native, SYS_readlinkat}), IoKind::lookup_second);
}

}  // namespace
}  // namespace debug_process::trace
