// A file with a kernel's types, for a kernel that does not bring its own: --btf FILE.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "util/result.h"

namespace debug_process::trace {

// Whether it can be read and describes a kernel: raw BTF or an ELF file with a .BTF section, as
// pahole and BTFHub make them. That it is of this very kernel cannot be seen in it.
[[nodiscard]] Result<void> check_btf_file(const std::string& path);

}  // namespace debug_process::trace
