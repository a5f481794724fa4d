// The report for an incident note: on GitHub, in a wiki, or read as it is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "render/render.h"

namespace debug_process::render {

// Summary, findings, how it was watched and what is missing, and the tables that matter most.
[[nodiscard]] std::string render_markdown(const report::Report& report,
                                          const RenderOptions& options);

}  // namespace debug_process::render
