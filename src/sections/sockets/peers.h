// The processes at the other end of unix sockets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sections/holder_search.h"
#include "sections/sockets/facts.h"

namespace debug_process::sections::sockets {

// Before the search, and after it.
void look_for_peers(const Facts& facts, HolderSearch& search);
void add_peers(const HolderSearch& search, Facts& facts);

}  // namespace debug_process::sections::sockets
