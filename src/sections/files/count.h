// How many descriptors are open, without a look at each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "sections/source.h"

namespace debug_process::sections::files {

// Since Linux 6.2 the size of /proc/PID/fd, for everybody and in microseconds; nullopt before.
[[nodiscard]] std::optional<std::uint64_t> count_without_permission(const Source& source);

// The same; on older kernels the directory is listed, where that may be done and takes no longer
// than some milliseconds.
[[nodiscard]] std::optional<std::uint64_t> count_open(const Source& source);

}  // namespace debug_process::sections::files
