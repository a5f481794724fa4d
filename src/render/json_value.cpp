// SPDX-License-Identifier: Apache-2.0
#include "render/json_value.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace debug_process::render {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::nanoseconds;

constexpr std::size_t kMostBuckets = 4096;  // we write at most some hundred
// We write 3. Of finer ones two that are far apart would take a lot of memory when merged.
constexpr std::int64_t kFinestScale = 8;
// Buckets by the powers of two that bound them: nanoseconds of 64 bits end at 2^33 s.
constexpr std::int64_t kLowest = -64;
constexpr std::int64_t kHighest = 33;

std::optional<std::int64_t> signed_of(const Json& json) {
  if (json.is_number_unsigned()) {
    const auto number = json.get<std::uint64_t>();
    if (!std::in_range<std::int64_t>(number)) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (json.is_number_integer()) return json.get<std::int64_t>();
  return std::nullopt;
}

std::optional<std::uint64_t> unsigned_of(const Json& json) {
  if (!json.is_number_unsigned()) return std::nullopt;
  return json.get<std::uint64_t>();
}

report::Value number_of(const Json& json, std::string_view key) {
  if (key.ends_with("_ratio")) return Ratio{json.get<double>()};
  if (key.ends_with("_per_s")) return Rate{json.get<double>()};
  // Only what has no unit of ours has decimals beside: a load average.
  if (json.is_number_float()) return Ratio{json.get<double>()};
  if (key.ends_with("_ns")) {
    const auto number = signed_of(json);
    return number ? report::Value(nanoseconds(*number)) : report::Value();
  }
  if (const auto number = unsigned_of(json)) {
    if (key.ends_with("_bytes")) return Bytes{*number};
    return *number;
  }
  return json.get<std::int64_t>();
}

template <typename Element, typename Convert>
report::Value list_of(const Json& json, Convert convert) {
  std::vector<Element> list;
  list.reserve(json.size());
  for (const Json& item : json) {
    auto element = convert(item);
    if (!element) return {};
    list.push_back(std::move(*element));
  }
  return list;
}

std::optional<std::string> text_of(const Json& json) {
  if (!json.is_string()) return std::nullopt;
  return json.get<std::string>();
}

report::Value array_of(const Json& json) {
  const auto all = [&json](auto property) {
    return std::all_of(json.begin(), json.end(), property);
  };
  if (all([](const Json& item) { return item.is_string(); }))
    return list_of<std::string>(json, text_of);
  if (all([](const Json& item) { return item.is_object(); }))
    return list_of<Histogram>(json, histogram_of);
  if (all([](const Json& item) { return item.is_null() || item.is_number_unsigned(); })) {
    report::Series series;
    series.reserve(json.size());
    for (const Json& item : json) series.push_back(unsigned_of(item));
    return series;
  }
  return {};
}

}  // namespace

std::optional<Histogram> histogram_of(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  const auto member = [&json](const char* key) -> const Json& {
    static const Json nothing;
    const auto found = json.find(key);
    return found == json.end() ? nothing : *found;
  };
  const auto scale = signed_of(member("scale"));
  const auto offset = signed_of(member("offset"));
  const auto zeros = unsigned_of(member("zero_count"));
  const auto count = unsigned_of(member("count"));
  const auto sum = signed_of(member("sum_ns"));
  const auto min = signed_of(member("min_ns"));
  const auto max = signed_of(member("max_ns"));
  const Json& counts = member("counts");
  if (!scale || !offset || !zeros || !count || !sum || !min || !max || !counts.is_array())
    return std::nullopt;
  if (*scale < 0 || *scale > kFinestScale || counts.size() > kMostBuckets || *min > *max)
    return std::nullopt;
  const std::int64_t in_a_doubling = std::int64_t{1} << static_cast<unsigned>(*scale);
  if (*offset < kLowest * in_a_doubling ||
      *offset + static_cast<std::int64_t>(counts.size()) > kHighest * in_a_doubling)
    return std::nullopt;
  Histogram histogram;
  histogram.scale = static_cast<int>(*scale);
  histogram.offset = static_cast<int>(*offset);
  histogram.zero_count = *zeros;
  histogram.count = *count;
  histogram.sum = nanoseconds(*sum);
  histogram.min = nanoseconds(*min);
  histogram.max = nanoseconds(*max);
  histogram.counts.reserve(counts.size());
  for (const Json& bucket : counts) {
    const auto number = unsigned_of(bucket);
    if (!number) return std::nullopt;
    histogram.counts.push_back(*number);
  }
  return histogram;
}

report::Value value_of(const Json& json, std::string_view key) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number()) return number_of(json, key);
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) return array_of(json);
  if (auto histogram = histogram_of(json)) return std::move(*histogram);
  return {};
}

}  // namespace debug_process::render
