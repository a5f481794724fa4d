// SPDX-License-Identifier: Apache-2.0
#include "util/machine.h"

#include <sys/utsname.h>

namespace debug_process {

Machine this_machine() {
  utsname names{};
  if (::uname(&names) != 0) return {};
  return {names.nodename, names.release, names.machine};
}

}  // namespace debug_process
