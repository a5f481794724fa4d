// SPDX-License-Identifier: Apache-2.0
#include "compare/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <tuple>

#include "compare/statistics.h"

namespace debug_process::compare {
namespace {

constexpr double kFalseDiscoveries = 0.05;
constexpr double kMostOfIt = 0.8;  // of a change, and the rest needs no words
constexpr double kAlike = 1.25;    // factors that differ by less are the same
constexpr double kPartThatCounts = 0.05;
constexpr const char* kAllCalls = "syscalls.calls_per_s";

Verdict direction(const Difference& difference) {
  if (difference.bad == Bad::neither) return Verdict::changed;
  return (difference.bad == Bad::more) == (difference.change > 1) ? Verdict::worse
                                                                  : Verdict::better;
}

void decide(Difference& difference, bool is_no_accident) {
  if (!difference.untold.empty()) {
    difference.verdict = difference.asked ? Verdict::cannot_tell : Verdict::same;
    difference.why = difference.untold;
    return;
  }
  if (!difference.large || !difference.asked) {
    difference.verdict = Verdict::same;
    return;
  }
  if (difference.chance && !is_no_accident) {
    difference.verdict = Verdict::cannot_tell;
    difference.why = "may be chance";
    return;
  }
  difference.verdict = direction(difference);
}

class Explainer {
 public:
  explicit Explainer(std::vector<Difference>& differences) : differences_(differences) {
    for (std::size_t i = 0; i < differences.size(); ++i) by_key_.try_emplace(differences[i].key, i);
  }

  void explain() {
    explain_what_all_do();
    explain_sums();
    explain_followers();
    for (Difference& each : differences_)
      if (each.found())
        for (const std::string& key : each.told_by)
          if (const Difference* const other = find(key);
              other != nullptr && other->found() && !is_explained_by(*other, each)) {
            by(each, *other);
            break;
          }
  }

 private:
  Difference* find(const std::string& key) {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &differences_[found->second];
  }

  void by(Difference& difference, const Difference& cause) {
    difference.verdict = Verdict::explained;
    difference.why = "goes with " + cause.what;
    causes_[&difference] = &cause;
  }

  // Two that explain each other would both go untold.
  bool is_explained_by(const Difference& difference, const Difference& cause) const {
    const Difference* each = &difference;
    while (each != nullptr && each != &cause) {
      const auto found = causes_.find(each);
      each = found == causes_.end() ? nullptr : found->second;
    }
    return each == &cause;
  }

  static bool is_part(const Difference& part, const std::string& key) {
    return std::find(part.part_of.begin(), part.part_of.end(), key) != part.part_of.end();
  }

  static bool alike(const Difference& a, const Difference& b) {
    return std::abs(std::log2(a.change) - std::log2(b.change)) <= std::log2(kAlike);
  }

  // Where all calls have become as many times more, that is one change of one thing.
  void explain_what_all_do() {
    Difference* const all = find(kAllCalls);
    if (all == nullptr || !all->found()) return;
    std::size_t calls = 0;
    for (const Difference& each : differences_) {
      if (each.part_of != std::vector<std::string>{kAllCalls}) continue;
      if (std::abs(each.delta) < kPartThatCounts * std::abs(all->delta)) continue;
      if (!alike(each, *all)) return;
      ++calls;
    }
    if (calls < 2) return;
    all->detail = "each call alike";
    for (Difference& each : differences_)
      if (each.found() && is_part(each, kAllCalls) && alike(each, *all)) by(each, *all);
  }

  // A sum changes because a part of it does: the part is what to tell. Sums come before parts.
  void explain_sums() {
    for (Difference& sum : differences_) {
      if (!sum.found() || sum.delta == 0) continue;
      double told = 0;
      const Difference* largest = nullptr;
      for (const Difference& part : differences_) {
        if (!part.found() || !is_part(part, sum.key)) continue;
        if (largest == nullptr || std::abs(part.delta) > std::abs(largest->delta)) largest = &part;
        told = std::max(told, part.delta / sum.delta);
      }
      double direct = 0;
      for (const Difference& part : differences_)
        if (part.found() && !part.part_of.empty() && part.part_of.front() == sum.key)
          direct += part.delta / sum.delta;
      if (largest != nullptr && std::max(told, direct) >= kMostOfIt) by(sum, *largest);
    }
  }

  void explain_followers() {
    for (Difference& each : differences_) {
      if (!each.found()) continue;
      for (const std::string& key : each.follows) {
        const Difference* const cause = find(key);
        if (cause == nullptr || cause->verdict == Verdict::same || !alike(each, *cause)) continue;
        if (is_explained_by(*cause, each)) continue;
        by(each, *cause);
        // Of what goes with something that nobody can tell, nobody can tell either.
        if (cause->verdict == Verdict::cannot_tell) each.verdict = Verdict::cannot_tell;
        break;
      }
    }
  }

  std::vector<Difference>& differences_;
  std::map<std::string, std::size_t> by_key_;
  std::map<const Difference*, const Difference*> causes_;  // of those that are explained
};

int rank(Verdict verdict) {
  switch (verdict) {
    case Verdict::worse:
      return 0;
    case Verdict::changed:
      return 1;
    case Verdict::better:
      return 2;
    case Verdict::cannot_tell:
      return 3;
    case Verdict::explained:
      return 4;
    case Verdict::same:
      break;
  }
  return 5;
}

double size_of(const Difference& difference) {
  const double size = std::abs(std::log2(difference.change));
  return std::isnan(size) ? 0 : size;
}

}  // namespace

void judge(std::vector<Difference>& differences) {
  std::vector<double> chances;
  for (const Difference& each : differences)
    if (each.asked && each.chance) chances.push_back(*each.chance);
  const std::vector<bool> rejected = reject(chances, kFalseDiscoveries);
  std::size_t next = 0;
  for (Difference& each : differences)
    decide(each, each.asked && each.chance ? rejected[next++] : false);
  Explainer(differences).explain();
  std::stable_sort(differences.begin(), differences.end(), [](const auto& a, const auto& b) {
    return std::tuple(rank(a.verdict), -size_of(a)) < std::tuple(rank(b.verdict), -size_of(b));
  });
}

}  // namespace debug_process::compare
