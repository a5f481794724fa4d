// SPDX-License-Identifier: Apache-2.0
#include "sections/sections.h"

#include "sections/disk/present.h"
#include "sections/errors/present.h"
#include "sections/files/present.h"
#include "sections/host/present.h"
#include "sections/intervals/present.h"
#include "sections/memory/present.h"
#include "sections/process/present.h"
#include "sections/sockets/present.h"
#include "sections/syscalls/present.h"
#include "sections/threads/present.h"

namespace debug_process::sections {

const std::vector<std::string_view>& section_ids() {
  static const std::vector<std::string_view> ids{"process", "host",     "syscalls", "errors",
                                                 "threads", "files",    "sockets",  "memory",
                                                 "disk",    "intervals"};
  return ids;
}

std::vector<report::Section> present(const Facts& facts) {
  return {process::present(facts.process),   host::present(facts.host),
          syscalls::present(facts.syscalls), errors::present(facts.errors),
          threads::present(facts.threads),   files::present(facts.files),
          sockets::present(facts.sockets),   memory::present(facts.memory),
          disk::present(facts.disk),         intervals::present(facts.intervals)};
}

}  // namespace debug_process::sections
