// What a run may still do, and when it gives up the rest: all that it reads was written by others,
// and whoever finds a way in through that shall find little. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/capabilities.h"

namespace debug_process::run {

struct Needs {
  bool bpf = false;            // the backend may be BPF
  bool ptrace = false;         // or ptrace
  bool other_network = false;  // the process may be in another network namespace
  bool command = false;        // we started it, and pass signals on to it
  CapabilitySet delivery;      // to write the report
};

// Of what it had when it began. While backends are tried and attached; from then until all is
// collected; and while the report is made and written.
[[nodiscard]] CapabilitySet needed_to_attach(const Needs& needs, CapabilitySet had);
[[nodiscard]] CapabilitySet needed_to_collect(const Needs& needs, CapabilitySet had);
[[nodiscard]] CapabilitySet needed_to_deliver(const Needs& needs);

// The three steps, in this order. Each is for the calling thread and those that it starts later.
// Where a step is not possible the run goes on with what it has; --verbose tells.
class Rights {
 public:
  explicit Rights(const Needs& needs);

  void keep_to_attach() const;
  // `bpf`: the backend is. From here on nothing that is executed gains rights, either.
  void keep_to_collect(bool bpf);
  void keep_to_deliver() const;

 private:
  Needs needs_;
  CapabilitySet had_;
};

}  // namespace debug_process::run
