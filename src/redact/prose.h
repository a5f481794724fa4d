// Sentences that quote the target. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "redact/tokens.h"

namespace debug_process::redact {

// Knows the texts of a report, and finds them again in its sentences.
class Prose {
 public:
  explicit Prose(const Tokens& tokens) : tokens_(tokens) {}

  // Is left as it is wherever it stands, also where it is a name somewhere else. To be told first.
  void keep(std::string_view text);
  // Becomes `replacement`. What is so short or so plain that it may be a word of ours is only
  // replaced with `always`.
  enum class When { unless_common, always };
  void replace(std::string_view text, const std::string& replacement, When when);

  // With every text that is known, whole words only and the longest first, every absolute path and
  // every IP address replaced.
  [[nodiscard]] std::string rewrite(std::string_view text) const;

 private:
  // What is replaced at the beginning of `rest`; length 0: nothing.
  struct Match {
    std::size_t length = 0;
    std::string replacement;
  };
  [[nodiscard]] Match known_at(std::string_view rest) const;
  [[nodiscard]] Match path_at(std::string_view rest, char before) const;
  [[nodiscard]] Match address_at(std::string_view rest) const;

  const Tokens& tokens_;
  std::map<std::string, std::string, std::less<>> known_;
};

}  // namespace debug_process::redact
