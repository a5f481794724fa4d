// One number of two reports, and what is to be said of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/report.h"

namespace debug_process::compare {

// Below it nobody is told: a change by a fifth.
inline constexpr double kLeastChange = 1.2;

enum class Bad { more, less, neither };

enum class Verdict {
  worse,
  better,
  changed,      // and neither direction is bad by itself
  same,         // or different by too little to matter
  cannot_tell,  // it may well be different
  explained,    // different, as another difference would have it
};

[[nodiscard]] const char* to_string(Verdict verdict);

struct Difference {
  std::string key;   // "<section>.<metric>", or a cell: "<section>.<table>[<row>].<column>"
  std::string what;  // for people
  report::Value before;
  report::Value after;
  Bad bad = Bad::neither;
  double change = 1;   // a factor; infinity: there was none before; 0: there is none now
  bool large = false;  // so large that it matters, if it is no accident
  // Whether it was an accident is asked only of what could matter: each question more makes each
  // answer weaker. Nothing of the answer may be in this.
  bool asked = true;
  // Of such data if nothing changed that matters. nullopt: chance has no part in it, unless
  // `untold` says why it cannot be told.
  std::optional<double> chance;
  std::string untold;
  std::string detail;  // for people: "p50 20 us, now 41 us"
  double delta = 0;    // after - before, in the unit that it shares with what it is a part of
  std::vector<std::string> part_of;  // keys
  std::vector<std::string> follows;  // keys: a change by the same factor there explains this one
  std::vector<std::string> told_by;  // keys: where one of them is told, this adds nothing

  Verdict verdict = Verdict::same;
  std::string why;

  [[nodiscard]] bool found() const {
    return verdict == Verdict::worse || verdict == Verdict::better || verdict == Verdict::changed;
  }
};

}  // namespace debug_process::compare
