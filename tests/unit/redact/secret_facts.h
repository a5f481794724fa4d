// A process in which everything that anybody can name has kSecret in its name, and findings about
// it. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "run/assemble.h"

namespace debug_process::redact {

// In all names; and the beginnings of all addresses.
inline constexpr const char* kSecret = "zqx";
inline constexpr const char* kSecretAddress = "10.77.";
inline constexpr const char* kSecretAddress6 = "2001:db8:77";

[[nodiscard]] sections::Facts secret_facts();
[[nodiscard]] run::Course secret_course();

}  // namespace debug_process::redact
