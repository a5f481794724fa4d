// What libbpf says, caught: to the log with --verbose, and the last telling line as the reason of a
// failure. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

struct bpf_object;

namespace debug_process::trace::bpf {

class LibbpfLog {
 public:
  // Once, before the first libbpf call.
  static void install();
  // With --verbose: has the kernel say how much its verifier had to do for each program of this
  // object, or why it refused one. Before the load.
  static void ask_verifier(bpf_object* object);
  // With --verbose: how many instructions the kernel has made of each program that was loaded.
  static void tell_instructions(const bpf_object* object);
  // The last warning since the last call, without libbpf's prefix; may be empty.
  [[nodiscard]] static std::string last_reason();
};

}  // namespace debug_process::trace::bpf
