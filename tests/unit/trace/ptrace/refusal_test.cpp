// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace debug_process::trace::ptrace {
namespace {

using ::testing::HasSubstr;

Circumstances refused(int errno_value = EPERM) {
  Circumstances circumstances;
  circumstances.pid = 1234;
  circumstances.errno_value = errno_value;
  return circumstances;
}

TEST(PtraceRefusal, ForeseesNothingForAnOrdinaryProcess) {
  EXPECT_FALSE(foreseen_refusal(refused(0)));
}

TEST(PtraceRefusal, NamesTheOtherTracer) {
  Circumstances circumstances = refused(0);
  circumstances.tracer_pid = 42;
  circumstances.tracer_comm = "gdb";
  const auto error = foreseen_refusal(circumstances);
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message(), HasSubstr("already traced by process 42 (gdb)"));
  EXPECT_THAT(error->hint, HasSubstr("end that one first"));
}

TEST(PtraceRefusal, SaysThatItIsGone) {
  Circumstances circumstances = refused(0);
  circumstances.gone = true;
  const auto error = foreseen_refusal(circumstances);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->errno_value, ESRCH);
}

TEST(PtraceRefusal, ForeseesKernelThreadsAndOurselves) {
  Circumstances kernel = refused(0);
  kernel.kernel_thread = true;
  EXPECT_THAT(foreseen_refusal(kernel)->detail, HasSubstr("kernel thread"));
  Circumstances ourselves = refused(0);
  ourselves.ourselves = true;
  EXPECT_THAT(foreseen_refusal(ourselves)->detail, HasSubstr("this program itself"));
}

TEST(PtraceRefusal, NamesEachScopeOfYama) {
  Circumstances circumstances = refused();
  circumstances.yama = 1;
  EXPECT_THAT(refusal(circumstances).hint, HasSubstr("sysctl kernel.yama.ptrace_scope=0"));
  circumstances.yama = 2;
  EXPECT_THAT(refusal(circumstances).detail, HasSubstr("ptrace_scope = 2"));
  circumstances.yama = 3;
  circumstances.may_trace_all = true;
  EXPECT_THAT(refusal(circumstances).detail, HasSubstr("to everybody"));
}

TEST(PtraceRefusal, DoesNotBlameYamaWhereThatAllowsIt) {
  Circumstances circumstances = refused();
  circumstances.yama = 1;
  circumstances.may_trace_all = true;
  EXPECT_THAT(refusal(circumstances).detail, ::testing::Not(HasSubstr("Yama")));
}

TEST(PtraceRefusal, NamesAnotherUser) {
  Circumstances circumstances = refused();
  circumstances.same_user = false;
  circumstances.yama = 1;
  EXPECT_THAT(refusal(circumstances).detail, HasSubstr("another user"));
  EXPECT_THAT(refusal(circumstances).hint, HasSubstr("sudo"));
}

TEST(PtraceRefusal, NamesAProcessThatProtectsItself) {
  Circumstances circumstances = refused();
  circumstances.protects_itself = true;
  EXPECT_THAT(refusal(circumstances).detail, HasSubstr("not dumpable"));
}

TEST(PtraceRefusal, NamesTheFilterOfAContainer) {
  Circumstances circumstances = refused();
  circumstances.may_trace_all = true;
  circumstances.filtered = true;
  EXPECT_THAT(refusal(circumstances).detail, HasSubstr("seccomp"));
  EXPECT_THAT(refusal(refused(ENOSYS)).detail, HasSubstr("not there"));
}

TEST(PtraceRefusal, NamesAUserNamespace) {
  Circumstances circumstances = refused();
  circumstances.may_trace_all = true;
  circumstances.in_user_namespace = true;
  EXPECT_THAT(refusal(circumstances).detail, HasSubstr("another user namespace"));
}

TEST(PtraceRefusal, NamesAnOldKernel) {
  EXPECT_THAT(refusal(refused(EIO)).hint, HasSubstr("5.3"));
}

}  // namespace
}  // namespace debug_process::trace::ptrace
