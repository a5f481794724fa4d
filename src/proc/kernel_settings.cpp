// SPDX-License-Identifier: Apache-2.0
#include "proc/kernel_settings.h"

#include <unistd.h>

#include "proc/text.h"

namespace debug_process::proc {
namespace {

// A file with one line, a newline at its end or not.
std::string_view one_line(std::string_view text) {
  return trim(text.substr(0, text.find('\n')));
}

std::optional<int> read_number(const Procfs& root, std::string_view path) {
  const auto text = root.read(path);
  if (!text) return std::nullopt;
  return to_number<int>(one_line(*text));
}

// The whole run of digits at the front, which is taken off.
std::optional<int> take_number(std::string_view& text) {
  const auto end = text.find_first_not_of("0123456789");
  const auto number = to_number<int>(text.substr(0, end));
  text = end == std::string_view::npos ? std::string_view() : text.substr(end);
  return number;
}

}  // namespace

Result<KernelVersion> parse_kernel_version(std::string_view release) {
  std::string_view rest = release;
  const auto major = take_number(rest);
  if (!major || !rest.starts_with('.')) return malformed("kernel release", 1, "no version");
  rest.remove_prefix(1);
  const auto minor = take_number(rest);
  if (!minor) return malformed("kernel release", 1, "no minor version");
  return KernelVersion{*major, *minor};
}

Result<std::string> parse_lockdown(std::string_view text) {
  const auto open = text.find('[');
  const auto close = text.find(']', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos)
    return malformed("lockdown", 1, "nothing in brackets");
  return std::string(text.substr(open + 1, close - open - 1));
}

KernelSettings read_kernel_settings(const Procfs& procfs, const std::string& sys) {
  const Procfs sysfs(sys);
  KernelSettings settings;
  if (const auto release = procfs.read("sys/kernel/osrelease"))
    settings.version = parse_kernel_version(one_line(*release)).value_or(KernelVersion{});
  settings.btf = ::access((sys + "/kernel/btf/vmlinux").c_str(), R_OK) == 0;
  if (const auto lockdown = sysfs.read("kernel/security/lockdown").and_then(parse_lockdown))
    settings.lockdown = *lockdown;
  settings.yama_ptrace_scope = read_number(procfs, "sys/kernel/yama/ptrace_scope");
  settings.unprivileged_bpf_disabled = read_number(procfs, "sys/kernel/unprivileged_bpf_disabled");
  settings.perf_event_paranoid = read_number(procfs, "sys/kernel/perf_event_paranoid");
  if (const auto enforce = read_number(sysfs, "fs/selinux/enforce"))
    settings.selinux_enforcing = *enforce != 0;
  return settings;
}

}  // namespace debug_process::proc
