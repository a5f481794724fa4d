// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/libbpf_log.h"

#include <bpf/libbpf.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>
#include <utility>

namespace debug_process::trace::bpf {
namespace {

// libbpf takes a plain function: the reason has to live somewhere it can reach.
std::string& reason() {
  static std::string text;
  return text;
}

int on_message(libbpf_print_level level, const char* format, va_list arguments) {
  std::array<char, 1024> line{};
  const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
  if (length <= 0) return length;
  std::string_view text(line.data());
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  if (level == LIBBPF_WARN) {
    constexpr std::string_view kPrefix = "libbpf: ";
    // The first warning names the cause; those after it only say what failed with it. A verifier
    // log is no sentence.
    const bool sentence = text.find('\n') == std::string_view::npos;
    if (reason().empty() && sentence)
      reason() = std::string(text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text);
    spdlog::debug("{}", text);
  } else {
    spdlog::trace("{}", text);
  }
  return length;
}

}  // namespace

void LibbpfLog::install() {
  ::libbpf_set_print(on_message);
}

std::string LibbpfLog::last_reason() {
  return std::exchange(reason(), {});
}

}  // namespace debug_process::trace::bpf
