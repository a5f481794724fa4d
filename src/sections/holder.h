// A process at the other end of a pipe or a socket of this machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

namespace debug_process::sections {

struct Holder {
  pid_t pid = 0;
  std::string name;  // comm
};

}  // namespace debug_process::sections
