// SPDX-License-Identifier: Apache-2.0
#include "proc/cgroup_place.h"

#include <gmock/gmock.h>

namespace debug_process::proc {
namespace {

using testing::HasSubstr;

constexpr const char* kV1 =
    "12:cpu,cpuacct:/docker/web\n6:memory:/docker/web\n1:name=systemd:/docker/web\n";
constexpr const char* kHybridHost = "4:memory:/app\n2:cpu:/\n0::/system.slice/app.service\n";

Result<CgroupPlace> find(const std::string& tree, const std::string& cgroup,
                         std::string_view controller, pid_t pid = 5100) {
  const Procfs files(std::string(DEBUG_PROCESS_TESTS_DIR "/fixtures/cgroup/") + tree);
  return find_cgroup(files, *parse_cgroup(cgroup), controller, pid);
}

std::vector<std::string> names(const CgroupPlace& place) {
  std::vector<std::string> names;
  for (const CgroupGroup& group : place.groups) names.push_back(group.name);
  return names;
}

TEST(CgroupPlace, GoesUpTheUnifiedTree) {
  const auto place = find("v2", "0::/kubepods.slice/pod1.slice\n", "memory");
  ASSERT_TRUE(place) << place.error().message();
  EXPECT_TRUE(place->unified);
  EXPECT_EQ(names(*place),
            (std::vector<std::string>{"/kubepods.slice/pod1.slice", "/kubepods.slice", "/"}));
  EXPECT_EQ(place->groups[0].directory, "./kubepods.slice/pod1.slice");
}

TEST(CgroupPlace, FindsControllersThatShareAHierarchy) {
  const auto place = find("v1", kV1, "cpu");
  ASSERT_TRUE(place) << place.error().message();
  EXPECT_FALSE(place->unified);
  EXPECT_EQ(place->groups[0].directory, "cpu,cpuacct/docker/web");
  EXPECT_EQ(names(*place), (std::vector<std::string>{"/docker/web", "/docker", "/"}));
}

TEST(CgroupPlace, TakesEachControllerFromItsHierarchyOnAHybridHost) {
  EXPECT_EQ(find("hybrid", kHybridHost, "memory")->groups[0].directory, "memory/app");
  EXPECT_EQ(find("hybrid", kHybridHost, "")->groups[0].directory,
            "unified/system.slice/app.service");
  EXPECT_EQ(names(*find("hybrid", kHybridHost, "cpu")), (std::vector<std::string>{"/"}));
}

TEST(CgroupPlace, IsNoneWhereNoHierarchyHasTheController) {
  const auto place = find("v1", "1:name=systemd:/docker/web\n", "memory");
  ASSERT_TRUE(place) << place.error().message();
  EXPECT_TRUE(place->groups.empty());
}

TEST(CgroupPlace, BelievesAContainersOwnRootOnlyIfItHoldsTheProcess) {
  // As in a container: the group's path is the host's, the visible tree begins at the group.
  const std::string inside = "4:memory:/host/slice/app\n";
  const auto place = find("hybrid", inside, "memory", 5300);
  ASSERT_TRUE(place) << place.error().message();
  EXPECT_EQ(place->groups[0].directory, "memory/app");
  const auto other = find("hybrid", inside, "memory", 9999);
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message(), HasSubstr("/host/slice/app is not to be seen below"));
}

TEST(CgroupPlace, LeavesGroupsOutsideOfOurNamespaceAlone) {
  EXPECT_FALSE(find("v2", "0::/../other\n", "memory", 9999));
  EXPECT_TRUE(find("v2", "", "memory")->groups.empty());
}

TEST(CgroupPlace, PassesHostileNamesOn) {
  const auto place = find("v2", "0::/a\x1b[31m:b\n", "memory", 9999);
  ASSERT_FALSE(place);
  EXPECT_THAT(place.error().message(), HasSubstr("/a\x1b[31m:b"));
}

}  // namespace
}  // namespace debug_process::proc
