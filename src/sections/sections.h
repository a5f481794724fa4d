// All sections, in the order they are read. A new one: its folder, a member of Facts and its lines
// in sections.cpp. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"
#include "sections/disk/facts.h"
#include "sections/errors/facts.h"
#include "sections/files/facts.h"
#include "sections/host/facts.h"
#include "sections/intervals/facts.h"
#include "sections/memory/facts.h"
#include "sections/process/facts.h"
#include "sections/sockets/facts.h"
#include "sections/source.h"
#include "sections/syscalls/facts.h"
#include "sections/threads/facts.h"
#include "trace/activity.h"

namespace debug_process::sections {

struct Facts {
  std::chrono::nanoseconds window{0};
  std::optional<int>
      wait_status;  // as from wait(2), when the target ended in the window and it is known
  process::Facts process;
  host::Facts host;
  syscalls::Facts syscalls;
  errors::Facts errors;
  threads::Facts threads;
  files::Facts files;
  sockets::Facts sockets;
  memory::Facts memory;
  disk::Facts disk;
  intervals::Facts intervals;
  // How long the last reading of what a section tells took, as in report::Collection.
  std::map<std::string, std::chrono::nanoseconds> gathering;
};

// The ids of all sections, in order: what --sections accepts.
[[nodiscard]] const std::vector<std::string_view>& section_ids();

[[nodiscard]] std::vector<report::Section> present(const Facts& facts);

}  // namespace debug_process::sections
