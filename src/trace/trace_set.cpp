// SPDX-License-Identifier: Apache-2.0
#include "trace/trace_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <optional>
#include <regex>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "trace/abi/classes.h"

namespace debug_process::trace {
namespace {

using abi::Abi;
using Keys = std::set<SyscallKey>;

constexpr std::array kAbis{Abi::native, Abi::compat32, Abi::x32};
constexpr std::string_view kUnnamed = "syscall_";  // how calls without a name are shown
constexpr const char* kHint =
    "names and classes as in strace(1), -e trace: openat,%network,!futex; ?NAME for one that may "
    "be "
    "unknown";

tl::unexpected<Error> refuse(std::string_view word, std::string detail) {
  return fail({"trace", fmt::format("'{}'", word), 0, std::move(detail), kHint});
}

struct Named {
  SyscallKey key;
  std::string name;
};

const std::vector<Named>& all_calls() {
  static const auto calls = [] {
    std::vector<Named> list;
    for (const Abi abi : kAbis) {
      for (std::int32_t number = 0; number <= TraceSet::kMaxNumber; ++number) {
        std::string name = abi::syscall_name(abi, number);
        if (!name.starts_with(kUnnamed)) list.push_back({{abi, number}, std::move(name)});
      }
    }
    return list;
  }();
  return calls;
}

// How many letters have to be changed, put in or left out (Levenshtein).
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t change = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, change});
    }
  }
  return row.back();
}

std::string did_you_mean(std::string_view word) {
  constexpr std::size_t kAtMost = 3;
  std::set<std::pair<std::size_t, std::string>> near;
  const auto consider = [&](std::string name) {
    const std::size_t letters = distance(word, name);
    if (letters <= std::max<std::size_t>(1, word.size() / 3))
      near.emplace(letters, std::move(name));
  };
  for (const Named& call : all_calls()) consider(call.name);
  for (const std::string_view name : abi::class_names()) consider(std::string(name));
  std::vector<std::string> names;
  for (const auto& [letters, name] : near)
    if (names.size() < kAtMost) names.push_back(name);
  return names.empty() ? std::string() : fmt::format("; did you mean {}?", fmt::join(names, ", "));
}

std::optional<std::int32_t> as_number(std::string_view word) {
  if (word.starts_with(kUnnamed)) word.remove_prefix(kUnnamed.size());
  std::int32_t number = 0;
  const char* const end = word.data() + word.size();
  const auto [last, error] = std::from_chars(word.data(), end, number);
  if (word.empty() || error != std::errc() || last != end) return std::nullopt;
  return number;
}

// One word of the list, for some ABIs.
class Word {
 public:
  explicit Word(std::string_view text) : text_(text), rest_(text), abis_(kAbis) {
    if (rest_.starts_with('?')) {
      may_be_unknown_ = true;
      rest_.remove_prefix(1);
    }
  }

  Result<void> add_to(Keys& keys) {
    if (rest_.starts_with('/')) return add_matches(keys);
    take_abi();
    if (rest_.starts_with('%')) return add_class(keys);
    if (const auto number = as_number(rest_)) return add_number(*number, keys);
    if (add_name(rest_, keys)) return {};
    return add_class(keys);
  }

 private:
  void take_abi() {
    constexpr std::pair<std::string_view, Abi> kPersonalities[] = {
        {"@64", Abi::native}, {"@32", Abi::compat32}, {"@x32", Abi::x32}};
    for (const auto& [suffix, abi] : kPersonalities) {
      if (!rest_.ends_with(suffix)) continue;
      rest_.remove_suffix(suffix.size());
      abis_ = std::span(std::find(kAbis.begin(), kAbis.end(), abi), 1);
      return;
    }
  }

  bool add_name(std::string_view name, Keys& keys) const {
    bool known = false;
    for (const Abi abi : abis_) {
      const auto number = abi::syscall_number(abi, name);
      if (number) keys.insert({abi, *number});
      known = known || number;
    }
    return known;
  }

  Result<void> add_class(Keys& keys) const {
    std::string_view name = rest_;
    if (name.starts_with('%')) name.remove_prefix(1);
    const auto members = abi::class_members(name);
    for (const std::string_view member : members) add_name(member, keys);
    if (!members.empty() || may_be_unknown_) return {};
    if (rest_.empty()) return refuse(text_, "a name is missing");
    return refuse(text_, "no such system call or class" + did_you_mean(rest_));
  }

  Result<void> add_number(std::int32_t number, Keys& keys) const {
    if (number < 0 || number > TraceSet::kMaxNumber)
      return refuse(text_, fmt::format("numbers are from 0 to {}", TraceSet::kMaxNumber));
    for (const Abi abi : abis_) keys.insert({abi, number});
    return {};
  }

  Result<void> add_matches(Keys& keys) const {
    try {
      const std::regex pattern(std::string(rest_.substr(1)),
                               std::regex::extended | std::regex::nosubs);
      bool any = false;
      for (const Named& call : all_calls()) {
        if (!std::regex_search(call.name, pattern)) continue;
        keys.insert(call.key);
        any = true;
      }
      if (any || may_be_unknown_) return {};
    } catch (const std::regex_error& error) {
      return refuse(text_, fmt::format("not a regular expression: {}", error.what()));
    }
    return refuse(text_, "no system call has such a name");
  }

  std::string_view text_;
  std::string_view rest_;
  std::span<const Abi> abis_;
  bool may_be_unknown_ = false;
};

// -e of strace takes more than trace=; and trace= is what it takes without a word before it.
Result<std::string_view> without_qualifier(std::string_view text) {
  for (const std::string_view prefix : {"trace=", "t="})
    if (text.starts_with(prefix)) return text.substr(prefix.size());
  for (const std::string_view other :
       {"abbrev=", "verbose=", "raw=", "signal=", "read=", "write=", "fault=", "inject=", "status=",
        "quiet=", "kvm=", "decode-fds="})
    if (text.starts_with(other))
      return refuse(text, "of strace's expressions only trace= is understood");
  return text;
}

// At the commas, but a regular expression may hold some: strace splits there all the same.
std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t comma = list.find(',');
    words.push_back(list.substr(0, comma));
    if (comma == std::string_view::npos) return words;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<TraceSet> TraceSet::parse(std::string_view text) {
  auto list = without_qualifier(text);
  if (!list) return tl::unexpected(list.error());
  TraceSet set;
  set.negated_ = list->starts_with('!');
  if (set.negated_) list->remove_prefix(1);
  bool all = false;
  for (const std::string_view word : split(*list)) {
    all = all || word == "all";
    if (word == "all" || word == "none") continue;
    if (auto added = Word(word).add_to(set.keys_); !added) return tl::unexpected(added.error());
  }
  if (all) {
    set.negated_ = !set.negated_;
    set.keys_.clear();
  }
  if (!set.is_all()) set.text_ = text;
  return set;
}

}  // namespace debug_process::trace
