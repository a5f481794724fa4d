// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/libbpf_log.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <utility>

namespace debug_process::trace::bpf {
namespace {

// BPF_LOG_STATS in the kernel's include/linux/bpf_verifier.h, since 5.2: totals, and the reason of
// a refusal, without what the verifier thinks of each instruction.
constexpr std::uint32_t kVerifierTotals = 4;
constexpr std::string_view kVerifierLog = "-- BEGIN PROG LOAD LOG --";

// libbpf takes a plain function: the reason has to live somewhere it can reach.
std::string& reason() {
  static std::string text;
  return text;
}

std::string formatted(const char* format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, arguments);
  std::string text(static_cast<std::size_t>(std::max(length, 0)), '\0');
  std::vsnprintf(text.data(), text.size() + 1, format, again);
  va_end(again);
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

void on_warning(std::string_view text) {
  constexpr std::string_view kPrefix = "libbpf: ";
  // The first warning names the cause; those after it only say what failed with it. A verifier
  // log is no sentence.
  const bool sentence = text.find('\n') == std::string_view::npos;
  if (reason().empty() && sentence)
    reason() = std::string(text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text);
  spdlog::debug("{}", text);
}

// "libbpf: prog 'dp_exec': -- BEGIN PROG LOAD LOG --\nverification time 96 usec\nstack depth
// 32\nprocessed 273 insns (limit 1000000) ...\n-- END PROG LOAD LOG --" in one line.
std::string verifier_line(std::string_view log) {
  const std::size_t name = log.find('\'') + 1;
  const std::size_t begin = std::min(log.find('\n'), log.size() - 1) + 1;
  std::string line =
      fmt::format("verifier of {}: {}", log.substr(name, log.find('\'', name) - name),
                  log.substr(begin, log.rfind('\n') - begin));
  for (std::size_t at = line.find('\n'); at != std::string::npos; at = line.find('\n', at))
    line.replace(at, 1, ", ");
  return line;
}

// What libbpf tells below the level of a warning are thousands of lines, which are not even
// formatted.
int on_message(libbpf_print_level level, const char* format, va_list arguments) {
  if (level == LIBBPF_WARN)
    on_warning(formatted(format, arguments));
  else if (std::string_view(format).find(kVerifierLog) != std::string_view::npos)
    spdlog::debug("{}", verifier_line(formatted(format, arguments)));
  return 0;
}

}  // namespace

void LibbpfLog::install() {
  ::libbpf_set_print(on_message);
}

void LibbpfLog::ask_verifier(bpf_object* object) {
  if (!spdlog::should_log(spdlog::level::debug)) return;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object)
      bpf_program__set_log_level(program, kVerifierTotals);
}

void LibbpfLog::tell_instructions(const bpf_object* object) {
  if (!spdlog::should_log(spdlog::level::debug)) return;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    bpf_prog_info info{};
    std::uint32_t size = sizeof(info);
    if (::bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) == 0)
      spdlog::debug("{}: {} instructions as loaded", bpf_program__name(program),
                    info.xlated_prog_len / sizeof(bpf_insn));
  }
}

std::string LibbpfLog::last_reason() {
  return std::exchange(reason(), {});
}

}  // namespace debug_process::trace::bpf
