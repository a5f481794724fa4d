// SPDX-License-Identifier: Apache-2.0
#include "run/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "run/assemble.h"
#include "run/comparison.h"
#include "run/interrupts.h"
#include "run/rights.h"
#include "sections/collector.h"
#include "target/command.h"
#include "target/target.h"
#include "trace/backend.h"
#include "util/clock.h"
#include "util/units.h"

namespace debug_process::run {
namespace {

using std::chrono::nanoseconds;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr nanoseconds kDefaultWindow = 5s;
constexpr nanoseconds kProgressStep = 100ms;
// A command may end at any moment, and takes its files and memory with it: look early, then ever
// less often.
constexpr nanoseconds kFirstCheckpoint = 20ms;
constexpr nanoseconds kLongestCheckpointStep = 15s;
constexpr int kCheckpointGrowth = 3;
// A process that we did not start may be large: its threads are looked at on the way, some 10 us
// each, and all of it more seldom.
constexpr nanoseconds kLookStep = 1s;
// So that a process that ends is known as it was shortly before: reading it takes no more than one
// in so many parts of the time.
constexpr int kCheckpointShare = 200;
constexpr unsigned kMostThreadsToWatch = 500;
// Ten samples of what is resident in a window, if it is not very short or very long.
constexpr int kMemorySamples = 10;
constexpr nanoseconds kShortestMemoryStep = 20ms;
constexpr nanoseconds kLongestMemoryStep = 10s;
constexpr nanoseconds kMemoryStepOfCommand = 200ms;
// Long enough for a call rate, and ten of them in the usual window. Of a very long one fewer,
// longer ones, so that there are hundreds at most.
constexpr nanoseconds kInterval = 500ms;
constexpr int kMostIntervals = 64;
constexpr std::chrono::milliseconds kLongestFarewell = 1s;

tl::unexpected<Failure> fail_with(ExitStatus status, Error error) {
  return tl::unexpected(Failure{status, std::move(error)});
}

ExitStatus status_of_open(const Error& error) {
  if (error.errno_value == ESRCH) return ExitStatus::no_process;
  if (error.errno_value == EACCES || error.errno_value == EPERM) return ExitStatus::no_permission;
  return error.errno_value == 0 ? ExitStatus::usage : ExitStatus::internal;
}

ExitStatus status_of_execute(const Error& error) {
  return error.errno_value == ENOENT ? ExitStatus::not_found : ExitStatus::not_executable;
}

// So little was seen that no call in it means nothing.
bool is_blind(const trace::Activity& activity) {
  constexpr double kLeastCoverage = 0.05;
  return activity.counts == trace::Counts::scaled && activity.calls_seen == 0 &&
         activity.coverage < kLeastCoverage;
}

// A process in the window: one, or two that are compared.
struct Watched {
  const target::Target& target;
  sections::Collector& collector;
  trace::Backend* backend;  // may be null
};

// Waits until the window has passed, a target has ended, or a signal has come.
class Window {
 public:
  Window(const Options& options, std::vector<Watched> watched)
      : options_(options), watched_(std::move(watched)) {
    if (options.duration || options.command.empty())
      length_ = options.duration.value_or(kDefaultWindow);
    next_checkpoint_ = options.command.empty() ? checkpoint_step() : kFirstCheckpoint;
    if (options.command.empty() &&
        std::all_of(watched_.begin(), watched_.end(), [](const Watched& each) {
          return each.target.threads() <= kMostThreadsToWatch;
        }))
      next_look_ = kLookStep;
    if (length_)
      memory_step_ = std::clamp(*length_ / kMemorySamples, kShortestMemoryStep, kLongestMemoryStep);
    next_memory_ = memory_step_;
    next_mark_ = next_mark_after(nanoseconds(0));
  }

  report::EndedBy wait() {
    for (;;) {
      const nanoseconds elapsed = Clock::now() - start_;
      if (length_ && elapsed >= *length_) return report::EndedBy::window;
      if (options_.on_progress) options_.on_progress({elapsed, length_});
      if (elapsed >= next_checkpoint_) take_checkpoint(elapsed);
      if (elapsed >= next_look_) {
        for (const Watched& each : watched_) each.collector.look_at_threads();
        next_look_ = elapsed + kLookStep;
      }
      if (elapsed >= next_mark_) {
        mark();
        next_mark_ = next_mark_after(elapsed);
      }
      if (elapsed >= next_memory_) {
        for (const Watched& each : watched_) each.collector.look_at_memory();
        next_memory_ = elapsed + memory_step_;
      }
      if (wait_for_an_end(until_next(Clock::now() - start_))) return report::EndedBy::target_exit;
      if (Interrupts::signal() != 0) return report::EndedBy::interrupt;
    }
  }

