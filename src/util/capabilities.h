// A set of Linux capabilities: capabilities(7).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/capability.h>

#include <cstdint>
#include <initializer_list>
#include <string>

#include "util/result.h"

// Younger than some C libraries' headers; the kernel never changes a number.
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

namespace debug_process {

class CapabilitySet {
 public:
  CapabilitySet() = default;
  // A bit each, as in the Cap lines of /proc/PID/status.
  explicit CapabilitySet(std::uint64_t bits) : bits_(bits) {}
  // Each one of the CAP_ constants.
  CapabilitySet(std::initializer_list<int> capabilities) {
    for (const int capability : capabilities) bits_ |= std::uint64_t{1} << capability;
  }

  // `capability` is one of the CAP_ constants.
  [[nodiscard]] bool has(int capability) const {
    return capability >= 0 && capability < 64 && ((bits_ >> capability) & 1U) != 0;
  }
  [[nodiscard]] std::uint64_t bits() const { return bits_; }
  [[nodiscard]] bool empty() const { return bits_ == 0; }
  // In either, in both, in this one alone.
  [[nodiscard]] CapabilitySet operator|(CapabilitySet other) const {
    return CapabilitySet(bits_ | other.bits_);
  }
  [[nodiscard]] CapabilitySet operator&(CapabilitySet other) const {
    return CapabilitySet(bits_ & other.bits_);
  }
  [[nodiscard]] CapabilitySet without(CapabilitySet other) const {
    return CapabilitySet(bits_ & ~other.bits_);
  }
  bool operator==(const CapabilitySet&) const = default;

 private:
  std::uint64_t bits_ = 0;
};

// "CAP_BPF" for CAP_BPF; "capability 63" for one that has no name here.
[[nodiscard]] std::string capability_name(int capability);
// "CAP_PERFMON, CAP_BPF", by number; "none".
[[nodiscard]] std::string to_string(CapabilitySet set);

// What this thread may do now. Says nothing about the user namespace that it may do it in.
[[nodiscard]] Result<CapabilitySet> effective_capabilities();

// Gives up all others, for good: this thread, and those that it starts from now on. Threads that
// are there already keep what they have.
[[nodiscard]] Result<void> keep_only(CapabilitySet kept);

// What it takes to look into all processes, and to stop them: all, where one has no CAP_SYS_PTRACE.
// For then the kernel lets us look into a process only when that may do no more than we do, and
// each right that we gave up could shut us out.
[[nodiscard]] CapabilitySet needed_to_look(CapabilitySet had);

// What the ptrace backend has use for beside that: to come back from giving way to its target, and
// to see which of the kernel's functions a thread was put aside in. Who may trace every process can
// have it do what he likes, so that the latter is no more than he has.
[[nodiscard]] CapabilitySet needed_to_trace();

// For a thread that does nothing else, beside `more`.
void keep_only_to_look(CapabilitySet more);

// Nothing that this thread executes, and those that it starts from now on, gains rights: neither by
// set-user-ID and file capabilities nor, as root, by being root.
[[nodiscard]] Result<void> gain_no_more();

}  // namespace debug_process
