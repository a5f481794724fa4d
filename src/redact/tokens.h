// What stands for a text that is not to be shown. The same text has the same digits wherever it
// stands, whatever kind of text it is there. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "redact/key.h"
#include "report/report.h"

namespace debug_process::redact {

class Tokens {
 public:
  explicit Tokens(const Key& key) : key_(key) {}

  // `path-3f9a12c4d5`, `addr-private-3f9a12c4d5:443`, `name-3f9a12c4d5`, ... What is the same on
  // every machine stays: numbers, the kernel's own names, 127.0.0.1, "root". Prose and words are
  // none of its business.
  [[nodiscard]] std::string of(report::Text kind, std::string_view text) const;

 private:
  [[nodiscard]] std::string token(std::string_view prefix, std::string_view text) const;
  [[nodiscard]] std::string name(std::string_view text) const;
  [[nodiscard]] std::string path(std::string_view text) const;
  [[nodiscard]] std::string ip(std::string_view text) const;
  [[nodiscard]] std::string address(std::string_view text) const;
  [[nodiscard]] std::string object(std::string_view text) const;
  [[nodiscard]] std::string of_descriptor(std::string_view text) const;

  Key key_;
};

// A name, and the number that is shown with it: "nginx (1234)", "nginx[1234]".
struct NumberedName {
  std::string_view name;
  std::string_view number;  // " (1234)", "[1234]"; may be empty
};
[[nodiscard]] NumberedName take_number_off(std::string_view text);

}  // namespace debug_process::redact
