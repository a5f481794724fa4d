// SPDX-License-Identifier: Apache-2.0
#include "proc/cgroup.h"

#include <gtest/gtest.h>

namespace debug_process::proc {
namespace {

const std::string kId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

std::string container(const std::string& path) {
  const auto found = container_of(path);
  return found ? found->runtime + " " + found->id : "none";
}

TEST(CgroupParser, TakesTheUnifiedPath) {
  EXPECT_EQ(parse_cgroup("0::/user.slice/a:b\n")->path(), "/user.slice/a:b");
  EXPECT_EQ(parse_cgroup("0::/\n")->path(), "/");
}

TEST(CgroupParser, TakesTheMemoryPathWhereV2IsUnused) {
  EXPECT_EQ(parse_cgroup("9:name=systemd:/\n4:memory:/job/7\n3:cpu,cpuacct:/\n0::/\n")->path(),
            "/job/7");
  EXPECT_EQ(parse_cgroup("2:cpu,cpuacct:/x\n1:name=systemd:/\n")->path(), "/x");
}

TEST(CgroupParser, TakesTheUnifiedPathOfAHybridInUse) {
  EXPECT_EQ(parse_cgroup("4:memory:/\n0::/system.slice/x.service\n")->path(),
            "/system.slice/x.service");
}

TEST(CgroupParser, NamesTheLineThatIsMalformed) {
  EXPECT_EQ(parse_cgroup("0::/\nnonsense\n").error().message(),
            "cannot parse cgroup: line 2: not three parts");
  EXPECT_FALSE(parse_cgroup("x::/\n"));
  EXPECT_FALSE(parse_cgroup("").value().path());
}

TEST(ContainerOf, KnowsTheRuntimes) {
  EXPECT_EQ(container("/docker/" + kId), "docker " + kId);
  EXPECT_EQ(container("/system.slice/docker-" + kId + ".scope"), "docker " + kId);
  EXPECT_EQ(container("/kubepods/burstable/pod1234/" + kId), "kubernetes " + kId);
  EXPECT_EQ(container("/kubepods.slice/kubepods-besteffort.slice/cri-containerd-" + kId + ".scope"),
            "containerd " + kId);
  EXPECT_EQ(container("/kubepods.slice/kubepods-pod1.slice/crio-" + kId + ".scope"),
            "cri-o " + kId);
  EXPECT_EQ(container("/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:" + kId),
            "containerd " + kId);
  EXPECT_EQ(container("/machine.slice/libpod-" + kId + ".scope"), "podman " + kId);
  EXPECT_EQ(container("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId +
                      ".scope/container"),
            "podman " + kId);
  EXPECT_EQ(container("/lxc/web"), "lxc web");
  EXPECT_EQ(container("/lxc.payload.web"), "lxc web");
  EXPECT_EQ(container("/../" + kId), " " + kId);
}

TEST(ContainerOf, SeesThroughGroupsMadeInside) {
  EXPECT_EQ(container("/docker/" + kId + "/system.slice/cron.service"), "docker " + kId);
}

TEST(ContainerOf, IsNotFooled) {
  EXPECT_EQ(container("/"), "none");
  EXPECT_EQ(container(""), "none");
  EXPECT_EQ(container("/system.slice/docker.service"), "none");
  EXPECT_EQ(container("/machine.slice/libpod-conmon-" + kId + ".scope"), "none");
  EXPECT_EQ(container("/process_api/2500053a4dd64c8a975f3bec05105aef"), "none");
  EXPECT_EQ(container("/docker/" + kId.substr(1)), "none");
}

}  // namespace
}  // namespace debug_process::proc
