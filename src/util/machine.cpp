// SPDX-License-Identifier: Apache-2.0
#include "util/machine.h"

#include <sys/utsname.h>

#include <fstream>

namespace debug_process {

Machine this_machine() {
  utsname names{};
  if (::uname(&names) != 0) return {};
  return {names.nodename, names.release, names.machine};
}

std::optional<std::string> machine_secret() {
  // machine-id(5): where an image has none yet the file is empty, or says "uninitialized".
  constexpr std::size_t kLength = 32;
  for (const char* path : {"/etc/machine-id", "/var/lib/dbus/machine-id"}) {
    std::ifstream file(path);
    std::string line;
    if (std::getline(file, line) && line.size() == kLength) return line;
  }
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string line;
  if (std::getline(file, line) && !line.empty()) return line;
  return std::nullopt;
}

}  // namespace debug_process
