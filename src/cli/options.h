// argv -> Options.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "render/render.h"
#include "report/report.h"
#include "run/run.h"

namespace debug_process::cli {

enum class Color { automatic, always, never };

// How a report is written, and where to.
struct Delivery {
  render::Format format = render::Format::text;
  std::optional<std::string> output;  // a file; nullopt: standard output
  bool summary_only = false;
  std::size_t top = 10;
  Color color = Color::automatic;
};

struct Options : Delivery {
  run::Options run;
  std::optional<std::string> baseline;  // a file
  std::optional<report::Severity> fail_on;
  bool quiet = false;
  bool verbose = false;
};

// `debug-process doctor`
struct DoctorOptions {
  std::optional<pid_t> pid;  // nullopt: a child of the tool's own
  bool json = false;
  std::optional<std::string> btf;
  Color color = Color::automatic;
  bool verbose = false;
};

// `debug-process compare`
struct CompareOptions : Delivery {
  std::string old_file;
  std::string new_file;
  bool verbose = false;
};

// Nothing more to do: print `text` (to standard output for --help and --version) and exit.
struct Done {
  int exit_status = 0;
  std::string text;
};

[[nodiscard]] std::variant<Options, DoctorOptions, CompareOptions, Done> parse(
    const std::vector<std::string>& arguments);

}  // namespace debug_process::cli
