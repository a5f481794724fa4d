// The names of well-known ports: services(5). Read from the file itself: getservbyport(3) may ask a
// name service over the network, and reads the whole file for each port.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace debug_process::net {

class Services {
 public:
  // Lines that are no service are passed over.
  [[nodiscard]] static Services parse(std::string_view text);
  // This machine's; empty when there is no such file.
  [[nodiscard]] static const Services& system();

  // "https" for 443 and "tcp"; empty when the port has no name.
  [[nodiscard]] std::string name(std::uint16_t port, std::string_view protocol) const;

 private:
  std::map<std::string, std::unordered_map<std::uint16_t, std::string>, std::less<>> names_;
};

}  // namespace debug_process::net
