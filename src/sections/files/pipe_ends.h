// Who holds the other ends of the process's pipes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sections/files/facts.h"
#include "sections/holder_search.h"

namespace debug_process::sections::files {

// Those that the process holds itself.
void find_own_ends(std::vector<File>& files);

// Of the others, before the search and after it.
void look_for_ends(const Source& source, const Facts& facts, HolderSearch& search);
void add_ends(const HolderSearch& search, Facts& facts);

}  // namespace debug_process::sections::files
