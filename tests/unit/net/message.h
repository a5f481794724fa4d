// Answers of the kernel, made by hand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <string_view>

#include "net/attributes.h"
#include "net/diag_socket.h"

namespace debug_process::net {

template <typename Body>
Message answer(const Body& body) {
  return make_request(0, &body, sizeof body);
}

inline void add(Message& message, std::uint16_t type, std::string_view bytes) {
  append_attribute(message, type, bytes.data(), bytes.size());
}

template <typename T>
std::string_view as_bytes(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

inline const nlmsghdr& header(const Message& message) {
  return *reinterpret_cast<const nlmsghdr*>(message.data());
}

}  // namespace debug_process::net
