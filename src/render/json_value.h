// One JSON value -> report::Value. JSON has no units: a key's ending has them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "report/report.h"

namespace debug_process::render {

// `key` is the value's: "_ns" is a duration, "_bytes" Bytes, "_ratio" a Ratio, "_per_s" a Rate.
// What no version has written so far (an object that is no histogram, a duration of a million
// years) is unknown, not an error.
[[nodiscard]] report::Value value_of(const nlohmann::ordered_json& json, std::string_view key);

// nullopt: it is none, or one that cannot be.
[[nodiscard]] std::optional<Histogram> histogram_of(const nlohmann::ordered_json& json);

}  // namespace debug_process::render
