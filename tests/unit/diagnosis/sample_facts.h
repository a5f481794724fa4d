// A healthy process to start from: each test breaks the one thing it is about.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "diagnosis/rules.h"
#include "diagnosis/rules/all.h"
#include "util/result.h"

namespace debug_process::diagnosis {

using namespace std::chrono_literals;
using testing::HasSubstr;

inline Facts healthy() {
  Facts facts;
  facts.window = 10s;
  facts.process.pid = 1234;
  facts.process.state = "sleeping";
  facts.process.state_letter = 'S';
  facts.process.uptime = 1h;
  facts.process.threads = 1;
  facts.process.tracer_pid = 0;
  facts.syscalls.traced = true;
  facts.syscalls.observed = 10s;
  facts.threads.count = 1;
  facts.files.open = 10;
  facts.files.limit_soft = 1024;
  facts.sockets.close_wait = 0;
  facts.memory.swap = Bytes{0};
  facts.memory.page_faults_minor = 0;
  facts.memory.page_faults_major = 0;
  return facts;
}

inline sections::syscalls::Row& add_calls(Facts& facts, const std::string& syscall,
                                          std::uint64_t calls,
                                          std::chrono::nanoseconds total = 0ns) {
  sections::syscalls::Row row;
  row.syscall = syscall;
  row.abi = "x86_64";
  row.calls = calls;
  row.latency.count = calls;
  row.latency.sum = total;
  facts.syscalls.calls += calls;
  facts.syscalls.in_syscalls += total;
  facts.syscalls.rows.push_back(row);
  return facts.syscalls.rows.back();
}

// "nothing wrong found (35 rules)", "nothing wrong found (35 rules, no calls counted)".
inline std::string nothing_found(const std::string& but = "") {
  return "nothing wrong found (" + std::to_string(rules().size()) + " rules" + but + ")";
}

// Adds to the errors of `syscall`, whose calls the test adds itself.
inline void add_errors(Facts& facts, const std::string& syscall, int errno_value,
                       std::uint64_t calls, std::optional<std::string> example = std::nullopt) {
  facts.errors.rows.push_back({syscall, "x86_64", errno_name(errno_value), errno_value, calls,
                               std::move(example), std::nullopt});
  facts.errors.errors += calls;
  facts.syscalls.errors += calls;
  for (auto& row : facts.syscalls.rows) {
    if (row.syscall == syscall) row.errors += calls;
  }
}

// How the line begins where nothing is wrong, with however many rules there are.
inline sections::threads::Thread& add_thread(Facts& facts, double cpu) {
  sections::threads::Thread thread;
  thread.tid = 77;
  thread.name = "worker";
  thread.state = 'R';
  thread.cpu = Ratio{cpu};
  thread.on_cpu = std::chrono::nanoseconds(static_cast<std::int64_t>(cpu * 10e9));
  thread.run_delay = 0ns;
  thread.observed = 10s;
  thread.voluntary_switches = 0;
  thread.involuntary_switches = 0;
  facts.threads.threads.push_back(thread);
  facts.threads.count = facts.threads.threads.size();
  return facts.threads.threads.back();
}

// All calls of these names took `each`.
inline void set_latency(sections::syscalls::Row& row, std::chrono::nanoseconds each) {
  row.latency = {};
  row.latency.add(each);
  for (auto& count : row.latency.counts) count *= row.calls;
  row.latency.count = row.calls;
  row.latency.sum = each * static_cast<std::int64_t>(row.calls);
}

// Twenty of 500 ms, in which all that was added so far is spread evenly.
inline void add_intervals(Facts& facts) {
  constexpr std::size_t kIntervals = 20;
  facts.syscalls.interval_known.assign(kIntervals, true);
  facts.intervals.intervals.assign(kIntervals, {});
  for (std::size_t i = 0; i < kIntervals; ++i) {
    facts.intervals.intervals[i].start = 500ms * static_cast<int>(i);
    facts.intervals.intervals[i].length = 500ms;
  }
  for (auto& row : facts.syscalls.rows) {
    row.intervals.assign(kIntervals, {});
    for (auto& part : row.intervals) part.calls = row.calls / kIntervals;
  }
}

// The same, but all calls came in one of them.
inline void add_burst(Facts& facts) {
  add_intervals(facts);
  for (auto& row : facts.syscalls.rows) {
    for (auto& part : row.intervals) part.calls = 0;
    row.intervals[3].calls = row.calls;
  }
}

inline sections::files::File& add_file(Facts& facts, int fd, const std::string& type,
                                       const std::string& path, const std::string& mode = "rw") {
  sections::files::File file;
  file.fd = fd;
  file.type = type;
  file.path = path;
  file.mode = mode;
  file.io.emplace();
  facts.files.io_known = true;
  facts.files.files.push_back(file);
  return facts.files.files.back();
}

}  // namespace debug_process::diagnosis
