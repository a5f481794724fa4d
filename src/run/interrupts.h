// SIGINT and SIGTERM: the first ends the window, the second the tool.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace debug_process::run {

class Interrupts {
 public:
  // From here on; for the whole program, once.
  static void install();
  // Readable once the first has come, for poll(2); -1 before install().
  [[nodiscard]] static int fd();
  // The first signal's number; 0: none has come.
  [[nodiscard]] static int signal();
};

}  // namespace debug_process::run
