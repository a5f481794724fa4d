// SPDX-License-Identifier: Apache-2.0
#include "redact/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "redact/address.h"
#include "redact/kernel_names.h"

namespace debug_process::redact {
namespace {

using report::Text;

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "route:4711", "2:1024", "*:*": what netlink and vsock sockets are called.
bool is_numbered_address(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kFamilies = {
      "*",     "route", "sock_diag", "kobject_uevent", "generic", "netfilter",
      "audit", "xfrm",  "connector", "fib_lookup",     "selinux", "crypto"};
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view before = text.substr(0, colon);
  const std::string_view after = text.substr(colon + 1);
  return (is_number(before) ||
          std::find(kFamilies.begin(), kFamilies.end(), before) != kFamilies.end()) &&
         (is_number(after) || after == "*");
}

bool is_protocol(std::string_view word) {
  static constexpr std::array<std::string_view, 16> kProtocols = {
      "tcp",  "tcp6",  "udp",    "udp6",  "raw",     "raw6", "icmp",    "icmp6",
      "unix", "mptcp", "mptcp6", "vsock", "netlink", "xdp",  "udplite", "packet"};
  return std::find(kProtocols.begin(), kProtocols.end(), word) != kProtocols.end();
}

bool is_kind_and_digits(std::string_view text) {
  static constexpr std::array<std::string_view, 11> kKinds = {
      "name",           "arg",          "path",
      "user",           "host",         "id",
      "addr-loopback",  "addr-private", "addr-link-local",
      "addr-multicast", "addr-public"};
  constexpr std::size_t kDigits = 10;
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos || text.size() - dash - 1 != kDigits) return false;
  if (text.find_first_not_of("0123456789abcdef", dash + 1) != std::string_view::npos) return false;
  return std::find(kKinds.begin(), kKinds.end(), text.substr(0, dash)) != kKinds.end();
}

// So that a report can be redacted again, and compared with one that has been.
bool is_token(std::string_view text) {
  if (!text.starts_with("addr-")) return is_kind_and_digits(text);
  const auto colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    if (port != "*" && !is_number(port)) return false;
    text = text.substr(0, colon);
  }
  const auto percent = text.find('%');
  if (percent == std::string_view::npos) return is_kind_and_digits(text);
  const std::string_view zone = text.substr(percent + 1);
  return (zone == "lo" || is_kind_and_digits(zone)) && is_kind_and_digits(text.substr(0, percent));
}

// Of an object: no path, no address.
bool is_count(std::string_view text) {
  if (text == "any child") return true;
  if (text.starts_with("0x"))
    return text.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
  if (text.starts_with("pid ")) return is_number(text.substr(4));
  return text.ends_with(" fds") && is_number(text.substr(0, text.size() - 4));
}

}  // namespace

NumberedName take_number_off(std::string_view text) {
  const auto taken_off = [text](std::string_view open, char close) -> NumberedName {
    const auto at = text.rfind(open);
    if (at == std::string_view::npos || at == 0 || !text.ends_with(close)) return {text, {}};
    const std::string_view inside = text.substr(at + open.size());
    return is_number(inside.substr(0, inside.size() - 1))
               ? NumberedName{text.substr(0, at), text.substr(at)}
               : NumberedName{text, {}};
  };
  const NumberedName parenthesis = taken_off(" (", ')');
  return parenthesis.number.empty() ? taken_off("[", ']') : parenthesis;
}

std::string Tokens::token(std::string_view prefix, std::string_view text) const {
  constexpr unsigned kUnusedBits = 24;  // 40 are enough for all files of a machine
  if (is_token(text)) return std::string(text);
  return fmt::format("{}-{:010x}", prefix, hash(key_, text) >> kUnusedBits);
}

std::string Tokens::name(std::string_view text) const {
  const NumberedName parts = take_number_off(text);
  return token("name", parts.name).append(parts.number);
}

std::string Tokens::path(std::string_view text) const {
  static constexpr std::string_view kDeleted = " (deleted)";
  static constexpr std::string_view kNamed = "[anon:";
  if (is_kernels(text)) return std::string(text);
  if (text.ends_with(kDeleted))
    return path(text.substr(0, text.size() - kDeleted.size())).append(kDeleted);
  if (text.starts_with(kNamed) && text.ends_with(']'))
    return fmt::format("{}{}]", kNamed,
                       token("name", text.substr(kNamed.size(), text.size() - kNamed.size() - 1)));
  return token("path", text);
}

std::string Tokens::ip(std::string_view text) const {
  const auto parts = parse_address(text);
  if (!parts) return {};
  std::string out = parts->telling ? token(fmt::format("addr-{}", parts->scope), parts->canonical)
                                   : std::string(parts->text);
  if (!parts->zone.empty())
    out += '%' + (parts->zone == "lo" ? std::string(parts->zone) : token("name", parts->zone));
  return out.append(parts->rest);
}

std::string Tokens::address(std::string_view text) const {
  if (text.empty() || text == "*" || is_numbered_address(text)) return std::string(text);
  if (std::string out = ip(text); !out.empty()) return out;
  if (text.starts_with('/')) return path(text);
  if (text.starts_with('@')) return '@' + token("name", text.substr(1));
  const NumberedName parts = take_number_off(text);
  return token("name", parts.name).append(parts.number);
}

// "fd 3", "fd 3, now /x", "fd 3 to 10.0.0.1:80", "fd 3 /x", "fd 3 tcp 10.0.0.1:80 <-> 10.0.0.2:99".
std::string Tokens::of_descriptor(std::string_view text) const {
  constexpr std::string_view kFd = "fd ";
  const std::size_t end = std::min(text.find_first_not_of("0123456789", kFd.size()), text.size());
  std::string out(text.substr(0, end));
  std::string_view rest = text.substr(end);
  for (const std::string_view word : {", now ", " to ", " "}) {
    if (!rest.starts_with(word)) continue;
    rest.remove_prefix(word.size());
    out += word;
    if (word == " to ") return out + address(rest);
    break;
  }
  const std::size_t space = std::min(rest.find(' '), rest.size());
  if (!is_protocol(rest.substr(0, space))) return out + path(rest);
  constexpr std::string_view kArrow = " <-> ";
  const std::string_view ends = rest.substr(std::min(space + 1, rest.size()));
  out.append(rest.substr(0, rest.size() - ends.size()));
  const auto arrow = ends.find(kArrow);
  out += address(ends.substr(0, arrow));
  if (arrow != std::string_view::npos)
    out.append(kArrow).append(address(ends.substr(arrow + kArrow.size())));
  return out;
}

std::string Tokens::object(std::string_view text) const {
  if (is_count(text)) return std::string(text);
  if (text.starts_with("fd ") && text.size() > 3 && is_number(text.substr(3, 1)))
    return of_descriptor(text);
  if (text.starts_with('@')) return address(text);
  if (std::string out = ip(text); !out.empty()) return out;
  return path(text);
}

std::string Tokens::of(Text kind, std::string_view text) const {
  if (text.empty()) return {};
  switch (kind) {
    case Text::prose:
    case Text::word:
      break;
    case Text::name:
      return name(text);
    case Text::path:
      return path(text);
    case Text::address:
      return address(text);
    case Text::object:
      return object(text);
    case Text::argument:
      if (text.starts_with('/')) return path(text);
      if (std::string out = ip(text); !out.empty()) return out;
      return token("arg", text);
    case Text::user:
      return text == "root" ? "root" : token("user", text);
    case Text::host:
      return token("host", text);
    case Text::id:
      return token("id", text);
  }
  return std::string(text);
}

}  // namespace debug_process::redact
