// The report for people: summary, findings, how it was made, then the sections.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "render/render.h"

namespace debug_process::render {

[[nodiscard]] std::string render_text(const report::Report& report, const RenderOptions& options);

}  // namespace debug_process::render
