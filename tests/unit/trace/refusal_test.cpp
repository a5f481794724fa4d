// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/refusal.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace debug_process::trace::bpf {
namespace {

// The cause depends on the machine; that there is one, and a remedy, does not.
TEST(Refusal, NamesACauseAndARemedy) {
  for (const int errno_value : {EPERM, EACCES, EINVAL, ENOSYS}) {
    const Error error = refusal("load BPF programs", errno_value, "libbpf's words");
    EXPECT_EQ(error.action, "load BPF programs");
    EXPECT_EQ(error.errno_value, errno_value);
    EXPECT_FALSE(error.detail.empty());
    EXPECT_FALSE(error.hint.empty());
    EXPECT_TRUE(error.message().starts_with("cannot load BPF programs: ")) << error.message();
  }
}

}  // namespace
}  // namespace debug_process::trace::bpf
