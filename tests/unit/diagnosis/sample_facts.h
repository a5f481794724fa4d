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

inline sections::threads::Thread& add_thread(Facts& facts, double cpu) {
  sections::threads::Thread thread;
  thread.tid = 77;
  thread.name = "worker";
  thread.state = 'R';
  thread.cpu = Ratio{cpu};
  thread.on_cpu = std::chrono::nanoseconds(static_cast<std::int64_t>(cpu * 10e9));
  thread.run_delay = 0ns;
  facts.threads.threads.push_back(thread);
  facts.threads.count = facts.threads.threads.size();
  return facts.threads.threads.back();
}

}  // namespace debug_process::diagnosis
