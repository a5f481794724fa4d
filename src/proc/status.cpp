// SPDX-License-Identifier: Apache-2.0
#include "proc/status.h"

#include <fmt/format.h>

#include "proc/text.h"

namespace debug_process::proc {
namespace {

// Name:   evil\nState:
// State:  S (sleeping)
// Uid:    1000    1000    1000    1000
// NSpid:  4638    17
// VmRSS:      1752 kB
//
// proc_task_name() escapes newlines and backslashes in the name, so that no name can forge another
// line.
std::string unescape(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '\\' && (next == 'n' || next == '\\')) {
      plain += next == 'n' ? '\n' : '\\';
      ++i;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

template <typename T>
bool set(T& target, std::string_view value) {
  const auto number = to_number<T>(value);
  if (number) target = *number;
  return number.has_value();
}

template <typename T>
bool set(std::optional<T>& target, std::string_view value) {
  target = to_number<T>(value);
  return target.has_value();
}

bool set(std::optional<Bytes>& target, std::string_view value) {
  target = to_bytes_from_kb(value);
  return target.has_value();
}

// CapEff: 000001ffffffffff
bool set(std::optional<CapabilitySet>& target, std::string_view value) {
  const auto bits = to_number<std::uint64_t>(value, 16);
  if (bits) target = CapabilitySet(*bits);
  return bits.has_value();
}

// SigCgt: 0000000180004002
bool set_bits(std::optional<std::uint64_t>& target, std::string_view value) {
  target = to_number<std::uint64_t>(value, 16);
  return target.has_value();
}

bool set(std::optional<bool>& target, std::string_view value) {
  if (value != "0" && value != "1") return false;
  target = value == "1";
  return true;
}

template <typename T>
bool set_ids(T& real, T& effective, T& saved, std::string_view value) {
  Fields fields(value);
  return set(real, fields.next()) && set(effective, fields.next()) && set(saved, fields.next());
}

bool set_list(std::vector<pid_t>& list, std::string_view value) {
  Fields fields(value);
  for (auto field = fields.next(); !field.empty(); field = fields.next()) {
    const auto number = to_number<pid_t>(field);
    if (!number) return false;
    list.push_back(*number);
  }
  return true;
}

bool set_memory(Status& status, std::string_view key, std::string_view value) {
  if (key == "VmSize") return set(status.vm_size, value);
  if (key == "VmHWM") return set(status.vm_peak_rss, value);
  if (key == "VmRSS") return set(status.vm_rss, value);
  if (key == "RssAnon") return set(status.rss_anon, value);
  if (key == "RssFile") return set(status.rss_file, value);
  if (key == "RssShmem") return set(status.rss_shmem, value);
  if (key == "VmSwap") return set(status.vm_swap, value);
  if (key == "VmStk") return set(status.vm_stack, value);
  if (key == "VmData") return set(status.vm_data, value);
  if (key == "HugetlbPages") return set(status.hugetlb, value);
  return true;
}

bool set_rights(Status& status, std::string_view key, std::string_view value) {
  if (key == "SigCgt") return set_bits(status.signals_caught, value);
  if (key == "Seccomp") return set(status.seccomp, value);
  if (key == "NoNewPrivs") return set(status.no_new_privileges, value);
  if (key == "CapPrm") return set(status.cap_permitted, value);
  if (key == "CapEff") return set(status.cap_effective, value);
  if (key == "CapBnd") return set(status.cap_bounding, value);
  return set_memory(status, key, value);
}

// False when the value is malformed; keys of no interest are fine.
bool set_field(Status& status, std::string_view key, std::string_view value) {
  if (key == "Name") return status.name = unescape(value), true;
  if (key == "State") return !value.empty() && (status.state = value[0], true);
  if (key == "Tgid") return set(status.tgid, value);
  if (key == "Pid") return set(status.pid, value);
  if (key == "PPid") return set(status.ppid, value);
  if (key == "TracerPid") return set(status.tracer_pid, value);
  if (key == "Uid") return set_ids(status.real_uid, status.effective_uid, status.saved_uid, value);
  if (key == "Gid") return set_ids(status.real_gid, status.effective_gid, status.saved_gid, value);
  if (key == "NSpid") return set_list(status.ns_pids, value);
  if (key == "Threads") return set(status.threads, value);
  if (key == "FDSize") return set(status.fd_size, value);
  if (key == "Kthread") return set(status.kernel_thread, value);
  if (key == "Cpus_allowed_list") return status.cpus_allowed = value, true;
  if (key == "voluntary_ctxt_switches") return set(status.voluntary_switches, value);
  if (key == "nonvoluntary_ctxt_switches") return set(status.involuntary_switches, value);
  return set_rights(status, key, value);
}

}  // namespace

Result<Status> parse_status(std::string_view text) {
  Status status;
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return malformed("status", lines.number(), "no colon");
    const std::string_view key = line.substr(0, colon);
    std::string_view value = line.substr(colon + 1);
    // A name may begin or end with blanks that are its own.
    if (key == "Name") {
      if (!value.empty() && value[0] == '\t') value.remove_prefix(1);
    } else {
      value = trim(value);
    }
    if (!set_field(status, key, value)) {
      return malformed("status", lines.number(), fmt::format("{} is malformed: '{}'", key, value));
    }
  }
  if (status.pid == 0) return malformed("status", lines.number(), "no Pid line");
  return status;
}

}  // namespace debug_process::proc
