// SPDX-License-Identifier: Apache-2.0
#include "render/json_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "render/escape.h"

namespace debug_process::render {

void JsonWriter::begin_object() {
  begin('{');
}

void JsonWriter::end_object() {
  end('}');
}

void JsonWriter::begin_array() {
  begin('[');
}

void JsonWriter::end_array() {
  end(']');
}

void JsonWriter::key(std::string_view key) {
  begin_value();
  append_json_string(text_, key);
  text_ += layout_ == JsonLayout::lines ? ": " : ":";
  after_key_ = true;
}

void JsonWriter::end_document() {
  text_ += '\n';
}

void JsonWriter::null() {
  begin_value();
  text_ += "null";
}

void JsonWriter::boolean(bool flag) {
  begin_value();
  text_ += flag ? "true" : "false";
}

void JsonWriter::real(double number) {
  if (!std::isfinite(number)) {
    null();
    return;
  }
  begin_value();
  const double rounded = std::strtod(fmt::format("{:.6g}", number).c_str(), nullptr);
  text_ += nlohmann::json(rounded).dump();
}

void JsonWriter::string(std::string_view text) {
  begin_value();
  append_json_string(text_, text);
}

std::string JsonWriter::take() {
  return std::exchange(text_, {});
}

void JsonWriter::begin_value() {
  if (std::exchange(after_key_, false) || filled_.empty()) return;
  if (filled_.back()) text_ += ',';
  filled_.back() = true;
  new_line();
}

void JsonWriter::begin(char bracket) {
  begin_value();
  text_ += bracket;
  filled_.push_back(false);
}

void JsonWriter::end(char bracket) {
  const bool filled = filled_.back();
  filled_.pop_back();
  if (filled) new_line();
  text_ += bracket;
}

void JsonWriter::new_line() {
  constexpr std::size_t kIndent = 2;
  if (layout_ == JsonLayout::one_line) return;
  text_ += '\n';
  text_.append(kIndent * filled_.size(), ' ');
}

}  // namespace debug_process::render
