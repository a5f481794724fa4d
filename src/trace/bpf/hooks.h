// The programs on the path of every system call of the machine: attached only while they are
// needed. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "util/result.h"

struct bpf_link;
struct bpf_program;
struct syscall_stats_bpf;

namespace debug_process::trace::bpf {

class Hooks {
 public:
  // Those that count and time. Keeps the skeleton from attaching them: call before it attaches.
  [[nodiscard]] static Hooks whole(syscall_stats_bpf& skeleton);
  // The one that only counts.
  [[nodiscard]] static Hooks counting(syscall_stats_bpf& skeleton);

  // All of them or, with an error, none. Some 0.25 ms; soon after others were detached from the
  // same tracepoint it waits for what is left of an RCU grace period, with the first of several
  // attached: tracepoint_add_func().
  [[nodiscard]] Result<void> attach();
  // Some 0.15 ms. Does nothing when they are not attached.
  void detach() { links_.clear(); }

  [[nodiscard]] const std::vector<bpf_program*>& programs() const { return programs_; }

 private:
  struct Destroy {
    void operator()(bpf_link* link) const;
  };

  explicit Hooks(std::vector<bpf_program*> programs);

  std::vector<bpf_program*> programs_;
  std::vector<std::unique_ptr<bpf_link, Destroy>> links_;
};

}  // namespace debug_process::trace::bpf
