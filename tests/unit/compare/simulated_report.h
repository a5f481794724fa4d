// Reports of loads that never ran: the same numbers for the same seed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "report/report.h"

namespace debug_process::compare {

struct SimulatedCall {
  std::string name;
  double rate = 0;         // a second
  double latency_us = 1;   // its median
  double spread = 0.5;     // of ln(latency)
  double slow_share = 0;   // of calls that take ten times as long
  std::string error = {};  // of `error_rate` a second of them
  double error_rate = 0;
};

struct Load {
  std::vector<SimulatedCall> calls = {
      {"write", 500, 100}, {"read", 1000, 20}, {"clock_nanosleep", 500, 1500}};
  int intervals = 8;
  double noise = 0.08;       // relative, of the whole load from interval to interval
  double call_noise = 0.05;  // and of each call by itself; latencies too
  double cpu = 0.2;
  std::map<std::string, std::uint64_t> peers = {{"10.0.0.9:5432", 20}};
  std::uint64_t files = 30;  // without the sockets
  std::uint64_t threads = 4;
  std::uint64_t rss_mb = 200;
  double waiting_for_cpu = 0.01;  // thread-seconds a second
};

[[nodiscard]] report::Report simulate(const Load& load, std::uint64_t seed);

// Calls and latencies of a load by their name: loads are changed with it.
[[nodiscard]] SimulatedCall& call(Load& load, const std::string& name);

}  // namespace debug_process::compare
