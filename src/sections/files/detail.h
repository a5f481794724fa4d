// What an open file's fdinfo has to tell in a few words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "proc/fdinfo.h"

namespace debug_process::sections::files {

// Whether a file of this type ("eventfd", "timerfd") has more to tell than its position.
[[nodiscard]] bool has_detail(std::string_view type);

// "count 3", "monotonic, 1.2 s left, every 5.00 s", "write lock 0-EOF"; "" when there is nothing.
// Without what is watched: watched.h.
[[nodiscard]] std::string detail_of(const proc::Fdinfo& info, std::string_view type);

// "write lock 5-14", "read flock", "OFD write lock 0-EOF", "read lease (breaking)".
[[nodiscard]] std::string describe(const proc::Lock& lock);

// With a comma between them.
void append(std::string& detail, std::string_view more);

}  // namespace debug_process::sections::files
