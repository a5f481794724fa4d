// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>

#include "doctor/doctor.h"
#include "doctor/features.h"
#include "doctor/own_child.h"
#include "proc/procfs.h"
#include "proc/status.h"
#include "sections/collector.h"
#include "target/target.h"
#include "trace/backend.h"

namespace debug_process::doctor {
namespace {

// A backend announces what it does to a process; here nothing comes of it.
class Hushed {
 public:
  Hushed() : level_(spdlog::get_level()) {
    if (level_ >= spdlog::level::info) spdlog::set_level(spdlog::level::err);
  }
  ~Hushed() { spdlog::set_level(level_); }
  Hushed(const Hushed&) = delete;
  Hushed& operator=(const Hushed&) = delete;

 private:
  spdlog::level::level_enum level_;
};

// As "auto" does in a run.
std::optional<Error> why_not(std::string_view backend, const trace::WatchOptions& watch) {
  if (auto error = trace::passed_over(backend, watch)) return error;
  // Let go of at once, before the next one is tried.
  const auto selected = trace::select_backend(backend, watch);
  return selected ? std::nullopt : std::optional<Error>(selected.error());
}

std::vector<Trial> try_backends(const target::Target& target, const Options& options) {
  const Hushed hushed;
  trace::WatchOptions watch;
  watch.pid = target.pid();
  watch.threads = target.threads();
  watch.kernel_thread = target.is_kernel_thread();
  watch.btf = options.btf;
  std::vector<Trial> trials;
  for (const std::string_view name : trace::backend_names()) {
    if (name != "auto") trials.push_back({std::string(name), why_not(name, watch)});
  }
  return trials;
}

// The sections on system calls are what the best backend makes of them; all others are read.
void judge_by_backend(SectionState& section, const Facts& facts) {
  const Trial* const trial = best(facts);
  if (trial == nullptr) {
    section.status = report::Status::unavailable;
    section.reason = "no backend works here";
    return;
  }
  const BackendWords words = words_for(trial->backend);
  const bool errors = section.id == "errors";
  section.status = errors ? words.errors : words.calls;
  section.reason = errors ? words.errors_lack : words.calls_lack;
}

std::vector<SectionState> try_sections(const target::Target& target, const Facts& facts) {
  sections::Collector collector(
      sections::Source{target.pid(), target.start_time(), proc::Procfs(), "/sys/fs/cgroup", false});
  collector.begin(false);
  const auto found = collector.finish(std::chrono::nanoseconds(0), nullptr, "");
  std::vector<SectionState> states;
  for (const report::Section& section : sections::present(found)) {
    states.push_back({section.id, section.title, section.status, section.reason});
    if (section.id == "syscalls" || section.id == "errors") judge_by_backend(states.back(), facts);
  }
  return states;
}

}  // namespace

Result<Facts> examine(const Options& options) {
  const proc::Procfs procfs;
  // Before the process that was asked for, so that a missing one is the only thing said.
  auto target = target::Target::open(procfs, options.pid.value_or(::getpid()));
  if (!target) return tl::unexpected(target.error());
  auto child = OwnChild::start();
  if (!child) return tl::unexpected(child.error());
  if (!options.pid) target = target::Target::open(procfs, child->pid());
  if (!target) return tl::unexpected(target.error());

  Facts facts;
  facts.pid = options.pid;
  facts.machine = this_machine();
  facts.tool_path = procfs.read_link("self/exe").value_or("debug-process");
  if (const auto status =
          procfs.read(std::to_string(target->pid()) + "/status").and_then(proc::parse_status))
    facts.name = status->name;
  facts.circumstances = trace::bpf::read_circumstances(options.btf.has_value());
  facts.cgroup_version = cgroup_version();
  facts.features = try_features(child->pid());
  facts.kernel_thread = target->is_kernel_thread();
  facts.trials = try_backends(*target, options);
  facts.sections = try_sections(*target, facts);
  return facts;
}

}  // namespace debug_process::doctor
