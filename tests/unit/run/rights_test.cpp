// SPDX-License-Identifier: Apache-2.0
#include "run/rights.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace debug_process::run {
namespace {

const CapabilitySet kAll(~std::uint64_t{0});
const CapabilitySet kReading{CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH};
const CapabilitySet kBpf{CAP_BPF, CAP_PERFMON};

// As they show: without the bits that one never had.
std::string collecting(const Needs& needs, CapabilitySet had = kAll) {
  return to_string(needed_to_collect(needs, had) & had);
}

TEST(Rights, AreThoseToReadWhereNothingElseIsNeeded) {
  EXPECT_EQ(collecting({}), to_string(kReading));
  EXPECT_EQ(to_string(needed_to_attach({}, kAll)), to_string(kReading));
  EXPECT_EQ(to_string(needed_to_deliver({})), "none");
}

TEST(Rights, ForBpfAreNotThoseOfTheAdministrator) {
  Needs needs;
  needs.bpf = true;
  EXPECT_EQ(collecting(needs), to_string(kReading | kBpf));
  EXPECT_EQ(to_string(needed_to_attach(needs, kAll)),
            to_string(kReading | kBpf | CapabilitySet{CAP_SYS_RESOURCE}));
}

TEST(Rights, ForPtraceAreKeptToAttachOnly) {
  Needs needs;
  needs.ptrace = true;
  EXPECT_EQ(collecting(needs), to_string(kReading));
  EXPECT_EQ(to_string(needed_to_attach(needs, kAll)),
            to_string(kReading | CapabilitySet{CAP_SYS_NICE, CAP_SYS_ADMIN}));
}

// Linux before 5.8 has no smaller one, and some containers give that one only.
TEST(Rights, ForBpfAreTheAdministratorsWhereTheSmallerOnesAreMissing) {
  Needs needs;
  needs.bpf = true;
  const CapabilitySet had = kReading | CapabilitySet{CAP_SYS_ADMIN, CAP_BPF};
  EXPECT_EQ(collecting(needs, had), to_string(had));
  EXPECT_EQ(collecting({}, had), to_string(kReading));
}

TEST(Rights, OfAnotherNetworkAndOfACommandAreKeptForThose) {
  Needs needs;
  needs.other_network = true;
  EXPECT_EQ(collecting(needs), to_string(kReading | CapabilitySet{CAP_SYS_ADMIN}));
  needs = {};
  needs.command = true;
  EXPECT_EQ(collecting(needs), to_string(kReading | CapabilitySet{CAP_KILL}));
  EXPECT_EQ(to_string(needed_to_deliver(needs)), "CAP_KILL");
}

TEST(Rights, ToDeliverAreKeptUntilThen) {
  Needs needs;
  needs.delivery = {CAP_FOWNER};
  EXPECT_EQ(collecting(needs), to_string(kReading | CapabilitySet{CAP_FOWNER}));
  EXPECT_EQ(to_string(needed_to_deliver(needs)), "CAP_FOWNER");
}

TEST(Rights, ToReadAllFilesMayBeThoseToWriteThem) {
  const CapabilitySet had{CAP_SYS_PTRACE, CAP_DAC_OVERRIDE, CAP_CHOWN};
  EXPECT_EQ(collecting({}, had), to_string({CAP_SYS_PTRACE, CAP_DAC_OVERRIDE}));
}

// As root of a container has them: into its processes the kernel lets only who may do as much.
TEST(Rights, AreAllKeptToCollectWithoutTheOneToTrace) {
  const CapabilitySet had{CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_KILL, CAP_NET_RAW};
  EXPECT_EQ(collecting({}, had), to_string(had));
  EXPECT_EQ(to_string(needed_to_deliver({}) & had), "none");
}

}  // namespace
}  // namespace debug_process::run
