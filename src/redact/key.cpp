// SPDX-License-Identifier: Apache-2.0
#include "redact/key.h"

#include <bit>
#include <cstddef>

namespace debug_process::redact {
namespace {

class SipState {
 public:
  explicit SipState(const Key& key)
      : v0_(key[0] ^ 0x736f6d6570736575U),
        v1_(key[1] ^ 0x646f72616e646f6dU),
        v2_(key[0] ^ 0x6c7967656e657261U),
        v3_(key[1] ^ 0x7465646279746573U) {}

  void take(std::uint64_t word) {
    v3_ ^= word;
    rounds(2);
    v0_ ^= word;
  }

  [[nodiscard]] std::uint64_t finish() {
    v2_ ^= 0xff;
    rounds(4);
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void rounds(int count) {
    for (int i = 0; i < count; ++i) {
      v0_ += v1_;
      v1_ = std::rotl(v1_, 13) ^ v0_;
      v0_ = std::rotl(v0_, 32);
      v2_ += v3_;
      v3_ = std::rotl(v3_, 16) ^ v2_;
      v0_ += v3_;
      v3_ = std::rotl(v3_, 21) ^ v0_;
      v2_ += v1_;
      v1_ = std::rotl(v1_, 17) ^ v2_;
      v2_ = std::rotl(v2_, 32);
    }
  }

  std::uint64_t v0_;
  std::uint64_t v1_;
  std::uint64_t v2_;
  std::uint64_t v3_;
};

// Little endian, whatever the machine.
std::uint64_t word_of(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return word;
}

}  // namespace

std::uint64_t hash(const Key& key, std::string_view text) {
  constexpr std::size_t kWord = 8;
  SipState state(key);
  const std::uint64_t length = text.size();
  for (; text.size() >= kWord; text.remove_prefix(kWord))
    state.take(word_of(text.substr(0, kWord)));
  state.take(word_of(text) | length << 56U);
  return state.finish();
}

Key derive_key(std::string_view secret) {
  // Any two keys will do: they only have to be other ones than those of other uses.
  return {hash({0x64656275672d7072U, 0x6f636573732d7230U}, secret),
          hash({0x64656275672d7072U, 0x6f636573732d7231U}, secret)};
}

}  // namespace debug_process::redact
