// /proc/PID/task/TID/wchan: proc(5), the kernel's proc_pid_wchan().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace debug_process::proc {

// The kernel function a task sleeps in: "ep_poll". nullopt for "0", which says that it runs, or
// that we may not know.
[[nodiscard]] std::optional<std::string> parse_wchan(std::string_view text);

}  // namespace debug_process::proc
