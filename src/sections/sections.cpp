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
  // Moved in: of a large table an initializer list would make a copy.
  std::vector<report::Section> sections;
  sections.push_back(process::present(facts.process));
  sections.push_back(host::present(facts.host));
  sections.push_back(syscalls::present(facts.syscalls));
  sections.push_back(errors::present(facts.errors));
  sections.push_back(threads::present(facts.threads));
  sections.push_back(files::present(facts.files));
  sections.push_back(sockets::present(facts.sockets));
  sections.push_back(memory::present(facts.memory));
  sections.push_back(disk::present(facts.disk));
  sections.push_back(intervals::present(facts.intervals));
  return sections;
}

}  // namespace debug_process::sections