 private:
  void mark() {
    for (const Watched& each : watched_) {
      if (each.backend != nullptr) each.backend->mark();
      each.collector.mark();
    }
  }

  // Returns early for a signal, too.
  [[nodiscard]] bool wait_for_an_end(nanoseconds longest) const {
    std::vector<pollfd> events{{Interrupts::fd(), POLLIN, 0}};
    for (const Watched& each : watched_) events.push_back({each.target.pidfd(), POLLIN, 0});
    const timespec timeout = to_timespec(longest);
    (void)::ppoll(events.data(), events.size(), &timeout, nullptr);
    return std::any_of(events.begin() + 1, events.end(),
                       [](const pollfd& event) { return event.revents != 0; });
  }

  [[nodiscard]] nanoseconds until_next(nanoseconds elapsed) const {
    nanoseconds next = elapsed + (options_.on_progress ? kProgressStep : nanoseconds(1h));
    if (length_) next = std::min(next, *length_);
    return std::max(
        std::min({next, next_checkpoint_, next_look_, next_memory_, next_mark_}) - elapsed,
        nanoseconds(0));
  }

  // A window without an end has ever longer intervals.
  [[nodiscard]] nanoseconds next_mark_after(nanoseconds elapsed) const {
    const nanoseconds step = std::max(kInterval, length_.value_or(elapsed) / kMostIntervals);
    return (elapsed / step + 1) * step;
  }

  void take_checkpoint(nanoseconds elapsed) {
    for (const Watched& each : watched_) each.collector.checkpoint();
    const nanoseconds step = options_.command.empty() ? checkpoint_step()
                                                      : std::min(elapsed * (kCheckpointGrowth - 1),
                                                                 kLongestCheckpointStep);
    next_checkpoint_ = elapsed + step;
  }

  [[nodiscard]] nanoseconds checkpoint_step() const {
    nanoseconds reading{0};
    for (const Watched& each : watched_) reading += each.collector.last_reading();
    return std::max(kLookStep, kCheckpointShare * reading);
  }

  const Options& options_;
  std::vector<Watched> watched_;
  Clock::time_point start_ = Clock::now();
  std::optional<nanoseconds> length_;
  nanoseconds next_checkpoint_ = nanoseconds::max();
  nanoseconds next_look_ = nanoseconds::max();
  nanoseconds memory_step_ = kMemoryStepOfCommand;
  nanoseconds next_memory_ = nanoseconds::max();
  nanoseconds next_mark_ = nanoseconds::max();
};

class Session {
 public:
  Session(const Options& options, target::Target target, target::Command* command)
      : options_(options),
        target_(std::move(target)),
        command_(command),
        collector_(sections::Source{target_.pid(), target_.start_time(), proc::Procfs(),
                                    "/sys/fs/cgroup", options.allow_slow_memory,
                                    sections::Filter{options.trace_set, options.failed_only}}) {}

  tl::expected<void, Failure> prepare() {
    if (auto chosen = choose_backend(); !chosen) return tl::unexpected(chosen.error());
    if (course_.backend == "bpf") collector_.allow_bpf();
    return {};
  }

  tl::expected<void, Failure> begin() {
    if (command_ == nullptr) collector_.begin(false);
    if (backend_) backend_->start();
    start_ = Clock::now();
    course_.startup = start_ - options_.tool_started;
    course_.started_at = std::chrono::system_clock::now();
    if (command_ != nullptr) {
      if (auto released = command_->release(); !released)
        return fail_with(status_of_execute(released.error()), released.error());
      collector_.begin(true);
    }
    spdlog::debug("watching {} with backend {}", target_.pid(), course_.backend);
    return {};
  }

  [[nodiscard]] Watched watched() { return {target_, collector_, backend_.get()}; }

  // Another one's end cuts the window short, and that is all.
  tl::expected<report::Report, Failure> end(report::EndedBy ended_by) {
    const bool other_ended = ended_by == report::EndedBy::target_exit && !target_.has_ended();
    course_.ended_by = other_ended ? report::EndedBy::window : ended_by;
    pass_interrupt_on();
    if (auto stopped = stop(); !stopped) spdlog::error("{}", stopped.error().message());
    course_.window = Clock::now() - start_;
    return finish();
  }

