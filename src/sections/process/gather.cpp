// SPDX-License-Identifier: Apache-2.0
#include "sections/process/gather.h"

#include <pwd.h>
#include <time.h>

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <thread>

#include "proc/cgroup.h"
#include "proc/cmdline.h"
#include "proc/limits.h"
#include "proc/living.h"
#include "proc/stat.h"
#include "proc/status.h"
#include "proc/system_stat.h"
#include "proc/uptime.h"
#include "sections/reasons.h"
#include "util/deadline.h"

namespace debug_process::sections::process {
namespace {

using namespace std::chrono_literals;

constexpr auto kCmdlineLimit = 500ms;
constexpr auto kUserNameLimit = 200ms;
constexpr std::string_view kDeleted = " (deleted)";

}  // namespace

std::string state_word(char letter) {
  switch (letter) {
    case 'R':
      return "running";
    case 'S':
      return "sleeping";
    case 'D':
      return "uninterruptible sleep";
    case 'T':
      return "stopped";
    case 't':
      return "stopped by a tracer";
    case 'Z':
      return "zombie";
    case 'X':
      return "dead";
    case 'P':
      return "parked";
    case 'I':
      return "idle";
    default:
      return fmt::format("state {}", letter);
  }
}

namespace {

std::optional<std::string> comm_of(const proc::Procfs& procfs, pid_t pid) {
  if (pid <= 0) return std::nullopt;
  const auto stat = procfs.read(fmt::format("{}/stat", pid)).and_then(proc::parse_stat);
  if (!stat) return std::nullopt;
  return stat->comm;
}

// The name service may ask a server that does not answer.
std::optional<std::string> user_name(uid_t uid) {
  const auto name = with_deadline(kUserNameLimit, "user name", [uid]() -> Result<std::string> {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, 16384> buffer{};
    ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
    if (found == nullptr)
      return fail(Error{"look up", fmt::format("uid {}", uid), 0, "no such user", {}});
    return std::string(found->pw_name);
  });
  if (!name) return std::nullopt;
  return *name;
}

// A thread of ours: the ptrace backend at its work is no other tracer.
bool is_our_thread(const proc::Procfs& procfs, pid_t tid) {
  const auto own = procfs.list_numbers("self/task");
  return own && std::find(own->begin(), own->end(), tid) != own->end();
}

// What it would be without us. Our stops at its calls pass at once; what stays is a stop signal's.
char state_without_us(const Source& source, char state) {
  constexpr int kLooks = 5;
  for (int look = 0; look < kLooks && state == 't'; ++look) {
    std::this_thread::sleep_for(1ms);
    const auto stat =
        source.procfs.read(fmt::format("{}/stat", source.pid)).and_then(proc::parse_stat);
    if (!stat) return state;
    state = stat->state;
  }
  return state == 't' ? 'T' : state;
}

void add_tracer(const Source& source, pid_t tracer, Facts& facts) {
  facts.tracer_pid = tracer;
  if (tracer == 0) return;
  if (!is_our_thread(source.procfs, tracer)) {
    facts.tracer_comm = comm_of(source.procfs, tracer);
    return;
  }
  facts.tracer_pid = 0;
  if (facts.state_letter != 't') return;
  facts.state_letter = state_without_us(source, 't');
  facts.state = state_word(*facts.state_letter);
}

void add_status(const Source& source, Facts& facts) {
  const auto status =
      source.procfs.read(fmt::format("{}/status", source.pid)).and_then(proc::parse_status);
  if (!status) {
    facts.completeness.add_gap(reason_for("user, tracer and namespaces", status.error()));
    return;
  }
  facts.uid = status->effective_uid;
  facts.real_uid = status->real_uid;
  facts.user = user_name(status->effective_uid);
  add_tracer(source, status->tracer_pid, facts);
  facts.ns_pids = status->ns_pids;
  if (!status->ns_pids.empty()) facts.ns_pid = status->ns_pids.back();
  if (status->seccomp) {
    constexpr std::array kModes = {"disabled", "strict", "filter"};
    const auto mode = static_cast<std::size_t>(*status->seccomp);
    facts.seccomp = mode < kModes.size() ? kModes[mode] : fmt::format("mode {}", mode);
  }
}

void add_command(const Source& source, const std::string& base, Facts& facts) {
  const auto text =
      with_deadline(kCmdlineLimit, "the command line",
                    [procfs = source.procfs, base] { return procfs.read(base + "/cmdline"); });
  if (text) {
    proc::Cmdline cmdline = proc::parse_cmdline(*text);
    facts.command = std::move(cmdline.args);
    if (cmdline.overwritten)
      facts.command_note = "the process has replaced its arguments by this title";
  } else if (!proc::is_gone(text.error())) {
    facts.command_note = reason_for("command line", text.error());
    facts.completeness.add_gap(facts.command_note);
  }
  if (!facts.command.empty()) return;
  facts.command = {fmt::format("[{}]", facts.comm)};
  if (!facts.command_note.empty()) return;
  facts.command_note = facts.is_kernel_thread      ? "a kernel thread has no command line"
                       : facts.state_letter == 'Z' ? "a zombie has no command line left"
                                                   : "its command line is empty";
}

void add_links(const Source& source, const std::string& base, Facts& facts) {
  if (facts.is_kernel_thread || facts.state == "zombie") return;
  const auto cwd = source.procfs.read_link(base + "/cwd");
  if (cwd) facts.cwd = *cwd;
  const auto root = source.procfs.read_link(base + "/root");
  if (root && *root != "/") facts.root = *root;
  const auto exe = source.procfs.read_link(base + "/exe");
  if (exe) {
    const bool deleted = exe->ends_with(kDeleted);
    facts.executable_deleted = deleted;
    facts.executable = deleted ? exe->substr(0, exe->size() - kDeleted.size()) : *exe;
  }
  if (!cwd)
    facts.completeness.add_gap(reason_for("directory and executable", cwd.error()));
  else if (!exe)
    facts.completeness.add_gap(reason_for("executable", exe.error()));
}

// /proc/stat has whole seconds; this machine's clocks tell the rest, where they are those of the
// same boot: in a fixture, or where the clock has been set since, they are not.
std::chrono::system_clock::time_point boot_time(const proc::SystemStat& system) {
  using std::chrono::system_clock;
  timespec since_boot{};
  if (::clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0) return system.boot_time;
  const auto exact = system_clock::now() - std::chrono::duration_cast<system_clock::duration>(
                                               std::chrono::seconds(since_boot.tv_sec) +
                                               std::chrono::nanoseconds(since_boot.tv_nsec));
  const auto more = exact - system.boot_time;
  return more >= std::chrono::seconds(0) && more < std::chrono::seconds(1) ? exact
                                                                           : system.boot_time;
}

void add_times(const Source& source, std::chrono::nanoseconds start, Facts& facts) {
  const auto system = source.procfs.read("stat").and_then(proc::parse_system_stat);
  if (system) {
    facts.started_at =
        boot_time(*system) + std::chrono::duration_cast<std::chrono::system_clock::duration>(start);
  }
  const auto uptime = source.procfs.read("uptime").and_then(proc::parse_uptime);
  // A container's /proc/uptime may be that of the container (lxcfs): no base for a difference.
  if (uptime && *uptime >= start) facts.uptime = *uptime - start;
}

// `ended`: one that has left its own shows the root's.
void add_cgroup(const Source& source, bool ended, Facts& facts) {
  const auto cgroup =
      source.procfs.read(fmt::format("{}/cgroup", source.pid)).and_then(proc::parse_cgroup);
  if (!cgroup || (ended && cgroup->path() == "/")) return;
  facts.cgroup = cgroup->path();
  // On hybrid hosts any of the hierarchies may be the one the container's runtime used.
  std::optional<proc::Container> container = proc::container_of(facts.cgroup.value_or(""));
  for (const auto& entry : cgroup->entries) {
    if (!container) container = proc::container_of(entry.path);
  }
  if (!container) return;
  facts.container_id = container->id;
  if (!container->runtime.empty()) facts.container_runtime = container->runtime;
}

void add_limits(const Source& source, Facts& facts) {
  const auto limits =
      source.procfs.read(fmt::format("{}/limits", source.pid)).and_then(proc::parse_limits);
  // Zombies have none; that is no gap.
  if (!limits) return;
  for (const auto& row : limits->rows)
    facts.limits.push_back({row.name, row.soft, row.hard, row.unit});
}

}  // namespace

Facts gather(const Source& source) {
  Facts facts;
  facts.pid = source.pid;
  const auto stat =
      source.procfs.read(fmt::format("{}/stat", source.pid)).and_then(proc::parse_stat);
  if (!stat) {
    facts.completeness = Completeness::unavailable(reason_for("process", stat.error()));
    return facts;
  }
  const std::string base = proc::living_base(source.procfs, source.pid);
  const bool leader_ended = base.find('/') != std::string::npos;
  facts.comm = stat->comm;
  facts.state_letter = stat->state;
  facts.state = leader_ended ? "zombie leader" : state_word(stat->state);
  facts.is_kernel_thread = stat->is_kernel_thread();
  facts.ppid = stat->ppid;
  facts.parent_comm = comm_of(source.procfs, stat->ppid);
  facts.threads = stat->threads;
  facts.nice = stat->nice;
  add_status(source, facts);
  add_times(source, stat->start_time, facts);
  add_cgroup(source, stat->is_exiting() || stat->is_dead(), facts);
  add_limits(source, facts);
  add_links(source, base, facts);
  // Last: it is the one that can block.
  add_command(source, base, facts);
  return facts;
}

}  // namespace debug_process::sections::process
