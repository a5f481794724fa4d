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
  // It came from a terminal, which sends it to all that run there: a command of ours has it
  // already.
  [[nodiscard]] static bool from_terminal();
};

}  // namespace debug_process::run
