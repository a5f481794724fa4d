// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/hooks.h"

#include <bpf/libbpf.h>

#include <cerrno>

#include "syscall_stats.skel.h"
#include "trace/bpf/libbpf_log.h"

namespace debug_process::trace::bpf {

void Hooks::Destroy::operator()(bpf_link* link) const {
  bpf_link__destroy(link);
}

Hooks::Hooks(std::vector<bpf_program*> programs) : programs_(std::move(programs)) {
  for (bpf_program* program : programs_) bpf_program__set_autoattach(program, false);
}

Hooks Hooks::whole(syscall_stats_bpf& skeleton) {
  return Hooks({skeleton.progs.dp_sys_enter, skeleton.progs.dp_sys_exit});
}

Hooks Hooks::counting(syscall_stats_bpf& skeleton) {
  return Hooks({skeleton.progs.dp_count});
}

Result<void> Hooks::attach() {
  if (!links_.empty()) return {};
  for (const bpf_program* program : programs_) {
    links_.emplace_back(bpf_program__attach(program));
    if (links_.back()) continue;
    const int error = errno;
    links_.clear();
    return fail(
        {"attach BPF program", bpf_program__name(program), error, LibbpfLog::last_reason(), {}});
  }
  return {};
}

}  // namespace debug_process::trace::bpf
