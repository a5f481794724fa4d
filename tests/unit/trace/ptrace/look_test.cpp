// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/look.h"

#include <gtest/gtest.h>

#include "unit/trace/fake_proc.h"

namespace debug_process::trace::ptrace {
namespace {

class LookTest : public FakeProc {
 protected:
  [[nodiscard]] Sight look() const { return Looker(procfs()).look(kPid, kPid); }
};

TEST_F(LookTest, FindsASleeperWhereItWasSeen) {
  put_thread(kPid, {});
  const Sight sight = look();
  EXPECT_FALSE(sight.running);
  EXPECT_TRUE(Looker::is_still_there(sight));
}

TEST_F(LookTest, SeesThatASleeperHasMovedSinceTheLook) {
  put_thread(kPid, {});
  const Sight sight = look();
  for (const char* now : {kRunning, "1 0x0 0x1 0x1 0x0 0x0 0x0 0x7ffd1c3c0000 0x7f2b9c3d0000",
                          "0 0x3 0x1 0x1 0x0 0x0 0x0 0x7ffd1c3c0000 0x7f2b9c3d0000", ""}) {
    put_thread(kPid, {now});
    EXPECT_FALSE(Looker::is_still_there(sight)) << now;
  }
  put_thread(kPid, {});
  EXPECT_TRUE(Looker::is_still_there(sight));
}

TEST_F(LookTest, KnowsNothingOfAThreadThatIsGone) {
  const Sight sight = look();
  EXPECT_TRUE(sight.gone);
  EXPECT_FALSE(Looker::is_still_there(sight));
}

}  // namespace
}  // namespace debug_process::trace::ptrace
