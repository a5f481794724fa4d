// SPDX-License-Identifier: Apache-2.0
#include "trace/ptrace/price.h"

#include <algorithm>

#include "util/clock.h"

namespace debug_process::trace::ptrace {
namespace {

using std::chrono::nanoseconds;

constexpr double kMostTimes = 3;

}  // namespace

Price operator*(Price price, double factor) {
  return {times(price.time, factor), times(price.cpu, factor)};
}

double price_factor(nanoseconds off_cpu, double calls, Price measured) {
  const double expected = calls * static_cast<double>((measured.time - measured.cpu).count());
  if (expected <= 0) return 1;
  return std::clamp(static_cast<double>(off_cpu.count()) / expected, 1.0, kMostTimes);
}

}  // namespace debug_process::trace::ptrace
