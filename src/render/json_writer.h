// JSON text, written from front to end: a report may have tables of 100,000 rows, of which a tree
// would take ten times their text. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace debug_process::render {

enum class JsonLayout { lines, one_line };

// What is called, in order, makes the text: within an object each value follows its key(), what
// begins ends, and then the document does. Another one may follow.
class JsonWriter {
 public:
  explicit JsonWriter(JsonLayout layout) : layout_(layout) {}

  void begin_object();
  void end_object();
  void begin_array();
  void end_array();
  void key(std::string_view key);
  void end_document();

  void null();
  void boolean(bool flag);
  // Six significant digits: more would be noise, and would differ from run to run for no reason.
  // What is no finite number is null.
  void real(double number);
  template <std::integral T>
  void number(T number) {
    begin_value();
    text_ += std::to_string(number);
  }
  // See append_json_string().
  void string(std::string_view text);

  // What has been written since the last time.
  [[nodiscard]] std::string take();

 private:
  void begin_value();
  void begin(char bracket);
  void end(char bracket);
  void new_line();

  JsonLayout layout_;
  std::string text_;
  std::vector<bool> filled_;  // of each object and array that is open: something is in it
  bool after_key_ = false;
};

}  // namespace debug_process::render
