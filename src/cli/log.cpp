// SPDX-License-Identifier: Apache-2.0
#include "cli/log.h"

#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "render/escape.h"

namespace debug_process::cli {
namespace {

class Escaping : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string line =
        "debug-process: " + log_text({message.payload.data(), message.payload.size()}) + '\n';
    out.append(line.data(), line.data() + line.size());
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<Escaping>();
  }
};

}  // namespace

std::string log_text(std::string_view message) {
  std::string text;
  for (;;) {
    const auto end = message.find('\n');
    text += render::escape_for_terminal(message.substr(0, end));
    if (end == std::string_view::npos) return text;
    text += "\n  ";
    message.remove_prefix(end + 1);
  }
}

void start_logging(bool verbose) {
  spdlog::set_default_logger(spdlog::stderr_logger_st("debug-process"));
  spdlog::set_formatter(std::make_unique<Escaping>());
  spdlog::set_level(verbose ? spdlog::level::debug : spdlog::level::warn);
}

}  // namespace debug_process::cli
