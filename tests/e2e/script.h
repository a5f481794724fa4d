// A few lines of Python as a target, for what needs no exact counts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "e2e/harness.h"

namespace debug_process::e2e {

// Why there can be no Script here.
[[nodiscard]] inline std::optional<std::string> why_no_script() {
  if (!find_program("python3")) return "python3 is not installed";
  return std::nullopt;
}

// Has said "ready" when it is made; `arguments` are the program's sys.argv[1:]. It asks for less of
// the CPU than others do, so that nobody finds it kept from one. Children that it forks end with
// it.
class Script : public Process {
 public:
  explicit Script(const std::string& program, const std::vector<std::string>& arguments = {},
                  std::vector<std::string> prefix = {})
      : Process(command(program, arguments, std::move(prefix))) {
    wait_for_output("ready");
  }

  // A command that runs what follows it in a network namespace of its own, with these commands of a
  // shell run before.
  [[nodiscard]] static std::vector<std::string> in_own_network(const std::string& setup = "true") {
    return {*find_program("unshare"),
            "--net",
            "--mount",
            "/bin/sh",
            "-c",
            "PATH=$PATH:/sbin:/usr/sbin; ip link set lo up && " + setup + " && exec \"$@\"",
            "sh"};
  }

 private:
  static std::vector<std::string> command(const std::string& program,
                                          const std::vector<std::string>& arguments,
                                          std::vector<std::string> prefix) {
    const std::string preamble =
        "import os, socket, sys, time\n"
        "os.nice(1)\n"
        "def ready(): print('ready', flush=True)\n";
    prefix.insert(prefix.end(), {*find_program("python3"), "-c", preamble + program});
    prefix.insert(prefix.end(), arguments.begin(), arguments.end());
    return prefix;
  }
};

// The first finding of a report, and all of them for a message; throws where there is none.
[[nodiscard]] inline Json first_finding(const Json& report) {
  if (report.at("findings").empty()) throw std::runtime_error("the report has no finding");
  return report.at("findings").at(0);
}

}  // namespace debug_process::e2e
