// A keyed hash, so that nobody without the key can find out what a token stands for by trying: all
// IPv4 addresses would be a matter of seconds. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace debug_process::redact {

using Key = std::array<std::uint64_t, 2>;

// From a secret of any length, such as a machine's id. The key does not tell the secret.
[[nodiscard]] Key derive_key(std::string_view secret);

// SipHash-2-4 (Aumasson and Bernstein, 2012).
[[nodiscard]] std::uint64_t hash(const Key& key, std::string_view text);

}  // namespace debug_process::redact
