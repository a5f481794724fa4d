// Turns the kernel's "no" to BPF into a cause and a remedy.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "util/result.h"

namespace debug_process::trace::bpf {

// `detail` is libbpf's own sentence. Looks at the machine (kernel BTF, capabilities, lockdown) to
// name the cause.
[[nodiscard]] Error refusal(std::string action, int errno_value, std::string detail);

}  // namespace debug_process::trace::bpf
