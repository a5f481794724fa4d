// SPDX-License-Identifier: Apache-2.0
#include "net/services.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>

namespace debug_process::net {

// http            80/tcp          www             # WorldWideWeb HTTP
Services Services::parse(std::string_view text) {
  Services services;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string name;
    std::string port_and_protocol;
    if (!(words >> name >> port_and_protocol)) continue;
    std::uint16_t port = 0;
    const char* const end = port_and_protocol.data() + port_and_protocol.size();
    const auto [slash, error] = std::from_chars(port_and_protocol.data(), end, port);
    if (error != std::errc() || slash == end || *slash != '/') continue;
    services.names_[std::string(slash + 1, end)].try_emplace(port, name);
  }
  return services;
}

const Services& Services::system() {
  static const Services services = [] {
    std::ifstream file("/etc/services");
    return parse(std::string{std::istreambuf_iterator<char>(file), {}});
  }();
  return services;
}

std::string Services::name(std::uint16_t port, std::string_view protocol) const {
  const auto names = names_.find(protocol);
  if (names == names_.end()) return {};
  const auto found = names->second.find(port);
  return found == names->second.end() ? std::string() : found->second;
}

}  // namespace debug_process::net
