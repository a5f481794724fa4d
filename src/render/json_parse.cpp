// SPDX-License-Identifier: Apache-2.0
#include "render/json_parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace debug_process::render {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLargest = std::size_t{512} << 20U;
constexpr std::size_t kDeepest = 64;
constexpr std::size_t kMostKeys = 4096;  // each new one is looked for among those there

// Walks through the text without keeping anything of it.
class Check : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(std::int64_t /*value*/) override { return true; }
  bool number_unsigned(std::uint64_t /*value*/) override { return true; }
  bool number_float(double /*value*/, const std::string& /*text*/) override { return true; }
  bool string(std::string& /*value*/) override { return true; }
  bool binary(Json::binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*size*/) override { return descend(); }
  bool key(std::string& /*name*/) override {
    if (++keys_.back() <= kMostKeys) return true;
    complaint = fmt::format("an object in it has more than {} keys", kMostKeys);
    return false;
  }
  bool end_object() override { return ascend(); }
  bool start_array(std::size_t /*size*/) override { return descend(); }
  bool end_array() override { return ascend(); }
  bool parse_error(std::size_t byte, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    position = byte;
    complaint = "it is not valid JSON";
    return false;
  }

  std::string complaint;
  std::size_t position = 0;  // of the byte, from 1; 0: unknown

 private:
  bool descend() {
    keys_.push_back(0);
    if (keys_.size() <= kDeepest) return true;
    complaint = fmt::format("it is nested deeper than {} levels", kDeepest);
    return false;
  }
  bool ascend() {
    keys_.pop_back();
    return true;
  }

  std::vector<std::size_t> keys_;  // of the objects that are open
};

std::string place(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, std::min(position, text.size() + 1) - 1);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t start = before.rfind('\n');
  const std::size_t column =
      start == std::string_view::npos ? before.size() + 1 : before.size() - start;
  return fmt::format("line {}, column {}", line, column);
}

}  // namespace

Result<Json> parse_json(std::string_view text, const std::string& name) {
  const auto refuse = [&name](std::string detail) {
    return fail({"read the report", name, 0, std::move(detail),
                 "reports are made with --json; nothing else is read"});
  };
  if (text.size() > kLargest) return refuse("it is larger than 512 MB");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return refuse("it is empty");
  Check check;
  if (!Json::sax_parse(text, &check))
    return refuse(check.position == 0
                      ? check.complaint
                      : fmt::format("{} ({})", check.complaint, place(text, check.position)));
  Json document = Json::parse(text, nullptr, false);
  if (document.is_discarded()) return refuse("it is not valid JSON");
  return document;
}

}  // namespace debug_process::render
