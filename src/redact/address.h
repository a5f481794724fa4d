// An IP address, as the report writes it. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace debug_process::redact {

struct Address {
  std::string canonical;   // the address alone; ::ffff:10.0.0.1 is 10.0.0.1
  std::string_view scope;  // "loopback", "private", "link-local", "multicast", "public"
  bool telling = true;     // false: the same on every machine: 127.0.0.1, ::1, 0.0.0.0, ::
  std::string_view text;   // as written, in brackets or not
  std::string_view zone;   // the interface: "eth0"; may be empty
  std::string_view rest;   // ":443", ":*"; may be empty
};

// "10.0.0.1", "10.0.0.1:443", "[fe80::1]%eth0:*", "fe80::1%eth0"; nullopt: anything else.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);

// The address that `text` begins with, whatever follows; how many bytes it takes, 0 for none.
[[nodiscard]] std::size_t address_length(std::string_view text);

}  // namespace debug_process::redact
