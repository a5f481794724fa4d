// The device that a file system is on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace debug_process::proc {

struct Device {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  friend auto operator<=>(const Device&, const Device&) = default;
};

// As the kernel has it in itself, and prints it in fdinfo ("sdev:fe00000"): not stat(2)'s dev_t.
[[nodiscard]] constexpr Device device_of(std::uint32_t kernel_dev) {
  constexpr unsigned kMinorBits = 20;
  return {kernel_dev >> kMinorBits, kernel_dev & ((1U << kMinorBits) - 1)};
}

// The numbers of "8:1" (base 10: mountinfo) or "fe:00" (base 16: locks, maps).
[[nodiscard]] std::optional<Device> parse_device(std::string_view text, int base);

// "8:1".
[[nodiscard]] std::string to_text(Device device);

}  // namespace debug_process::proc
