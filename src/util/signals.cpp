// SPDX-License-Identifier: Apache-2.0
#include "util/signals.h"

#include <fmt/format.h>

#include <cstring>

namespace debug_process {

std::string signal_name(int number) {
  const char* const name = ::sigabbrev_np(number);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", number);
}

}  // namespace debug_process
