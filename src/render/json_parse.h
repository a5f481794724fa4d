// JSON text -> tree, within limits: a file may be anybody's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "util/result.h"

namespace debug_process::render {

// Keys stay in the file's order. `name` is the file's, for the error, which says where in it. What
// is malformed, deeper than 64 levels, larger than 512 MB or has objects of more than 4,096 keys is
// refused: memory and time stay in proportion to the file.
[[nodiscard]] Result<nlohmann::ordered_json> parse_json(std::string_view text,
                                                        const std::string& name);

}  // namespace debug_process::render
