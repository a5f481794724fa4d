// SPDX-License-Identifier: Apache-2.0
#include "sections/memory/gather.h"

#include <fmt/format.h>

#include "proc/living.h"
#include "proc/stat.h"
#include "proc/statm.h"
#include "proc/status.h"
#include "proc/text.h"
#include "sections/memory/usage.h"
#include "sections/reasons.h"

namespace debug_process::sections::memory {
namespace {

void add_status(const proc::Status& status, Facts& facts) {
  facts.rss = status.vm_rss;
  facts.rss_peak = status.vm_peak_rss;
  facts.swap = status.vm_swap;
  facts.anonymous = status.rss_anon;
  facts.file = status.rss_file;
  facts.shared = status.rss_shmem;
  facts.virtual_size = status.vm_size;
  facts.hugetlb = status.hugetlb;
}

void add_faults(const Snapshot& start, const Snapshot& end, Facts& facts) {
  const auto growth = [](const auto& from, const auto& to) -> std::optional<std::uint64_t> {
    if (!from || !to || *to < *from) return std::nullopt;
    return *to - *from;
  };
  facts.page_faults_minor = growth(start.minor_faults, end.minor_faults);
  facts.page_faults_major = growth(start.major_faults, end.major_faults);
}

std::optional<std::int64_t> read_number(const Source& source, const std::string& path) {
  const auto text = source.procfs.read(path);
  std::string_view line;
  if (!text || !proc::Lines(*text).next(line)) return std::nullopt;
  return proc::to_number<std::int64_t>(line);
}

}  // namespace

Snapshot snapshot(const Source& source) {
  const auto stat =
      source.procfs.read(fmt::format("{}/stat", source.pid)).and_then(proc::parse_stat);
  Snapshot snapshot;
  if (!stat) return snapshot;
  snapshot.minor_faults = stat->minor_faults;
  snapshot.major_faults = stat->major_faults;
  snapshot.limits = read_limits(source);
  snapshot.at = std::chrono::steady_clock::now();
  return snapshot;
}

std::optional<Bytes> read_rss(const Source& source) {
  const auto resident =
      source.procfs.read(fmt::format("{}/statm", source.pid)).and_then(proc::parse_statm_resident);
  if (!resident || *resident == Bytes{}) return std::nullopt;
  return *resident;
}

// Ended processes have none, nor have those that are about to.
std::string why_no_memory(const Source& source, const proc::Status& status) {
  if (status.state == 'Z' || status.state == 'X')
    return "the process is a zombie: its memory is gone";
  const auto stat =
      source.procfs.read(fmt::format("{}/stat", source.pid)).and_then(proc::parse_stat);
  return stat && stat->is_kernel_thread() ? "a kernel thread has no memory of its own"
                                          : "the process is ending: its memory is gone";
}

Facts gather(const Source& source, const Snapshot& start, const Snapshot& end, Reading reading) {
  Facts facts;
  const std::string base = proc::living_base(source.procfs, source.pid);
  const auto status = source.procfs.read(base + "/status").and_then(proc::parse_status);
  if (!status) {
    facts.completeness = Completeness::unavailable(reason_for("memory", status.error()));
    return facts;
  }
  if (!status->vm_size) {
    facts.completeness = Completeness::unavailable(why_no_memory(source, *status));
    return facts;
  }
  add_status(*status, facts);
  add_faults(start, end, facts);
  facts.oom_score = read_number(source, base + "/oom_score");
  facts.oom_score_adj = read_number(source, base + "/oom_score_adj");
  facts.limit = limit_of(start.limits, end.limits, end.at - start.at);
  if (end.limits.error && !proc::is_gone(*end.limits.error))
    facts.completeness.add_gap(reason_for("memory limit", *end.limits.error));
  add_maps(source, base, reading, facts);
  return facts;
}

}  // namespace debug_process::sections::memory
