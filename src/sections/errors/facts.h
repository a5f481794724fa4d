// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sections/completeness.h"

namespace debug_process::sections::errors {

struct Row {
  std::string syscall;
  std::string abi;
  std::string error;  // "ENOENT"
  int errno_value = 0;
  std::uint64_t calls = 0;
  std::optional<std::string> example;  // path, peer or descriptor of one such call
  std::optional<int> fd;               // the descriptor of one such call
  // Of `calls`, at least: how the call answers, and nothing that went wrong. See expected.h.
  std::optional<std::uint64_t> expected = std::nullopt;
};

// What failed calls were about.
struct Object {
  std::string syscall;
  std::string error;
  int errno_value = 0;
  std::string object;     // path, peer or descriptor
  std::optional<int> fd;  // where it is a descriptor
  std::uint64_t calls = 0;
  std::optional<bool> expected = std::nullopt;  // as of a Row
};

struct Facts {
  Completeness completeness;
  std::vector<Row> rows;        // most frequent first
  std::vector<Object> objects;  // most frequent first
  std::uint64_t errors = 0;
  std::uint64_t expected = 0;  // of these, at least
  std::string filter;          // which calls were looked at: "-e file"; empty: all
};

}  // namespace debug_process::sections::errors
