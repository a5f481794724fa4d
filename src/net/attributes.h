// The attributes behind a message: netlink(7). Lengths are checked; what is malformed ends the
// walk. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libmnl/libmnl.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "net/diag_socket.h"

namespace debug_process::net {

// What stands before the attributes; nullopt when the message is too short for it.
template <typename T>
[[nodiscard]] std::optional<T> fixed_part(const nlmsghdr& message) {
  T part{};
  if (::mnl_nlmsg_get_payload_len(&message) < sizeof part) return std::nullopt;
  std::memcpy(&part, ::mnl_nlmsg_get_payload(&message), sizeof part);
  return part;
}

template <typename Visit>
void for_each_attribute(const nlmsghdr& message, std::size_t offset, Visit visit) {
  const auto* attribute =
      static_cast<const nlattr*>(::mnl_nlmsg_get_payload_offset(&message, offset));
  // Not mnl_nlmsg_get_payload_tail(): that is rounded up to a multiple of four.
  const char* const end = reinterpret_cast<const char*>(&message) + message.nlmsg_len;
  while (true) {
    const std::ptrdiff_t rest = end - reinterpret_cast<const char*>(attribute);
    if (rest <= 0 || !::mnl_attr_ok(attribute, static_cast<int>(rest))) return;
    visit(*attribute);
    attribute = ::mnl_attr_next(attribute);
  }
}

[[nodiscard]] inline std::string_view bytes_of(const nlattr& attribute) {
  return {static_cast<const char*>(::mnl_attr_get_payload(&attribute)),
          ::mnl_attr_get_payload_len(&attribute)};
}

// Up to its NUL.
[[nodiscard]] inline std::string text_of(const nlattr& attribute) {
  const std::string_view bytes = bytes_of(attribute);
  return std::string(bytes.substr(0, bytes.find('\0')));
}

// The attribute as an array of T; nullopt when it is too short.
template <typename T>
[[nodiscard]] std::optional<T> number_at(const nlattr& attribute, std::size_t index) {
  const std::string_view bytes = bytes_of(attribute);
  if (bytes.size() < (index + 1) * sizeof(T)) return std::nullopt;
  T value{};
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof value);
  return value;
}

inline void append_attribute(Message& message, std::uint16_t type, const void* value,
                             std::size_t length) {
  const nlattr header{static_cast<std::uint16_t>(MNL_ATTR_HDRLEN + length), type};
  const std::size_t at = message.size();
  message.resize(at + MNL_ATTR_HDRLEN + MNL_ALIGN(length), 0);
  std::memcpy(message.data() + at, &header, sizeof header);
  std::memcpy(message.data() + at + MNL_ATTR_HDRLEN, value, length);
  nlmsghdr whole{};
  std::memcpy(&whole, message.data(), sizeof whole);
  whole.nlmsg_len = static_cast<std::uint32_t>(message.size());
  std::memcpy(message.data(), &whole, sizeof whole);
}

}  // namespace debug_process::net
