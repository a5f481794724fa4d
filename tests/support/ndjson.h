// A report in lines of JSON, read back. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace debug_process::testing_support {

using Json = nlohmann::json;

// Throws on a line that is none of JSON.
[[nodiscard]] inline std::vector<Json> ndjson_lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<Json> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
  return lines;
}

[[nodiscard]] inline Json without_empty_tables(Json document) {
  for (Json& section : document["sections"]) {
    Json& tables = section["tables"];
    for (auto table = tables.begin(); table != tables.end();)
      table = table->empty() ? tables.erase(table) : std::next(table);
  }
  return document;
}

// The evidence as the JSON report has it.
[[nodiscard]] inline Json untyped_evidence(Json finding) {
  for (Json& item : finding["evidence"]) {
    const Json text = item["text"];
    item.erase("text");
    if (!text.is_string()) continue;
    const bool flag = text == "true" || text == "false";
    item["value"] = flag ? Json::parse(text.get<std::string>()) : text;
  }
  return finding;
}

// The document that the lines were made of, without its empty tables.
[[nodiscard]] inline Json document_of(const std::vector<Json>& lines) {
  Json document = {{"findings", Json::array()}, {"sections", Json::object()}};
  for (Json line : lines) {
    const std::string record = line.at("record");
    const std::string section = line.value("section", "");
    for (const char* key : {"record", "run_id", "host", "pid", "started_at", "section"}) {
      line.erase(key);
      const std::string renamed = std::string("row_") + key;
      if (!line.contains(renamed)) continue;
      line[key] = line[renamed];
      line.erase(renamed);
    }
    if (record == "run") {
      document.update(line);
    } else if (record == "finding") {
      document["findings"].push_back(untyped_evidence(line));
    } else if (record == "metrics") {
      line["tables"] = Json::object();
      document["sections"][section] = line;
    } else {
      document["sections"][section]["tables"][record].push_back(line);
    }
  }
  return document;
}

inline void add_types(const std::string& prefix, const Json& object,
                      std::map<std::string, std::set<std::string>>& types) {
  for (const auto& [key, value] : object.items()) {
    const std::string path = prefix + key;
    if (!value.is_null()) types[path].insert(value.type_name());
    if (value.is_object()) add_types(path + ".", value, types);
    if (!value.is_array()) continue;
    for (const Json& item : value) {
      if (!item.is_null()) types[path + "[]"].insert(item.type_name());
      if (item.is_object()) add_types(path + "[].", item, types);
    }
  }
}

// Keys, at any depth, that are one type on a line and another on another.
[[nodiscard]] inline std::vector<std::string> keys_of_several_types(
    const std::vector<Json>& lines) {
  std::map<std::string, std::set<std::string>> types;
  for (const Json& line : lines) add_types("", line, types);
  std::vector<std::string> several;
  for (const auto& [path, found] : types)
    if (found.size() > 1) several.push_back(path);
  return several;
}

}  // namespace debug_process::testing_support
