// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>

#include "doctor/doctor.h"
#include "doctor/remedies.h"

namespace debug_process::doctor {
namespace {

using report::Section;
using report::Show;
using report::Value;
using trace::bpf::Circumstances;

// One line of a table: what, how it is here, and what hangs on it.
struct Item {
  std::string key;
  std::string name;
  Value value;  // for programs
  std::string here;
  std::string meaning;
};

Section make_section(std::string id, std::string title, std::string heading,
                     std::vector<Item> items) {
  report::Table table;
  table.id = id;
  table.columns = {{"key", "", Show::json_only, false},
                   {"name", std::move(heading), Show::everywhere, false},
                   {"value", "", Show::json_only, false},
                   {"here", "Here", Show::everywhere, false},
                   {"meaning", "What hangs on it", Show::everywhere, true}};
  for (Item& item : items)
    table.rows.push_back({item.key, item.name, item.value, item.here, item.meaning});
  Section section;
  section.id = std::move(id);
  section.title = std::move(title);
  section.tables.push_back(std::move(table));
  return section;
}

std::string refusal_words(const Error& refused) {
  return refused.hint.empty() ? refused.message() : refused.message() + ": " + refused.hint;
}

Section backends(const Facts& facts) {
  report::Table table;
  table.id = "backends";
  table.columns = {{"backend", "Backend", Show::everywhere, false},
                   {"works", "Works", Show::everywhere, false},
                   {"errno", "", Show::json_only, false},
                   {"explanation", "What it sees, or why not", Show::everywhere, true}};
  for (const Trial& trial : facts.trials)
    table.rows.push_back({trial.backend, !trial.refused,
                          trial.refused && trial.refused->errno_value != 0
                              ? Value(errno_name(trial.refused->errno_value))
                              : Value(),
                          trial.refused ? refusal_words(*trial.refused)
                                        : std::string(words_for(trial.backend).sees)});
  Section section{"backends", "Backends, in the order that auto tries them", {}, {}, {}, {}};
  section.tables.push_back(std::move(table));
  return section;
}

Section sections_of_report(const Facts& facts) {
  report::Table table;
  table.id = "sections";
  table.columns = {{"section", "Section", Show::everywhere, false},
                   {"status", "Status", Show::everywhere, false},
                   {"reason", "What it lacks", Show::everywhere, true}};
  for (const SectionState& state : facts.sections)
    table.rows.push_back({state.id, std::string(report::to_string(state.status)),
                          state.reason.empty() ? Value() : Value(state.reason)});
  Section section{"sections", "Sections of the report", {}, {}, {}, {}};
  section.tables.push_back(std::move(table));
  return section;
}

Item capability(const Circumstances& here, int number, std::string meaning) {
  const bool has = here.rights.effective.has(number);
  const bool never = here.rights.bounding && !here.rights.bounding->has(number);
  std::string name = capability_name(number);
  std::string key = name;
  for (char& c : key) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return {std::move(key), std::move(name), has,
          has     ? "yes"
          : never ? "no, nor by setcap"
                  : "no",
          std::move(meaning)};
}

std::string namespace_words(const std::optional<bool>& initial) {
  if (!initial) return "unknown";
  return *initial ? "the host's" : "a nested one";
}

std::string seccomp_words(const std::optional<int>& mode) {
  constexpr std::array<const char*, 3> kModes{"none", "strict", "a filter"};
  if (!mode) return "unknown";
  if (*mode < 0 || static_cast<std::size_t>(*mode) >= kModes.size())
    return fmt::format("mode {}", *mode);
  return kModes[static_cast<std::size_t>(*mode)];
}

std::string setting_words(const std::optional<int>& value) {
  return value ? std::to_string(*value) : "not there";
}

Value setting_value(const std::optional<int>& value) {
  return value ? Value(std::int64_t{*value}) : Value();
}

std::string yama_words(const std::optional<int>& scope) {
  if (!scope) return "without Yama the usual rules hold: the same user, or CAP_SYS_PTRACE";
  switch (*scope) {
    case 0:
      return "ptrace: any process of the same user";
    case 1:
      return "ptrace: only one's own children; any with CAP_SYS_PTRACE";
    case 2:
      return "ptrace: only with CAP_SYS_PTRACE";
    default:
      return "ptrace: nobody, until the next boot";
  }
}

std::string lockdown_words(const std::optional<std::string>& lockdown) {
  if (!lockdown)
    return "no lockdown, or securityfs is not mounted: then it shows when BPF is tried";
  if (*lockdown == "confidentiality") return "forbids BPF to read kernel memory: no bpf backend";
  return "BPF may read; only confidentiality forbids that";
}

std::vector<Item> rights(const Facts& facts) {
  const Circumstances& here = facts.circumstances;
  const proc::Rights& mine = here.rights;
  const bool many = here.kernel.version >= proc::kBpfCapabilities;
  return {
      {"uid", "User", std::int64_t{mine.uid},
       mine.uid == 0 ? "root" : fmt::format("uid {}", mine.uid),
       "one's own processes can be read without any right beyond"},
      capability(here, CAP_BPF, "bpf, together with CAP_PERFMON, from Linux 5.8 on"),
      capability(here, CAP_PERFMON, "bpf, together with CAP_BPF"),
      capability(here, CAP_SYS_ADMIN,
                 many ? "does for both of them; not needed beside them"
                      : "bpf: before Linux 5.8 nothing less will do"),
      capability(here, CAP_SYS_PTRACE,
                 "other users' processes: descriptors, memory, calls, ptrace"),
      capability(here, CAP_DAC_READ_SEARCH, "other users' processes: files behind descriptors"),
      {"no_new_privs", "no_new_privs", report::to_value(mine.no_new_privileges),
       !mine.no_new_privileges   ? "unknown"
       : *mine.no_new_privileges ? "set"
                                 : "not set",
       "where it is set, sudo and setcap have no effect"},
      {"seccomp", "Seccomp", setting_value(mine.seccomp), seccomp_words(mine.seccomp),
       "a filter may forbid bpf(2) or ptrace(2)"},
      {"user_namespace", "User namespace", report::to_value(mine.initial_user_namespace),
       namespace_words(mine.initial_user_namespace),
       "in a nested one capabilities do not count for BPF"},
      {"pid_namespace", "PID namespace", report::to_value(mine.initial_pid_namespace),
       namespace_words(mine.initial_pid_namespace),
       "in a nested one only its own processes are there"},
      {"memlock_bytes", "Locked memory", report::to_value(mine.locked_memory),
       mine.locked_memory ? format_bytes(*mine.locked_memory) : "unlimited",
       "before Linux 5.11 BPF maps count against it"},
      {"yama_ptrace_scope", "Yama ptrace_scope", setting_value(here.kernel.yama_ptrace_scope),
       setting_words(here.kernel.yama_ptrace_scope), yama_words(here.kernel.yama_ptrace_scope)},
      {"lockdown", "Lockdown", report::to_value(here.kernel.lockdown),
       here.kernel.lockdown.value_or("not there"), lockdown_words(here.kernel.lockdown)},
      {"selinux_enforcing", "SELinux", report::to_value(here.kernel.selinux_enforcing),
       !here.kernel.selinux_enforcing   ? "not there"
       : *here.kernel.selinux_enforcing ? "enforcing"
                                        : "permissive",
       "where it enforces, it may refuse bpf(2) and ptrace(2)"},
      {"unprivileged_bpf_disabled", "unprivileged_bpf_disabled",
       setting_value(here.kernel.unprivileged_bpf_disabled),
       setting_words(here.kernel.unprivileged_bpf_disabled),
       "nothing: tracing needs the capabilities in any case"},
      {"perf_event_paranoid", "perf_event_paranoid", setting_value(here.kernel.perf_event_paranoid),
       setting_words(here.kernel.perf_event_paranoid), "nothing: no perf events are used"},
  };
}

std::vector<Item> kernel(const Facts& facts) {
  const proc::KernelSettings& settings = facts.circumstances.kernel;
  const bool given = facts.circumstances.btf_given;
  std::vector<Item> items{
      {"release", "Linux", facts.machine.kernel, facts.machine.kernel, "5.5 or later for bpf"},
      {"btf", "BTF", settings.btf,
       settings.btf ? "yes"
       : given      ? "no, given"
                    : "no",
       fmt::format("bpf; where {} is not there, --btf FILE", proc::kKernelBtf)},
      {"cgroup_version", "Cgroups", setting_value(facts.cgroup_version),
       facts.cgroup_version ? fmt::format("version {}", *facts.cgroup_version) : "not there",
       "limits and throttling of the process"}};
  for (const Feature& feature : facts.features) {
    std::string meaning = feature.needed_for;
    if (feature.missing) meaning += "; " + feature.missing->message();
    items.push_back({feature.key, feature.name, !feature.missing, feature.missing ? "no" : "yes",
                     std::move(meaning)});
  }
  return items;
}

std::string verdict(const Facts& facts) {
  const Trial* const trial = best(facts);
  if (trial == nullptr) return "No backend works here: no system calls, only what /proc shows.";
  const std::string_view words = words_for(trial->backend).verdict;
  return words.empty() ? fmt::format("{} works here.", trial->backend) : std::string(words);
}

std::string subject(const Facts& facts) {
  const std::string where = fmt::format("on {}, Linux {}, {}", facts.machine.host,
                                        facts.machine.kernel, facts.machine.arch);
  if (facts.pid)
    return fmt::format("process {} ({}) {}; it was neither watched nor stopped", *facts.pid,
                       facts.name, where);
  return fmt::format("a child of its own {}; debug-process doctor PID tries it on a process",
                     where);
}

}  // namespace

report::Checkup present(const Facts& facts) {
  report::Checkup checkup;
  checkup.host = facts.machine.host;
  checkup.kernel = facts.machine.kernel;
  checkup.arch = facts.machine.arch;
  if (facts.pid) checkup.pid = *facts.pid;
  checkup.subject = subject(facts);
  if (const Trial* trial = best(facts)) checkup.backend = trial->backend;
  checkup.verdict = verdict(facts);
  checkup.remedies = find_remedies(facts);
  checkup.sections = {backends(facts), sections_of_report(facts),
                      make_section("rights", "Rights", "Right", rights(facts)),
                      make_section("kernel", "Kernel", "Feature", kernel(facts))};
  return checkup;
}

}  // namespace debug_process::doctor