  [[nodiscard]] bool uses_bpf() const { return course_.backend == "bpf"; }

  // After the report, when the window was shorter than the command's life. A signal to us is meant
  // for it.
  std::optional<int> wait_for_command() {
    if (!target_.has_ended()) spdlog::warn("waiting for the command to end");
    while (!target_.has_ended()) {
      pollfd events[] = {{target_.pidfd(), POLLIN, 0},
                         {interrupt_passed_on_ ? -1 : Interrupts::fd(), POLLIN, 0}};
      (void)::poll(events, 2, -1);
      if (events[1].revents == 0) continue;
      if (!Interrupts::from_terminal()) command_->send(Interrupts::signal());
      interrupt_passed_on_ = true;
    }
    return command_->wait();
  }

 private:
  tl::expected<void, Failure> choose_backend() {
    trace::WatchOptions watch;
    watch.pid = target_.pid();
    watch.threads = target_.threads();
    watch.kernel_thread = target_.is_kernel_thread();
    watch.from_next_exec = command_ != nullptr;
    watch.follow = options_.follow;
    watch.trace_set = options_.trace_set;
    watch.failed_only = options_.failed_only;
    watch.max_overhead = options_.max_overhead;
    watch.btf = options_.btf;
    auto selected = trace::select_backend(options_.backend, watch);
    if (!selected)
      return fail_with(target_.has_ended() ? ExitStatus::no_process : ExitStatus::no_permission,
                       selected.error());
    backend_ = std::move(selected->backend);
    course_.backend = selected->name;
    course_.backend_reason = selected->reason;
    spdlog::debug("backend {}: {}", selected->name, selected->reason);
    return {};
  }

  // A terminal sends it to both of us; from elsewhere it reaches only the tool. How the command
  // takes it is part of the report, if it does so soon.
  void pass_interrupt_on() {
    if (command_ == nullptr || course_.ended_by != report::EndedBy::interrupt) return;
    if (!Interrupts::from_terminal()) command_->send(Interrupts::signal());
    interrupt_passed_on_ = true;
    pollfd end{target_.pidfd(), POLLIN, 0};
    (void)::poll(&end, 1, static_cast<int>(kLongestFarewell.count()));
  }

  Result<void> stop() {
    if (!backend_) return {};
    auto activity = backend_->stop();
    backend_.reset();
    if (!activity) {
      course_.backend_reason = activity.error().message();
      return tl::unexpected(activity.error());
    }
    course_.wait_status = activity->wait_status;
    course_.activity = std::move(*activity);
    return {};
  }

  tl::expected<report::Report, Failure> finish() {
    if (command_ != nullptr && target_.has_ended()) {
      if (const auto status = command_->wait()) course_.wait_status = status;
    }
    const trace::Activity* activity = course_.activity ? &*course_.activity : nullptr;
    std::string why_untraced = course_.backend_reason;
    if (activity != nullptr && is_blind(*activity)) {
      why_untraced = fmt::format(
          "only {} of the window could be watched, and no call was seen in that: what it does is "
          "not known",
          format_ratio({activity->coverage}));
      activity = nullptr;
    }
    sections::Facts facts = collector_.finish(course_.window, activity, why_untraced);
    if (course_.ended_by == report::EndedBy::target_exit) facts.wait_status = course_.wait_status;
    if (command_ != nullptr) complete_command(facts.process);
    if (target_.has_ended()) complete_end(facts.process);
    if (facts.process.completeness.status == report::Status::unavailable && activity == nullptr)
      return fail_with(
          ExitStatus::no_process,
          {"report on", std::to_string(target_.pid()), 0, facts.process.completeness.reason, {}});
    return assemble(facts, course_);
  }

  // What we started we know by name.
  void complete_command(sections::process::Facts& process) const {
    if (!process.command_note.empty()) {
      process.command = options_.command;
      process.command_note.clear();
    }
  }

  // All else is as it was last seen. A zombie is one to warn of, but for what we started: we wait
  // for that when all is read.
  void complete_end(sections::process::Facts& process) const {
    if (command_ == nullptr && process.state_letter == 'Z') return;
    process.state = "exited";
    process.state_letter.reset();
  }

