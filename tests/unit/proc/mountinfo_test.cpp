// SPDX-License-Identifier: Apache-2.0
#include "proc/mountinfo.h"

#include <gtest/gtest.h>

#include "unit/proc/fixture.h"

namespace debug_process::proc {
namespace {

TEST(Mountinfo, TellsDevicesPointsAndTypes) {
  const auto mounts = parse_mountinfo(fixture("4242/mountinfo"));
  ASSERT_TRUE(mounts) << mounts.error().message();
  ASSERT_EQ(mounts->size(), 4U);
  EXPECT_EQ((*mounts)[0].id, 24U);
  EXPECT_EQ((*mounts)[0].device, (Device{254, 0}));
  EXPECT_EQ((*mounts)[0].root, "/");
  EXPECT_EQ((*mounts)[0].point, "/");
  EXPECT_EQ((*mounts)[0].type, "ext4");
  EXPECT_EQ((*mounts)[1].type, "nfs4");  // two optional fields
  EXPECT_EQ((*mounts)[2].point, "/mnt/a b\n\\040");
  EXPECT_EQ((*mounts)[3].root, "/some/folder");
}

TEST(Mountinfo, RefusesWhatIsNoMount) {
  EXPECT_FALSE(parse_mountinfo("24 1 254:0 / / rw shared:1\n"));
  EXPECT_FALSE(parse_mountinfo("24 1 254 / / rw - ext4 /dev/vda rw\n"));
  EXPECT_FALSE(parse_mountinfo("x 1 254:0 / / rw - ext4 /dev/vda rw\n"));
  EXPECT_FALSE(parse_mountinfo("24 1 254:0 / / rw -\n"));
}

TEST(Device, IsParsedInEitherBase) {
  EXPECT_EQ(parse_device("fe:10", 16), (Device{254, 16}));
  EXPECT_EQ(parse_device("8:1", 10), (Device{8, 1}));
  EXPECT_FALSE(parse_device("<none>", 16));
  EXPECT_FALSE(parse_device("8:", 10));
  EXPECT_EQ(to_text(device_of(0xfe00001)), "254:1");
}

}  // namespace
}  // namespace debug_process::proc
