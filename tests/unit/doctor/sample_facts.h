// A user without rights, outside of any container, whose kernel would allow everything to root.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>

#include "doctor/facts.h"

namespace debug_process::doctor {

inline Error bpf_refused(const trace::bpf::Circumstances& circumstances, int errno_value) {
  return trace::bpf::explain_refusal("load BPF programs", errno_value, "libbpf's words",
                                     circumstances);
}

inline Facts sample_facts() {
  Facts facts;
  facts.pid = 4242;
  facts.name = "server";
  facts.tool_path = "/usr/bin/debug-process";
  facts.machine.host = "box";
  facts.machine.kernel = "6.1.0";
  facts.machine.arch = "x86_64";
  facts.cgroup_version = 2;
  facts.circumstances.kernel.version = {6, 1};
  facts.circumstances.kernel.btf = true;
  facts.circumstances.rights.uid = 1000;
  facts.circumstances.rights.bounding = CapabilitySet(~std::uint64_t{0});
  facts.circumstances.rights.initial_user_namespace = true;
  facts.circumstances.rights.initial_pid_namespace = true;
  facts.circumstances.rights.seccomp = 0;
  facts.circumstances.rights.no_new_privileges = false;
  facts.trials = {{"bpf", bpf_refused(facts.circumstances, EPERM)},
                  {"ptrace", std::nullopt},
                  {"sampling", std::nullopt}};
  facts.sections = {{"process", "Process", report::Status::complete, ""},
                    {"files", "Files", report::Status::complete, ""}};
  return facts;
}

}  // namespace debug_process::doctor
