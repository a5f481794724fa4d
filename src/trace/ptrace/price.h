// What stops cost a thread. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace debug_process::trace::ptrace {

// What a call's two stops cost: time, and CPU time of the thread's own.
struct Price {
  std::chrono::nanoseconds time{0};
  std::chrono::nanoseconds cpu{0};
};

[[nodiscard]] Price operator*(Price price, double factor);

// How many times the measured price a thread pays that has made `calls` and was awake, but not on a
// CPU, for `off_cpu` of the time that it was watched: that is what stops take beyond their CPU
// time. The price is measured on a child of our own: between the CPUs of a virtual machine a
// target's stops cost half as much again. 1 to 3: beyond that it is something else that it waits
// for.
[[nodiscard]] double price_factor(std::chrono::nanoseconds off_cpu, double calls, Price measured);

}  // namespace debug_process::trace::ptrace
