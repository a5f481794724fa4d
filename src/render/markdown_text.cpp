// SPDX-License-Identifier: Apache-2.0
#include "render/markdown_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "render/escape.h"

namespace debug_process::render {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// What may stand around a word, and does nothing there.
constexpr std::string_view kOpening = "(\"'";
constexpr std::string_view kClosing = ".,:;!?)\"'";

bool is_within(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

// A commit, where there is such a one in the repository.
bool looks_like_hash(std::string_view word) {
  constexpr std::size_t kShortest = 7;
  return word.size() >= kShortest && std::all_of(word.begin(), word.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

// "JIRA-17", "GH-17": links, where somebody has set that up.
bool looks_like_ticket(std::string_view word) {
  const auto dash = word.rfind('-');
  return dash != std::string_view::npos && dash > 0 && is_letter(word[dash - 1]) &&
         dash + 1 < word.size() && is_digit(word[dash + 1]);
}

// Between letters or digits these are no markup; a dot there could be a host's name.
bool is_harmless(std::string_view word, std::size_t at) {
  const char before = at > 0 ? word[at - 1] : ' ';
  const char after = at + 1 < word.size() ? word[at + 1] : ' ';
  switch (word[at]) {
    case '\'':
      return is_letter(before) && is_letter(after);
    case '-':
    case '/':
      return (is_letter(before) || is_digit(before)) && (is_letter(after) || is_digit(after));
    case ',':
    case '.':
      return is_digit(before) && is_digit(after);
    case '%':
    case '+':
      return after == ' ' && (is_digit(before) || is_letter(before));
    default:
      return is_letter(word[at]) || is_digit(word[at]);
  }
}

// Without what stands around it.
bool is_plain(std::string_view word) {
  if (word == "->" || word == "-") return true;
  if (looks_like_hash(word) || looks_like_ticket(word)) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (!is_harmless(word, i)) return false;
  std::string lower(word.substr(0, 3));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower != "www";
}

struct Word {
  std::string_view opening;
  std::string_view text;
  std::string_view closing;
};

Word take_apart(std::string_view word) {
  std::size_t begin = 0;
  while (begin < word.size() && is_within(kOpening, word[begin])) ++begin;
  std::size_t end = word.size();
  while (end > begin && is_within(kClosing, word[end - 1])) {
    // "listen(2)" keeps its own.
    const std::string_view inner = word.substr(begin, end - 1 - begin);
    if (word[end - 1] == ')' && inner.find('(') != std::string_view::npos) break;
    --end;
  }
  return {word.substr(0, begin), word.substr(begin, end - begin), word.substr(end)};
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

// Programs that the advice of the rules begins a command with.
constexpr std::array<std::string_view, 30> kPrograms = {
    "bpftrace",   "cat",       "coredumpctl", "df",       "dmesg",    "du",    "gdb",  "iostat",
    "journalctl", "kill",      "ls",          "lsof",     "namei",    "nc",    "perf", "ping",
    "prlimit",    "ps",        "quota",       "repquota", "smartctl", "ss",    "stat", "strace",
    "sysctl",     "systemctl", "taskset",     "top",      "vmstat",   "getent"};

// After these a command's name is meant as one, and before these it has ended.
constexpr std::array<std::string_view, 4> kBefore = {"then", "or", "and", "with"};
constexpr std::array<std::string_view, 14> kAfter = {"then", "or",   "and",   "for",    "of",
                                                     "on",   "to",   "tells", "shows",  "says",
                                                     "in",   "that", "with",  "whether"};

template <typename List>
bool is_one_of(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool ends_clause(std::string_view word) {
  return is_within(",:;.?)", word.back());
}

// How many words from `at` on are one command; 0: none begins there.
std::size_t command_length(const std::vector<std::string_view>& words, std::size_t at) {
  const Word first = take_apart(words[at]);
  if (!is_one_of(kPrograms, first.text)) return 0;
  const bool begins_clause = at == 0 || ends_clause(words[at - 1]) || !first.opening.empty() ||
                             is_one_of(kBefore, words[at - 1]);
  const bool has_option = first.closing.empty() && at + 1 < words.size() &&
                          is_within("-/", words[at + 1].front()) && words[at + 1] != "-";
  if (!begins_clause && !has_option) return 0;
  std::size_t end = at + 1;
  while (end < words.size() && !ends_clause(words[end - 1]) &&
         !is_one_of(kAfter, take_apart(words[end]).text))
    ++end;
  return end - at;
}

std::string_view span_of(const std::vector<std::string_view>& words, std::size_t at,
                         std::size_t count) {
  const char* const begin = words[at].data();
  const std::string_view last = words[at + count - 1];
  return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
}

std::string enclose(std::string_view text) {
  const Word word = take_apart(text);
  std::string out(word.opening);
  if (!word.text.empty())
    out += is_plain(word.text) ? std::string(word.text) : markdown_code(word.text, Place::line);
  return out.append(word.closing);
}

std::string enclose_command(std::string_view text) {
  const Word word = take_apart(text);
  // A quote that ends a command is the command's.
  const auto quotes = word.closing.find_first_not_of("'\"");
  const std::size_t kept = std::min(quotes, word.closing.size());
  const std::size_t length = word.text.size() + kept;
  std::string out(word.opening);
  out += markdown_code(text.substr(word.opening.size(), length), Place::line);
  return out.append(word.closing.substr(kept));
}

}  // namespace

std::string markdown_code(std::string_view text, Place place) {
  const std::string safe = escape_for_terminal(text);
  std::string out = "`";
  for (std::size_t i = 0; i < safe.size(); ++i) {
    const bool at_edge = i == 0 || i + 1 == safe.size() || safe[i - 1] == ' ';
    if (safe[i] == '`')
      out += "\\x60";
    else if (safe[i] == '|' && place == Place::cell)
      out += "\\x7c";
    else if (safe[i] == ' ' && at_edge)
      out += "\\x20";
    else
      out += safe[i];
  }
  return safe.empty() ? "" : out + '`';
}

std::string markdown_value(std::string_view text, Place place) {
  const bool edges = text.starts_with(' ') || text.ends_with(' ');
  const auto words = split(text);
  const bool plain = !edges && text.find("  ") == std::string_view::npos &&
                     std::all_of(words.begin(), words.end(), [](std::string_view word) {
                       return is_plain(take_apart(word).text);
                     });
  return plain ? std::string(text) : markdown_code(text, place);
}

std::string markdown_prose(std::string_view text) {
  std::string out;
  for (const std::string_view word : split(text)) {
    if (!out.empty()) out += ' ';
    out += enclose(word);
  }
  return out;
}

std::string markdown_advice(std::string_view text) {
  const auto words = split(text);
  std::string out;
  for (std::size_t i = 0; i < words.size();) {
    if (!out.empty()) out += ' ';
    const std::size_t length = command_length(words, i);
    out += length > 0 ? enclose_command(span_of(words, i, length)) : enclose(words[i]);
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

}  // namespace debug_process::render
