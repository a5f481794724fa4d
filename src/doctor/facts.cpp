// SPDX-License-Identifier: Apache-2.0
#include "doctor/facts.h"

#include <algorithm>
#include <array>

namespace debug_process::doctor {
namespace {

using report::Status;

constexpr std::array<BackendWords, 3> kWords{{
    {"bpf", true,
     "every system call: exact counts, errors and latencies; beyond --max-overhead in slices, and "
     "scaled",
     "bpf works here: every system call is counted.", Status::complete, "", Status::complete, ""},
    {"ptrace", true,
     "system calls, of a busy process in bursts: then counts are scaled up; latencies are "
     "inflated; each call that it sees stops the process twice",
     "bpf does not work here, ptrace does: of a busy process calls are seen in bursts, and scaled.",
     Status::partial, "of a busy process counts are scaled up; latencies are inflated",
     Status::partial, "of a busy process counts are scaled up"},
    {"sampling", false,
     "where each thread is, many times a second: shares of time, no counts, no errors; the process "
     "is never stopped",
     "Only sampling works here: shares of time, but no counts of system calls.", Status::partial,
     "shares of time, no counts and no latencies", Status::unavailable,
     "sampling does not see what calls return"},
}};

}  // namespace

const Trial* best(const Facts& facts) {
  const auto found = std::find_if(facts.trials.begin(), facts.trials.end(),
                                  [](const Trial& trial) { return !trial.refused; });
  return found == facts.trials.end() ? nullptr : &*found;
}

const Trial* trial_of(const Facts& facts, std::string_view backend) {
  const auto found =
      std::find_if(facts.trials.begin(), facts.trials.end(),
                   [backend](const Trial& trial) { return trial.backend == backend; });
  return found == facts.trials.end() ? nullptr : &*found;
}

BackendWords words_for(std::string_view backend) {
  const auto found =
      std::find_if(kWords.begin(), kWords.end(),
                   [backend](const BackendWords& words) { return words.name == backend; });
  if (found != kWords.end()) return *found;
  return {backend, false, "", "", Status::partial, "", Status::partial, ""};
}

}  // namespace debug_process::doctor
