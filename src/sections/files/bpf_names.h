// How bpftool calls the kinds of BPF maps and programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace debug_process::sections::files {

// "hash" for 1 of enum bpf_map_type; "type 99" for one that is newer than this.
[[nodiscard]] std::string bpf_map_type_name(std::uint32_t type);
[[nodiscard]] std::string bpf_program_type_name(std::uint32_t type);

}  // namespace debug_process::sections::files
