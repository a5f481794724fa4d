// SPDX-License-Identifier: Apache-2.0
#include "proc/device.h"

#include <fmt/format.h>

#include "proc/text.h"

namespace debug_process::proc {

std::optional<Device> parse_device(std::string_view text, int base) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto major = to_number<std::uint32_t>(text.substr(0, colon), base);
  const auto minor = to_number<std::uint32_t>(text.substr(colon + 1), base);
  if (!major || !minor) return std::nullopt;
  return Device{*major, *minor};
}

std::string to_text(Device device) {
  return fmt::format("{}:{}", device.major, device.minor);
}

}  // namespace debug_process::proc
