// SPDX-License-Identifier: Apache-2.0
#include "cli/words.h"

#include <fmt/format.h>

#include <charconv>

#include "render/escape.h"

namespace debug_process::cli {

Done usage_error(const std::string& sentence) {
  return {static_cast<int>(run::ExitStatus::usage),
          fmt::format("debug-process: {}\nSee debug-process --help.\n",
                      render::escape_for_terminal(sentence))};
}

Result<pid_t> parse_pid(const std::string& word) {
  pid_t pid = 0;
  const char* const end = word.data() + word.size();
  const auto [last, error] = std::from_chars(word.data(), end, pid);
  if (error != std::errc() || last != end || pid <= 0)
    return fail({"read the PID", "'" + word + "'", 0, "a PID is a whole number from 1 to 4194304",
                 "pgrep and ps -e find it"});
  return pid;
}

Result<std::size_t> parse_top(const std::string& word) {
  std::size_t top = 0;
  const char* const end = word.data() + word.size();
  const auto [last, error] = std::from_chars(word.data(), end, top);
  if (error != std::errc() || last != end)
    return fail(
        {"read the number of rows", "'" + word + "'", 0, "--top takes 0 (all) or more", {}});
  return top;
}

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const render::Renderer& renderer : render::renderers()) names.emplace_back(renderer.name);
  return names;
}

Color parse_color(const std::string& word) {
  if (word == "always") return Color::always;
  return word == "never" ? Color::never : Color::automatic;
}

}  // namespace debug_process::cli
