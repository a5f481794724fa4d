// The report as one JSON document: the contract that scripts, baselines and merges rely on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "render/render.h"

namespace debug_process::render {

// Of the options only summary_only matters: it leaves `sections` empty.
[[nodiscard]] std::string render_json(const report::Report& report, const RenderOptions& options);

}  // namespace debug_process::render
