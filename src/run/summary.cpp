// SPDX-License-Identifier: Apache-2.0
#include "run/summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "diagnosis/rules.h"

namespace debug_process::run {
namespace {

std::string amount(const std::optional<Bytes>& bytes) {
  return bytes ? format_bytes(*bytes) : "unknown";
}

std::string open_files(const sections::Facts& facts) {
  const auto& files = facts.files;
  if (!files.open) return fmt::format("unknown ({})", files.completeness.reason);
  std::string text = fmt::format("{}", *files.open);
  const auto& sockets = facts.sockets;
  if (sockets.total && *sockets.total > 0)
    text += fmt::format(" ({} socket{}: {} listening, {} established)", *sockets.total,
                        *sockets.total == 1 ? "" : "s", sockets.listening.value_or(0),
                        sockets.established.value_or(0));
  return text;
}

std::string memory(const sections::Facts& facts) {
  if (!facts.memory.rss) return fmt::format("unknown ({})", facts.memory.completeness.reason);
  const auto& memory = facts.memory;
  std::string text = fmt::format("RSS {}, Heap {}", amount(memory.rss), amount(memory.heap));
  // [heap] is what brk(2) gave; allocators and runtimes of their own live in anonymous mappings.
  if (memory.heap && memory.anonymous && memory.heap->value < memory.anonymous->value / 2)
    text += fmt::format(", Anonymous {}", format_bytes(*memory.anonymous));
  return text;
}

}  // namespace

std::vector<report::SummaryLine> summarize(const sections::Facts& facts,
                                           const std::vector<report::Finding>& findings) {
  return {{"Command", fmt::format("{}", fmt::join(facts.process.command, " "))},
          {"Activity", facts.syscalls.activity_text},
          {"Open files", open_files(facts)},
          {"Memory", memory(facts)},
          {"Diagnosis", diagnosis::diagnosis_line(findings, facts)}};
}

}  // namespace debug_process::run