  const Options& options_;
  target::Target target_;
  target::Command* command_;  // null: a process that we did not start
  sections::Collector collector_;
  std::unique_ptr<trace::Backend> backend_;
  bool interrupt_passed_on_ = false;
  Clock::time_point start_;
  Course course_;
};

// Both sides of one window; the second is there with --vs alone.
struct Reports {
  report::Report report;
  std::optional<tl::expected<report::Report, Failure>> reference;
};

tl::expected<Reports, Failure> watch(const Options& options, Rights& rights, Session& session,
                                     Session* reference) {
  rights.keep_to_attach();
  std::vector<Session*> sessions{&session};
  // First in, so that the window is the other's.
  if (reference != nullptr) sessions.insert(sessions.begin(), reference);
  for (Session* each : sessions)
    if (auto prepared = each->prepare(); !prepared) return tl::unexpected(prepared.error());
  rights.keep_to_collect(std::any_of(sessions.begin(), sessions.end(),
                                     [](const Session* each) { return each->uses_bpf(); }));
  std::vector<Watched> watched;
  for (Session* each : sessions) {
    if (auto begun = each->begin(); !begun) return tl::unexpected(begun.error());
    watched.push_back(each->watched());
  }
  const report::EndedBy ended_by = Window(options, std::move(watched)).wait();
  auto report = session.end(ended_by);
  if (!report) return tl::unexpected(report.error());
  Reports reports{std::move(*report), std::nullopt};
  if (reference != nullptr) reports.reference = reference->end(ended_by);
  rights.keep_to_deliver();
  return reports;
}

// Unknown counts as another one.
bool is_in_another_network(const proc::Procfs& procfs, pid_t pid) {
  const auto theirs = procfs.read_link(fmt::format("{}/ns/net", pid));
  const auto ours = procfs.read_link("self/ns/net");
  return !theirs || !ours || *theirs != *ours;
}

Needs needs_of(const Options& options, const proc::Procfs& procfs) {
  Needs needs;
  needs.bpf = options.backend == "auto" || options.backend == "bpf";
  needs.ptrace = options.backend == "auto" || options.backend == "ptrace";
  needs.command = !options.command.empty();
  needs.delivery = options.needed_to_deliver;
  // A command may enter another one.
  needs.other_network = needs.command || is_in_another_network(procfs, *options.pid) ||
                        (options.versus && is_in_another_network(procfs, *options.versus));
  return needs;
}

// What is compared must have the same names: a report is compared as it is shown.
report::Report as_shown(const Options& options, report::Report report) {
  if (options.redact) return redacted(std::move(report));
  return report;
}

void compare_with_others(const Options& options, const Reports& reports, report::Report& report) {
  if (options.baseline)
    add_comparison(as_shown(options, options.baseline->report),
                   {options.baseline->name, "this run"}, report);
  if (!reports.reference) return;
  if (!*reports.reference) {
    add_no_comparison(reports.reference->error().error.message(), report);
    return;
  }
  const report::Report& reference = **reports.reference;
  add_comparison(as_shown(options, reference),
                 {fmt::format("process {}", reference.target.pid),
                  fmt::format("process {}", report.target.pid)},
                 report);
}

}  // namespace

tl::expected<Outcome, Failure> run(const Options& options,
                                   const std::function<void(const report::Report&)>& deliver) {
  const proc::Procfs procfs;
  std::optional<target::Command> command;
  if (!options.command.empty()) {
    auto started = target::Command::start(options.command);
    if (!started) return fail_with(status_of_execute(started.error()), started.error());
    command.emplace(std::move(*started));
  }
  auto target = target::Target::open(procfs, command ? command->pid() : *options.pid);
  if (!target) return fail_with(status_of_open(target.error()), target.error());

  Session session(options, std::move(*target), command ? &*command : nullptr);
  std::optional<Session> reference;
  if (options.versus) {
    auto other = target::Target::open(procfs, *options.versus);
    if (!other) return fail_with(status_of_open(other.error()), other.error());
    reference.emplace(options, std::move(*other), nullptr);
  }
  Rights rights(needs_of(options, procfs));
  auto reports = watch(options, rights, session, reference ? &*reference : nullptr);
  if (!reports) return tl::unexpected(reports.error());
  Outcome outcome{std::move(reports->report), std::nullopt};
  outcome.report = as_shown(options, std::move(outcome.report));
  compare_with_others(options, *reports, outcome.report);
  keep_sections(options.sections, outcome.report);
  if (deliver) deliver(outcome.report);
  if (command) outcome.command_wait_status = session.wait_for_command();
  return outcome;
}

}  // namespace debug_process::run
