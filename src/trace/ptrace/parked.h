// Which threads an interruption would disturb, and are left alone until they move on; and what can
// be put right where one was interrupted all the same.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "trace/activity.h"

namespace debug_process::trace::ptrace {

// What stopping a thread does to the call that it is blocked in.
enum class Disturbance {
  none,                // the kernel makes the call again, and the program does not notice
  breaks,              // the program sees EINTR, or a short count, that it may not be prepared for
  breaks_with_timeout  // only if the socket that is the first argument has a timeout of its own
};

// signal(7), "Interruption of system calls and library functions by stop signals", and beyond it
// what the kernel ends with -EINTR or with a part of the work done: io_getevents, io_uring_enter,
// ioctl (as the driver likes), writes and sends, and receives that wait for more than one piece.
[[nodiscard]] Disturbance disturbance(const SyscallKey& call,
                                      const std::array<std::uint64_t, 6>& args);

// Whether a call that ended with EINTR may be made once more, with the same arguments, as if it had
// not begun. Its timeout then begins anew, so that one with a timeout must have just begun.
[[nodiscard]] bool may_be_made_again(const SyscallKey& call,
                                     const std::array<std::uint64_t, 6>& args, bool just_begun);

}  // namespace debug_process::trace::ptrace
