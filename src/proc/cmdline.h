// /proc/PID/cmdline: proc(5), the kernel's get_mm_cmdline().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace debug_process::proc {

struct Cmdline {
  std::vector<std::string>
      args;  // empty for kernel threads and zombies, and where the program erased it
  bool overwritten =
      false;  // the program wrote a title over its arguments: args is that title, in one piece
};

// The arguments as they are in the target's memory, each ended by a NUL. Any bytes are possible,
// and any text is a command line, so this cannot fail.
//
//   "python3\0server.py\0"
//   "nginx: master process /usr/sbin/nginx -g daemon off;\0\0\0\0"   setproctitle(3): one string,
//   NUL padding "postgres: writer process   "                                       no NUL at the
//   end: overwritten into the environment
[[nodiscard]] Cmdline parse_cmdline(std::string_view text);

}  // namespace debug_process::proc
