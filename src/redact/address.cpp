// SPDX-License-Identifier: Apache-2.0
#include "redact/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace debug_process::redact {
namespace {

using Bytes4 = std::array<unsigned char, 4>;
using Bytes16 = std::array<unsigned char, 16>;

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHost4 = "0123456789.";
constexpr std::string_view kHost6 = "0123456789abcdefABCDEF:.";
constexpr std::string_view kInterface =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@";

std::string_view scope_of(const Bytes4& bytes) {
  const unsigned first = bytes[0];
  const unsigned second = bytes[1];
  if (first == 127) return "loopback";
  if (first == 169 && second == 254) return "link-local";
  if (first >= 224 && first < 240) return "multicast";
  const bool shared = first == 100 && second >= 64 && second < 128;  // RFC 6598
  const bool local = first == 10 || (first == 172 && second >= 16 && second < 32) ||
                     (first == 192 && second == 168);
  return shared || local ? "private" : "public";
}

std::string_view scope_of(const Bytes16& bytes) {
  if (bytes[0] == 0xff) return "multicast";
  if (bytes[0] == 0xfe && (bytes[1] & 0xc0U) == 0x80) return "link-local";
  if ((bytes[0] & 0xfeU) == 0xfc) return "private";
  return "public";
}

void fill(const Bytes4& bytes, Address& address) {
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, bytes.data(), text.data(), text.size());
  address.canonical = text.data();
  address.scope = scope_of(bytes);
  address.telling = address.canonical != "127.0.0.1" && address.canonical != "0.0.0.0" &&
                    address.canonical != "255.255.255.255";
}

void fill(const Bytes16& bytes, Address& address) {
  static constexpr Bytes16 kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr std::size_t kPrefix = 12;
  if (std::equal(bytes.begin(), bytes.begin() + kPrefix, kMapped.begin())) {
    Bytes4 last{};
    std::copy(bytes.begin() + kPrefix, bytes.end(), last.begin());
    fill(last, address);
    return;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  address.canonical = text.data();
  address.scope = address.canonical == "::1" ? "loopback" : scope_of(bytes);
  address.telling = address.canonical != "::1" && address.canonical != "::";
}

bool parse_host(std::string_view text, Address& address) {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  const std::string host(bracketed ? text.substr(1, text.size() - 2) : text);
  Bytes4 v4{};
  if (!bracketed && ::inet_pton(AF_INET, host.c_str(), v4.data()) == 1) {
    fill(v4, address);
    return true;
  }
  Bytes16 v6{};
  if (::inet_pton(AF_INET6, host.c_str(), v6.data()) != 1) return false;
  fill(v6, address);
  return true;
}

std::size_t count_of(std::string_view text, std::size_t from, std::string_view set) {
  return std::min(text.find_first_not_of(set, from), text.size()) - from;
}

// The host's part, the brackets with it.
std::size_t host_length(std::string_view text) {
  if (!text.starts_with('[')) {
    const std::size_t v4 = count_of(text, 0, kHost4);
    const std::size_t v6 = count_of(text, 0, kHost6);
    // "10.0.0.1:80" has a port, and only an IPv6 address has two colons.
    return std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(v6), ':') < 2 ? v4
                                                                                             : v6;
  }
  const std::size_t inside = count_of(text, 1, kHost6);
  return 1 + inside < text.size() && text[1 + inside] == ']' ? inside + 2 : 0;
}

std::size_t zone_length(std::string_view text, std::size_t from) {
  if (from >= text.size() || text[from] != '%') return 0;
  const std::size_t name = count_of(text, from + 1, kInterface);
  return name == 0 ? 0 : name + 1;
}

std::size_t port_length(std::string_view text, std::size_t from) {
  if (from + 1 >= text.size() || text[from] != ':') return 0;
  if (text[from + 1] == '*') return 2;
  const std::size_t digits = count_of(text, from + 1, kDigits);
  return digits == 0 ? 0 : digits + 1;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const std::size_t host = host_length(text);
  Address address;
  if (host == 0 || !parse_host(text.substr(0, host), address)) return std::nullopt;
  const std::size_t zone = zone_length(text, host);
  const std::size_t port = port_length(text, host + zone);
  if (host + zone + port != text.size()) return std::nullopt;
  address.text = text.substr(0, host);
  if (zone > 0) address.zone = text.substr(host + 1, zone - 1);
  address.rest = text.substr(host + zone);
  return address;
}

std::size_t address_length(std::string_view text) {
  std::size_t host = host_length(text);
  // A dot or a colon at the end belongs to the sentence.
  while (host > 0 && (text[host - 1] == '.' || text[host - 1] == ':') &&
         !text.substr(0, host).ends_with("::"))
    --host;
  Address address;
  if (host == 0 || !parse_host(text.substr(0, host), address)) return 0;
  const std::size_t zone = zone_length(text, host);
  return host + zone + port_length(text, host + zone);
}

}  // namespace debug_process::redact
