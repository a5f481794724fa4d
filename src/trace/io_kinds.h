// What system calls do to the descriptors in their arguments.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "trace/activity.h"

namespace debug_process::trace {

enum class IoKind : std::uint8_t {
  call,           // to the first argument; moves no data, or none that is counted
  read,           // returns how many bytes came from the first
  write,          // returns how many bytes went to the first
  recvmmsg,       // as read, but the bytes are with each message
  sendmmsg,       // as write, the same
  sendfile,       // from the second to the first
  splice,         // from the first to the third
  tee,            // from the first to the second
  futex,          // no descriptor: the address in the first, what is done in the second
  lookup_first,   // no descriptor: asks for the state of the path in the first
  lookup_second,  // the same, path in the second
  open_first,     // returns a new one, of the path in the first
  open_second,    // the same, path in the second
  close,          // the first
  dup_to,         // closes the second, and opens it anew
  close_range     // from the first to the second
};

// Calls of the native and the 32-bit ABI: those that read, write, wait for or flush one open file,
// and those that change which file a number stands for. What mmap(2) and io_uring move is not to be
// seen in calls; 32-bit socketcall(2) has its descriptor in memory, and is left out.
[[nodiscard]] const std::map<SyscallKey, IoKind>& io_kinds();

}  // namespace debug_process::trace
