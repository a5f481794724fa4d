// SPDX-License-Identifier: Apache-2.0
#include "render/layout.h"

#include <algorithm>

#include "render/unicode.h"

namespace debug_process::render {
namespace {

constexpr std::string_view kEllipsis = "…";

// What one place on the screen holds: a character and the zero-width ones that go with it.
struct Cluster {
  std::string_view text;
  unsigned width = 0;
};

Cluster first_cluster(std::string_view text) {
  Decoded next = decode_utf8(text);
  Cluster cluster{text.substr(0, next.length), next.valid ? code_point_width(next.code_point) : 1};
  while (cluster.text.size() < text.size()) {
    next = decode_utf8(text.substr(cluster.text.size()));
    if (!next.valid || code_point_width(next.code_point) != 0) break;
    cluster.text = text.substr(0, cluster.text.size() + next.length);
  }
  return cluster;
}

std::vector<Cluster> clusters(std::string_view text) {
  std::vector<Cluster> all;
  while (!text.empty()) {
    all.push_back(first_cluster(text));
    text.remove_prefix(all.back().text.size());
  }
  return all;
}

// The longest beginning that fits, and at least one cluster, so that callers get on.
std::string_view fitting_prefix(std::string_view text, unsigned width) {
  std::size_t bytes = 0;
  unsigned used = 0;
  while (bytes < text.size()) {
    const Cluster next = first_cluster(text.substr(bytes));
    if (used + next.width > width && bytes > 0) break;
    used += next.width;
    bytes += next.text.size();
  }
  return text.substr(0, bytes);
}

}  // namespace

std::string elide_middle(std::string_view text, unsigned width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  const std::vector<Cluster> all = clusters(text);
  const unsigned room = width - 1;
  const unsigned head_room = room - room / 2;

  std::size_t head = 0;
  unsigned head_width = 0;
  while (head < all.size() && head_width + all[head].width <= head_room) {
    head_width += all[head++].width;
  }
  std::size_t tail = all.size();
  unsigned tail_width = 0;
  while (tail > head && head_width + tail_width + all[tail - 1].width <= room) {
    tail_width += all[--tail].width;
  }

  std::string out;
  for (std::size_t i = 0; i < head; ++i) out += all[i].text;
  out += kEllipsis;
  for (std::size_t i = tail; i < all.size(); ++i) out += all[i].text;
  return out;
}

std::string pad(std::string_view text, unsigned width, Align align) {
  const unsigned own = display_width(text);
  const std::string filler(own < width ? width - own : 0, ' ');
  return align == Align::left ? std::string(text) + filler : filler + std::string(text);
}

std::vector<std::string> wrap(std::string_view text, unsigned width) {
  std::vector<std::string> lines;
  std::string line;
  unsigned used = 0;
  const auto finish = [&] {
    lines.push_back(std::move(line));
    line.clear();
    used = 0;
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    if (used > 0 && used + 1 + display_width(word) > width) finish();
    if (used > 0) line += ' ', ++used;
    while (display_width(word) > width) {
      line = fitting_prefix(word, width);
      word.remove_prefix(line.size());
      finish();
    }
    line += word;
    used += display_width(word);
  }
  if (!line.empty() || lines.empty()) finish();
  return lines;
}

std::vector<std::string> wrap_after(std::string_view prefix, std::string_view text,
                                    unsigned width) {
  constexpr unsigned kLeast = 10;  // what a prefix must leave for the text
  const unsigned indent = display_width(prefix);
  std::vector<std::string> lines = wrap(text, std::max(width, indent + kLeast) - indent);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i].insert(0, i == 0 ? std::string(prefix) : std::string(indent, ' '));
  }
  return lines;
}

std::string Style::severity(report::Severity severity, std::string_view text) const {
  switch (severity) {
    case report::Severity::critical:
      return paint("1;31", text);
    case report::Severity::warning:
      return paint("1;33", text);
    case report::Severity::info:
      break;
  }
  return paint("1", text);
}

std::string Style::paint(std::string_view code, std::string_view text) const {
  if (!color_) return std::string(text);
  std::string out = "\x1b[";
  out += code;
  out += 'm';
  out += text;
  out += "\x1b[0m";
  return out;
}

}  // namespace debug_process::render
