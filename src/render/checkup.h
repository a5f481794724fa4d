// What `doctor` says, for people and for programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "render/render.h"
#include "report/checkup.h"

namespace debug_process::render {

// The verdict first, then the remedies, then the tables, whose last column is wrapped and never
// cut.
[[nodiscard]] std::string render_checkup_text(const report::Checkup& checkup,
                                              const RenderOptions& options);

[[nodiscard]] std::string render_checkup_json(const report::Checkup& checkup);

}  // namespace debug_process::render
