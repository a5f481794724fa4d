// SPDX-License-Identifier: Apache-2.0
#include "redact/prose.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "redact/address.h"

namespace debug_process::redact {
namespace {

// Of a word: a letter, a digit, or a byte of a character beyond ASCII.
bool is_of_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

bool is_number(std::string_view text) {
  return text.find_first_not_of("0123456789.,%") == std::string_view::npos;
}

// Our sentences are made of such words: a replacement there would say what it stands for.
bool is_common(std::string_view text) {
  constexpr std::size_t kShortest = 3;
  return text.size() < kShortest || is_number(text);
}

// Ends where the path cannot go on: at a blank, or at the quote that it stands in.
std::string_view path_of(std::string_view rest, char before) {
  if (before == '\'' || before == '"') {
    const auto quote = rest.find(before);
    if (quote != std::string_view::npos) return rest.substr(0, quote);
  }
  std::string_view path = rest.substr(0, std::min(rest.find_first_of(" \t\n"), rest.size()));
  while (!path.empty() && std::string_view(".,:;!?\"'").find(path.back()) != std::string_view::npos)
    path.remove_suffix(1);
  // A bracket that was opened before the path ends it.
  for (const auto& [open, close] : {std::pair('(', ')'), std::pair('[', ']')})
    while (path.ends_with(close) &&
           std::count(path.begin(), path.end(), open) < std::count(path.begin(), path.end(), close))
      path.remove_suffix(1);
  return path;
}

}  // namespace

void Prose::keep(std::string_view text) {
  if (!text.empty()) known_.emplace(text, text);
}

void Prose::replace(std::string_view text, const std::string& replacement, When when) {
  if (text.empty() || (when == When::unless_common && is_common(text))) return;
  known_.emplace(text, replacement);
}

// The longest that `rest` begins with: keys in order, from the greatest that may be one on down.
Prose::Match Prose::known_at(std::string_view rest) const {
  std::string_view prefix = rest;
  while (!prefix.empty()) {
    auto next = known_.upper_bound(prefix);
    if (next == known_.begin()) break;
    const auto& [text, replacement] = *std::prev(next);
    const auto differ = std::mismatch(text.begin(), text.end(), prefix.begin(), prefix.end()).first;
    const auto common = static_cast<std::size_t>(differ - text.begin());
    if (common < text.size()) {
      prefix = prefix.substr(0, common);
      continue;
    }
    const bool ends_word =
        text.size() == rest.size() || !is_of_word(text.back()) || !is_of_word(rest[text.size()]);
    if (ends_word) return {text.size(), replacement};
    prefix = prefix.substr(0, text.size() - 1);
  }
  return {};
}

Prose::Match Prose::path_at(std::string_view rest, char before) const {
  constexpr std::string_view kBefore = " \t\n'\"([<{=,:;|>)*@`";
  if (rest.front() != '/' || kBefore.find(before) == std::string_view::npos) return {};
  const std::string_view path = path_of(rest, before);
  // "read / write", "/s"
  if (path.size() < 2 ||
      !(is_of_word(path[1]) || std::string_view("./~-").find(path[1]) != std::string_view::npos))
    return {};
  return {path.size(), tokens_.of(report::Text::path, path)};
}

Prose::Match Prose::address_at(std::string_view rest) const {
  const std::size_t length = address_length(rest);
  const bool goes_on = length < rest.size() && is_of_word(rest[length]);
  if (length == 0 || goes_on) return {};
  return {length, tokens_.of(report::Text::address, rest.substr(0, length))};
}

std::string Prose::rewrite(std::string_view text) const {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    const char before = i == 0 ? ' ' : text[i - 1];
    Match match;
    if (!is_of_word(before)) {
      match = known_at(rest);
      for (Match other : {path_at(rest, before), address_at(rest)})
        if (other.length > match.length) match = std::move(other);
    }
    if (match.length == 0) {
      out += text[i++];
      continue;
    }
    out += match.replacement;
    i += match.length;
  }
  return out;
}

}  // namespace debug_process::redact
