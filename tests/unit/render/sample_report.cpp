// SPDX-License-Identifier: Apache-2.0
#include "unit/render/sample_report.h"

#include <cmath>

namespace debug_process::render {
namespace {

using namespace std::chrono_literals;
using report::Column;
using report::Section;
using report::Severity;
using report::Show;
using report::Status;
using report::Table;
using report::Value;
using std::chrono::nanoseconds;

constexpr Value kUnknown{};

std::uint64_t number(std::uint64_t value) {
  return value;
}
Value text(const char* value) {
  return std::string(value);
}

// Two humps around `usual` and `slow`, at scale 0 to keep the golden file short.
Histogram latency(nanoseconds usual, nanoseconds slow, std::uint64_t calls) {
  const auto bucket = [](nanoseconds value) {
    return static_cast<int>(std::floor(std::log2(static_cast<double>(value.count()) / 1e9)));
  };
  Histogram histogram;
  histogram.scale = 0;
  histogram.offset = bucket(usual);
  histogram.counts.resize(static_cast<std::size_t>(bucket(slow) - bucket(usual) + 1));
  histogram.counts.front() = calls - calls / 20;
  histogram.counts.back() += calls / 20;
  histogram.count = calls;
  histogram.sum = usual * static_cast<std::int64_t>(calls);
  histogram.min = usual;
  histogram.max = slow;
  return histogram;
}

std::vector<Value> syscall_row(const char* name, std::uint64_t calls, std::uint64_t errors,
                               nanoseconds usual, nanoseconds slow) {
  const Histogram histogram = latency(usual, slow, calls);
  return {text(name),
          text("x86_64"),
          number(calls),
          number(errors),
          number(0),
          histogram.sum,
          histogram.min,
          histogram.max,
          report::to_value(histogram.quantile(0.5)),
          report::to_value(histogram.quantile(0.9)),
          report::to_value(histogram.quantile(0.99)),
          histogram};
}

Section process_section() {
  return {"process",
          "Process",
          Status::complete,
          "",
          {{"state", text("sleeping"), "state"},
           {"uid", number(33), "uid"},
           {"ppid", number(1), "parent"},
           {"threads", number(4), "threads"},
           {"cwd", std::string("/srv/app/") + kHostileName, "directory"},
           {"uptime_ns", nanoseconds(76h), "up"},
           {"cgroup",
            text("/kubepods.slice/kubepods-burstable.slice/pod0b5c/cri-containerd-9f86d0818"
                 "84c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.scope"),
            "cgroup"},
           {"container_id", kUnknown, "container"}},
          {}};
}

Section syscalls_section() {
  Table calls{"syscalls",
              "By time in the call, all threads (wall time, inflated by the tracer's stops)",
              {{"syscall", "Syscall", Show::everywhere, true},
               {"abi", "ABI", Show::json_only},
               {"calls", "Calls"},
               {"errors", "Errors"},
               {"restarts", "Restarts", Show::json_only},
               {"total_ns", "Total"},
               {"min_ns", "Min", Show::json_only},
               {"max_ns", "Max"},
               {"p50_ns", "p50"},
               {"p90_ns", "p90"},
               {"p99_ns", "p99"},
               {"histogram", "<1us..>1s"}},
              {syscall_row("epoll_wait", 12'000, 0, 4100us, 900ms),
               syscall_row("read", 1'048'576, 17, 900ns, 2ms),
               syscall_row("accept4", 1021, 998, 2us, 40us)},
              "No system calls were made."};
  for (int i = 0; i < 12; ++i) calls.rows.push_back(syscall_row("close", 40, 0, 1us, 9us));
  Table in_flight{"in_flight",
                  "In flight at the end",
                  {{"tid", "TID"},
                   {"thread", "Thread"},
                   {"syscall", "Syscall"},
                   {"elapsed_ns", "For"},
                   {"started_before_window", "From before"}},
                  {{std::int64_t{1234}, text(kHostileName), text("futex"), nanoseconds(5s), true},
                   {std::int64_t{1235}, text("工作线程-1"), text("read"), nanoseconds(42ms), false},
                   {std::int64_t{1236}, text("cafe\xcc\x81"), text("futex"), kUnknown, false}},
                  ""};
  return {"syscalls",
          "Syscalls",
          Status::partial,
          "calls were seen in 9.3% of the window, and scaled to it",
          {{"calls", number(1'061'637), "calls"},
           {"errors", number(1015), "errors"},
           {"calls_per_s", Rate{212'327.4}, "rate"},
           {"activity", std::vector<std::string>{"epoll_wait", "accept4", "read"}, ""}},
          {std::move(calls), std::move(in_flight)}};
}

Section files_section() {
  Table files{
      "files",
      "",
      {{"fd", "FD"},
       {"type", "Type"},
       {"path", "Path", Show::everywhere, true},
       {"mode", "Mode"},
       {"position_bytes", "Position"},
       {"calls", "Calls"},
       {"bytes", "Bytes", Show::json_only},
       {"total_ns", "Total"},
       {"p99_ns", "p99"}},
      {{std::int64_t{3}, text("file"),
        text("/var/lib/app/数据/非常に長い名前のディレクトリ/そして/"
             "とても長いファイル名/database-journal-2026.sqlite3"),
        text("rw"), Bytes{1U << 30U}, number(1'048'576), kUnknown, nanoseconds(1200ms), kUnknown},
       {std::int64_t{4}, text("file"), text(kHostileName), text("r"), Bytes{0}, number(3), kUnknown,
        nanoseconds(4us), kUnknown},
       {std::int64_t{5}, text("socket"), kUnknown, text("rw"), kUnknown, kUnknown, kUnknown,
        kUnknown, kUnknown}},
      "No open files."};
  return {
      "files",
      "Open files",
      Status::partial,
      "of 1,021 descriptors 18 could not be read: Permission denied (EACCES); run as root or as "
      "the target's user with CAP_SYS_PTRACE to see them",
      {{"open", number(1021), "open"},
       {"limit_soft", number(1024), "soft limit"},
       {"limit_hard", number(524'288), "hard limit"},
       {"deleted", number(0), "deleted"}},
      {std::move(files)}};
}

Section memory_section() {
  return {"memory",
          "Memory",
          Status::partial,
          "PSS of 211 GB would stall the target for an estimated 4.6 s; --pss reads it anyway",
          {{"rss_bytes", Bytes{163'577'856}, "RSS"},
           {"pss_bytes", kUnknown, "PSS"},
           {"uss_bytes", kUnknown, "USS"},
           {"swap_bytes", Bytes{0}, "swap"},
           {"heap_bytes", Bytes{47'185'920}, "heap"},
           {"stack_bytes", Bytes{135'168}, "stack"},
           {"page_faults_minor", number(1204), "minor faults"},
           {"page_faults_major", number(0), "major faults"}},
          {{"mappings", "", {{"category", "Category"}, {"size_bytes", "Size"}}, {}, "Not read."}}};
}

Section sockets_section() {
  return {"sockets",
          "Sockets",
          Status::unavailable,
          "cannot open /proc/1234/net/tcp: Permission denied (EACCES)",
          {{"total", kUnknown, "total"}},
          {{"sockets", "", {{"fd", "FD"}}, {}, "No sockets."}}};
}

std::vector<report::Finding> findings() {
  return {{"out-of-fds",
           Severity::critical,
           "out of file descriptors: accept4 failed 998 times with EMFILE",
           "The process holds 1,021 of the 1,024 descriptors that its soft limit allows. Clients "
           "that connect now wait in the backlog until they give up.",
           {{"files.open", number(1021)}, {"files.limit_soft", number(1024)}},
           "raise the limit (systemd: LimitNOFILE=), then find what is not closed: sort the files "
           "below by type and path"},
          {"enoent-search",
           Severity::warning,
           std::string("60% of all lookups fail, last at ") + kHostileName,
           "",
           {{"errors.errors", number(17)}},
           "shorten the search path"}};
}

}  // namespace

report::Report sample_report() {
  report::Report report;
  report.tool_version = "0.1.0";
  report.run = {"7d6c1f7e", std::chrono::system_clock::time_point(1'769'903'999'123ms),
                5s,         45ms,
                "ptrace",   "bpf: this kernel has no BTF",
                "web-7",    "6.18.44",
                "x86_64",   report::EndedBy::window};
  report.target.pid = 1234;
  report.target.ns_pid = 1;
  report.target.command = {"python3", "server.py", kHostileName};
  report.target.comm = "python3";
  report.target.executable = "/usr/bin/python3.11";
  report.target.started_at = std::chrono::system_clock::time_point(1'769'630'399'000ms);
  report.summary = {
      {"Command", std::string("python3 server.py ") + kHostileName},
      {"Activity", "epoll_wait -> accept4 -> read -> write"},
      {"Open files", "1,021 of 1,024"},
      {"Memory", "RSS 156 MB, Heap 45 MB"},
      {"Diagnosis", "out of file descriptors: accept4 fails with EMFILE (and 1 more)"}};
  report.findings = findings();
  report.sections = {process_section(), syscalls_section(), files_section(), sockets_section(),
                     memory_section()};
  report.collection.coverage = Ratio{0.0931};
  report.collection.counts = report::Counts::scaled;
  report.collection.counts_error = Ratio{0.0381};
  report.collection.inflated_latencies = true;
  report.collection.cost = {231ns, 272ns, 509ns, 140ns, Ratio{0.00192345678}};
  report.collection.losses = {{"slot_collisions", 0}, {"map_full", 12}};
  report.collection.gathering = {{"files", 3ms}, {"memory", 2ms}};
  report.collection.tool_cpu = 61ms;
  report.collection.tool_peak_rss = Bytes{23U << 20U};
  report.collection.notes = {
      "io_uring is in use: what goes through it is not seen as system calls"};
  return report;
}

}  // namespace debug_process::render
