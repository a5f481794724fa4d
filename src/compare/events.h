// Whether something happens more often, or less.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "compare/capture.h"
#include "compare/context.h"
#include "compare/difference.h"

namespace debug_process::compare {

// What is asked, and which answer would matter.
struct Question {
  std::string key;
  std::string what;
  Bad bad = Bad::neither;
  double least = 0;  // a smaller difference does not matter
  std::vector<std::string> part_of;
  std::vector<std::string> follows;
};

// `margin` is the factor up to which nothing is said: kLeastChange, and more where the counts
// themselves may be off. By the intervals; rare events by their number, as far as intervals do not
// differ by more than chance.
[[nodiscard]] Difference compare_events(const Question& question, const Events& a, const Events& b,
                                        double margin);

// Of what no interval is known, taken to vary as much as the process's calls do.
[[nodiscard]] Difference compare_totals(const Question& question, const Events& a, const Events& b,
                                        const Context& context);

// A number measured many times in the window, with the two values to show.
[[nodiscard]] Difference compare_samples(const Question& question, const std::vector<double>& a,
                                         const std::vector<double>& b, double before, double after,
                                         double margin = kLeastChange);

[[nodiscard]] double factor(double before, double after);

}  // namespace debug_process::compare
