// SPDX-License-Identifier: Apache-2.0
#include "trace/abi/classes.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "trace/abi/abi.h"

namespace debug_process::trace::abi {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::Not;

TEST(SyscallClasses, HoldWhatTheirNameSays) {
  EXPECT_THAT(class_members("file"), Contains("openat"));
  EXPECT_THAT(class_members("file"), Not(Contains("read")));
  EXPECT_THAT(class_members("desc"), Contains("read"));
  EXPECT_THAT(class_members("network"), Contains("accept4"));
  EXPECT_THAT(class_members("process"), Contains("clone3"));
  EXPECT_THAT(class_members("memory"), Contains("mmap"));
  EXPECT_THAT(class_members("signal"), Contains("rt_sigaction"));
  EXPECT_THAT(class_members("ipc"), Contains("semop"));
  EXPECT_THAT(class_members("creds"), Contains("setuid"));
  EXPECT_THAT(class_members("clock"), Contains("clock_gettime"));
  EXPECT_THAT(class_members("pure"), Contains("getpid"));
}

TEST(SyscallClasses, AreUnknownForOtherWords) {
  EXPECT_THAT(class_members("read"), IsEmpty());
  EXPECT_THAT(class_members(""), IsEmpty());
}

TEST(SyscallClasses, NameNoCallTwice) {
  for (const std::string_view name : class_names()) {
    const auto members = class_members(name);
    const std::set<std::string_view> once(members.begin(), members.end());
    EXPECT_EQ(once.size(), members.size()) << name;
  }
}

#if defined(__x86_64__)
TEST(SyscallClasses, NameCallsThatThereAre) {
  // These are another architecture's.
  const std::set<std::string_view> foreign{"arm_fadvise64_64", "arm_sync_file_range", "cacheflush",
                                           "sync_file_range2"};
  for (const std::string_view name : class_names()) {
    for (const std::string_view call : class_members(name)) {
      const bool known = syscall_number(Abi::native, call) || syscall_number(Abi::compat32, call);
      EXPECT_TRUE(known || foreign.contains(call)) << call;
    }
  }
}
#endif

}  // namespace
}  // namespace debug_process::trace::abi
