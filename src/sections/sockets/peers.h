// The processes at the other end of unix sockets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "sections/sockets/facts.h"
#include "sections/source.h"

namespace debug_process::sections::sockets {

// Nobody tells who holds a socket: the descriptors of other processes are looked through, those
// with numbers near the target's first, until all are found or `limit` has passed. Says so when it
// has.
void find_peers(const Source& source, std::chrono::milliseconds limit, Facts& facts);

inline constexpr std::chrono::milliseconds kPeersLimit{20};

}  // namespace debug_process::sections::sockets
