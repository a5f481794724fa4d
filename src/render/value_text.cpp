// SPDX-License-Identifier: Apache-2.0
#include "render/value_text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "render/escape.h"

namespace debug_process::render {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kDecades = 8;
constexpr std::array<const char*, 9> kHeights{"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
// More would not fit beside anything else.
constexpr std::size_t kMostCells = 32;

std::size_t decade_of(double seconds) {
  const double above_100_ns = std::floor(std::log10(seconds) + 7.0);
  return static_cast<std::size_t>(std::clamp(above_100_ns, 0.0, kDecades - 1.0));
}

struct ToText {
  std::string operator()(std::monostate) const { return "-"; }
  std::string operator()(bool flag) const { return flag ? "yes" : "no"; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(std::uint64_t number) const { return format_count(number); }
  std::string operator()(Ratio ratio) const { return format_ratio(ratio); }
  std::string operator()(Rate rate) const { return format_rate(rate); }
  std::string operator()(nanoseconds duration) const { return format_duration(duration); }
  std::string operator()(Bytes bytes) const { return format_bytes(bytes); }
  std::string operator()(const std::string& text) const { return escape_for_terminal(text); }
  std::string operator()(const std::vector<std::string>& texts) const {
    std::string out;
    for (const std::string& text : texts) {
      if (!out.empty()) out += ", ";
      out += escape_for_terminal(text);
    }
    return out;
  }
  std::string operator()(const Histogram& histogram) const { return sparkline(histogram); }
  std::string operator()(const report::Series& series) const { return sparkline(series); }
  // One for each interval: what they say together is a column of its own.
  std::string operator()(const std::vector<Histogram>& /*histograms*/) const { return "-"; }
};

}  // namespace

std::string value_text(const report::Value& value) {
  return std::visit(ToText{}, value);
}

Align alignment(const report::Value& value) {
  const bool words = std::holds_alternative<std::monostate>(value) ||
                     std::holds_alternative<bool>(value) ||
                     std::holds_alternative<std::string>(value) ||
                     std::holds_alternative<std::vector<std::string>>(value) ||
                     std::holds_alternative<Boxed<Histogram>>(value) ||
                     std::holds_alternative<report::Series>(value);
  return words ? Align::left : Align::right;
}

std::string sparkline(const Histogram& histogram) {
  if (histogram.count == 0) return "-";
  std::array<std::uint64_t, kDecades> cells{};
  cells[0] = histogram.zero_count;
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const double exponent = (histogram.offset + static_cast<double>(i) + 0.5);
    cells[decade_of(std::exp2(exponent / std::exp2(histogram.scale)))] += histogram.counts[i];
  }
  std::string out;
  for (const std::uint64_t cell : cells) {
    const double share = static_cast<double>(cell) / static_cast<double>(histogram.count);
    // The square root, so that the one slow call in a hundred is not lost in the lowest step.
    const auto height = static_cast<std::size_t>(std::ceil(std::sqrt(std::min(share, 1.0)) * 8));
    out += kHeights[height];
  }
  return out;
}

std::string sparkline(const report::Series& series) {
  if (series.empty()) return "-";
  // Neighbours share a cell where there are more numbers than cells: the highest is shown.
  const std::size_t step = (series.size() + kMostCells - 1) / kMostCells;
  std::uint64_t highest = 0;
  for (const auto& number : series) highest = std::max(highest, number.value_or(0));
  std::string out;
  for (std::size_t begin = 0; begin < series.size(); begin += step) {
    std::optional<std::uint64_t> cell;
    for (std::size_t i = begin; i < std::min(begin + step, series.size()); ++i)
      if (series[i]) cell = std::max(cell.value_or(0), *series[i]);
    if (!cell) {
      out += '?';
      continue;
    }
    const double share =
        highest == 0 ? 0 : static_cast<double>(*cell) / static_cast<double>(highest);
    out += kHeights[static_cast<std::size_t>(std::ceil(share * 8))];
  }
  return out;
}

}  // namespace debug_process::render
