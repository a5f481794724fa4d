// From a Report to the bytes a user reads. Renderers know the report's vocabulary and nothing else.
//
// To support a new format, implement this: a function `std::string render_<format>(const
// report::Report&, const RenderOptions&)` in <format>.cpp, a value of Format, a line in
// render.cpp's list and a golden file. All text in a Report may come from the target: what a
// renderer passes on must be unable to drive the terminal, browser or parser that reads it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "report/report.h"

namespace debug_process::render {

enum class Format { text, json, ndjson, markdown };

struct RenderOptions {
  bool summary_only = false;
  std::size_t top = 10;  // rows in each table, 0 for all; JSON and NDJSON always have all
  bool color = false;
  unsigned width = 100;  // of the terminal; the text report uses 40 to 100 columns of it
};

struct Renderer {
  std::string_view name;  // as --format takes it
  Format format;
  std::string (*render)(const report::Report&, const RenderOptions&);
};

// All of them, in the order --help names them.
[[nodiscard]] std::span<const Renderer> renderers();

[[nodiscard]] std::optional<Format> format_by_name(std::string_view name);

// The whole document, ending in a newline.
[[nodiscard]] std::string render(const report::Report& report, Format format,
                                 const RenderOptions& options);

}  // namespace debug_process::render
