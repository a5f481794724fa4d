// SPDX-License-Identifier: Apache-2.0
#include "doctor/remedies.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace debug_process::doctor {
namespace {

using report::Remedy;
using trace::bpf::Circumstances;
using trace::bpf::Obstacle;

constexpr std::array kUsefulRights{CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH};

std::string tool(const Facts& facts) {
  return shell_word(facts.tool_path);
}

std::string pid_word(const Facts& facts) {
  return facts.pid ? std::to_string(*facts.pid) : "PID";
}

std::vector<std::string> container_commands() {
  return {
      "docker run --rm -it --pid=host --cap-add BPF --cap-add PERFMON --cap-add SYS_PTRACE "
      "--cap-add DAC_READ_SEARCH --security-opt apparmor=unconfined IMAGE debug-process PID",
      "docker run --rm -it --pid=host --privileged IMAGE debug-process PID",
      "kubectl debug -it POD --image=IMAGE --target=CONTAINER --profile=sysadmin -- "
      "debug-process 1",
      "kubectl debug -it node/NODE --image=IMAGE --profile=sysadmin -- debug-process PID"};
}

// What nothing that is executed here can have: sudo does not help, and with the effective bit of a
// file's capabilities execve(2) itself fails.
bool are_out_of_bounds(const proc::Rights& rights) {
  return rights.bounding &&
         std::any_of(kUsefulRights.begin(), kUsefulRights.end(),
                     [&](int capability) { return !rights.bounding->has(capability); });
}

Remedy for_user(const Facts& facts) {
  const Circumstances& here = facts.circumstances;
  Remedy remedy;
  remedy.commands.push_back(fmt::format("sudo {} {}", tool(facts), pid_word(facts)));
  if (here.rights.no_new_privileges == true) {
    remedy.explanation =
        "no_new_privs is set for this process (by systemd's NoNewPrivileges=, or Kubernetes' "
        "allowPrivilegeEscalation: false), so that neither sudo nor setcap can help in it: use "
        "a shell without it.";
    return remedy;
  }
  if (here.kernel.version < proc::kBpfCapabilities) {
    remedy.explanation = "Before Linux 5.8 nothing less than CAP_SYS_ADMIN will do.";
    return remedy;
  }
  remedy.explanation =
      "Either run it as root, or give the file the rights: then everybody who may run it may watch "
      "every process.";
  remedy.commands.push_back(fmt::format("sudo setcap {} {}", trace::bpf::kFileRights, tool(facts)));
  return remedy;
}

Remedy for_rights(const Facts& facts) {
  const proc::Rights& rights = facts.circumstances.rights;
  const bool gainable = rights.uid != 0 && !are_out_of_bounds(rights);
  if (rights.in_container && !gainable)
    return {{},
            "Give them to the container; with --pid=host the PID is the host's. Docker before "
            "20.10 knows only --privileged.",
            container_commands()};
  if (gainable) return for_user(facts);
  return {{},
          "They have been dropped for all that runs here, be it root's, as by systemd's "
          "CapabilityBoundingSet=: sudo and setcap have no effect. Use a root shell that has them.",
          {"grep Cap /proc/self/status"}};
}

Remedy for_btf(const Facts& facts) {
  return {{},
          "If it has been hidden from a container, show it. If the kernel was built without "
          "(CONFIG_DEBUG_INFO_BTF), give it: BTFHub has files for many distributions' kernels, and "
          "pahole makes one from a kernel's debug symbols.",
          {fmt::format("{} --btf FILE {}", tool(facts), pid_word(facts)),
           "pahole --btf_encode_detached=FILE /usr/lib/debug/boot/vmlinux-$(uname -r)",
           "docker run -v /sys/kernel/btf:/sys/kernel/btf:ro ..."}};
}

// Its title is the cause, which the error has.
Remedy for_obstacle(Obstacle obstacle, const Facts& facts, const Error& refused) {
  const std::string run = fmt::format("{} {}", tool(facts), pid_word(facts));
  switch (obstacle) {
    case Obstacle::capabilities:
      return for_rights(facts);
    case Obstacle::user_namespace:
      return {
          {},
          "Root in a rootless container is nobody on the host. Run it on the host, or in a "
          "container that root has started.",
          {"sudo debug-process PID",
           "sudo podman run --rm -it --pid=host --privileged IMAGE debug-process PID",
           "docker run --rm -it --userns=host --pid=host --privileged IMAGE debug-process PID"}};
    case Obstacle::seccomp:
      return {{},
              "Docker's own filter allows bpf(2) to those who have CAP_BPF; others may not.",
              {"docker run --security-opt seccomp=unconfined ...",
               "kubectl debug -it POD --image=IMAGE --target=CONTAINER --profile=sysadmin -- "
               "debug-process 1"}};
    case Obstacle::locked_memory:
      return {{}, refused.hint, {fmt::format("sudo prlimit --memlock=unlimited {}", run)}};
    case Obstacle::selinux:
      return {{}, refused.hint, {"sudo ausearch -m AVC -ts recent"}};
    case Obstacle::no_btf:
      return for_btf(facts);
    case Obstacle::unknown:
      return {{},
              refused.hint,
              {fmt::format("{} --backend bpf --verbose {}", tool(facts), pid_word(facts))}};
    default:
      return {{}, refused.hint, {}};
  }
}

std::string cause(const Error& refused) {
  return refused.detail.empty() ? refused.message() : refused.detail;
}

Remedy for_bpf(const Facts& facts, const Error& refused) {
  const auto obstacle = trace::bpf::find_obstacle(refused.errno_value, facts.circumstances);
  Remedy remedy = for_obstacle(obstacle, facts, refused);
  remedy.title = fmt::format("For exact counts (bpf): {}", cause(refused));
  return remedy;
}

Remedy for_ptrace(const Facts& facts, const Error& refused) {
  Remedy remedy{
      fmt::format("For counts without BPF (ptrace): {}", cause(refused)), refused.hint, {}};
  const auto& scope = facts.circumstances.kernel.yama_ptrace_scope;
  if (scope && *scope > 0 && *scope < 3 &&
      (refused.errno_value == EPERM || refused.errno_value == 0))
    remedy.commands.emplace_back("sudo sysctl kernel.yama.ptrace_scope=0");
  return remedy;
}

// What every user may know of a process is little; the rest goes with these two.
bool lacks_rights_for_others(const Facts& facts) {
  const CapabilitySet& effective = facts.circumstances.rights.effective;
  const bool lacks = !effective.has(CAP_SYS_PTRACE) || !effective.has(CAP_DAC_READ_SEARCH);
  return lacks &&
         std::any_of(facts.sections.begin(), facts.sections.end(), [](const SectionState& section) {
           return section.reason.find("permission denied") != std::string::npos;
         });
}

}  // namespace

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+:@%,=";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos)
    return std::string(text);
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

std::vector<Remedy> find_remedies(const Facts& facts) {
  std::vector<Remedy> remedies;
  const Trial* const bpf = trial_of(facts, "bpf");
  const Trial* const ptrace = trial_of(facts, "ptrace");
  // Nothing makes a kernel thread's system calls visible: it makes none.
  const bool bpf_missing = bpf != nullptr && bpf->refused && !facts.kernel_thread;
  if (bpf_missing) remedies.push_back(for_bpf(facts, *bpf->refused));
  if (bpf_missing && ptrace != nullptr && ptrace->refused)
    remedies.push_back(for_ptrace(facts, *ptrace->refused));
  const bool rights_given =
      bpf_missing && trace::bpf::find_obstacle(bpf->refused->errno_value, facts.circumstances) ==
                         Obstacle::capabilities;
  if (lacks_rights_for_others(facts) && !rights_given) {
    Remedy remedy = for_rights(facts);
    remedy.title =
        "For files, sockets and memory of this process: CAP_SYS_PTRACE and "
        "CAP_DAC_READ_SEARCH are needed, since it is not yours";
    remedies.push_back(std::move(remedy));
  }
  return remedies;
}

}  // namespace debug_process::doctor
