// What the command lines of all subcommands share: words of argv, and the answer to a wrong one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/options.h"
#include "util/result.h"

namespace debug_process::cli {

// CLI11's own usage line is left out: ours says it better.
class HelpFormatter : public CLI::Formatter {
 public:
  [[nodiscard]] std::string make_usage(const CLI::App* /*app*/,
                                       std::string /*name*/) const override {
    return {};
  }
};

// One sentence, escaped, and where to look.
[[nodiscard]] Done usage_error(const std::string& sentence);

[[nodiscard]] Result<pid_t> parse_pid(const std::string& word);

// Rows in each table: 0 (all) or more.
[[nodiscard]] Result<std::size_t> parse_top(const std::string& word);

// What --format takes.
[[nodiscard]] std::vector<std::string> format_names();

// `word` is one of auto, always and never.
[[nodiscard]] Color parse_color(const std::string& word);

}  // namespace debug_process::cli
