// A set of Linux capabilities: capabilities(7).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/capability.h>

#include <cstdint>
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

  // `capability` is one of the CAP_ constants.
  [[nodiscard]] bool has(int capability) const {
    return capability >= 0 && capability < 64 && ((bits_ >> capability) & 1U) != 0;
  }
  [[nodiscard]] std::uint64_t bits() const { return bits_; }

 private:
  std::uint64_t bits_ = 0;
};

// "CAP_BPF" for CAP_BPF; "capability 63" for one that has no name here.
[[nodiscard]] std::string capability_name(int capability);

// What this thread may do now. Says nothing about the user namespace that it may do it in.
[[nodiscard]] Result<CapabilitySet> effective_capabilities();

}  // namespace debug_process
