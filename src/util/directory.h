// A directory stream that closes itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dirent.h>

#include <memory>

namespace debug_process {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

}  // namespace debug_process
