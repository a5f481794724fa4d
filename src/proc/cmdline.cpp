// SPDX-License-Identifier: Apache-2.0
#include "proc/cmdline.h"

namespace debug_process::proc {
namespace {

std::string without_trailing_blanks(std::string_view text) {
  const auto last = text.find_last_not_of(' ');
  return std::string(text.substr(0, last == std::string_view::npos ? 0 : last + 1));
}

}  // namespace

Cmdline parse_cmdline(std::string_view text) {
  Cmdline cmdline;
  if (text.empty() || text.find_first_not_of('\0') == std::string_view::npos) return cmdline;

  const bool terminated = text.back() == '\0';
  const auto first_nul = text.find('\0');
  const bool only_padding_follows =
      first_nul != std::string_view::npos &&
      text.find_first_not_of('\0', first_nul) == std::string_view::npos;
  const bool padded = only_padding_follows && text.size() - first_nul > 1;
  // Trailing empty arguments look the same as padding; a title has blanks, a program's name seldom.
  if (!terminated || (padded && text.substr(0, first_nul).find(' ') != std::string_view::npos)) {
    cmdline.overwritten = true;
    const std::string title = without_trailing_blanks(text.substr(0, first_nul));
    if (!title.empty()) cmdline.args.push_back(title);
    return cmdline;
  }

  while (!text.empty()) {
    const auto end = text.find('\0');
    cmdline.args.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return cmdline;
}

}  // namespace debug_process::proc
