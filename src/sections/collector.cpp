// SPDX-License-Identifier: Apache-2.0
#include "sections/collector.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "proc/fd_table.h"
#include "proc/fdinfo.h"
#include "proc/stat.h"
#include "proc/status.h"
#include "sections/disk/gather.h"
#include "sections/errors/expected.h"
#include "sections/errors/gather.h"
#include "sections/files/add_io.h"
#include "sections/files/awaited_locks.h"
#include "sections/files/gather.h"
#include "sections/files/pipe_ends.h"
#include "sections/holder_search.h"
#include "sections/host/gather.h"
#include "sections/intervals/track.h"
#include "sections/memory/gather.h"
#include "sections/memory/growth.h"
#include "sections/process/followed.h"
#include "sections/process/gather.h"
#include "sections/process/zombies.h"
#include "sections/sockets/gather.h"
#include "sections/sockets/peers.h"
#include "sections/syscalls/gather.h"
#include "sections/threads/gather.h"
#include "trace/open_files.h"

namespace debug_process::sections {
namespace {

using Clock = std::chrono::steady_clock;

// What the process holds at one moment.
struct Holdings {
  Clock::time_point at;
  process::Facts process;
  files::Facts files;
  sockets::Facts sockets;
  memory::Facts memory;
  memory::Snapshot faults;
  threads::Snapshot threads;
  disk::Snapshot disk;
  std::map<std::string, std::chrono::nanoseconds> gathering;  // by section: how long it took
};

// Of what is read in turn: each lap is what has passed since the one before.
class Laps {
 public:
  explicit Laps(std::map<std::string, std::chrono::nanoseconds>& laps) : laps_(laps) {}
  void end(const char* section) {
    const auto now = Clock::now();
    laps_[section] += now - began_;
    began_ = now;
  }

 private:
  std::map<std::string, std::chrono::nanoseconds>& laps_;
  Clock::time_point began_ = Clock::now();
};

bool is_alive(const Source& source) {
  const auto stat =
      source.procfs.read(fmt::format("{}/stat", source.pid)).and_then(proc::parse_stat);
  if (!stat || (source.start_time && stat->start_time != *source.start_time)) return false;
  return !stat->is_dead() || stat->threads > 1;
}

// What is known of a process that ended before anything could be read. A zombie still tells its
// name.
Holdings nothing_held(const Source& source) {
  Holdings holdings;
  holdings.at = Clock::now();
  holdings.process = process::gather(source);
  const auto gone = Completeness::unavailable("the process had ended before this could be read");
  holdings.files.completeness = gone;
  holdings.sockets.completeness = gone;
  holdings.memory.completeness = gone;
  return holdings;
}

// Some 5 to 20 us a descriptor from /proc, and 0.5 us through BPF, which takes 20 ms to set up.
constexpr std::uint64_t kManyDescriptors = 4096;

Result<proc::FdTable> read_fd_table(const Source& source) {
  const auto places = source.procfs.read(fmt::format("{}/status", source.pid))
                          .and_then(proc::parse_status)
                          .map([](const proc::Status& status) { return status.fd_size; });
  if (source.open_files && places && places->value_or(0) > kManyDescriptors)
    if (auto table = source.open_files->read(source.procfs, source.pid)) return table;
  return proc::read_fd_table(source.procfs, source.pid);
}

// What is compared with the window's end; null: this is its start.
struct Start {
  const threads::Snapshot* threads = nullptr;
  const memory::Snapshot* faults = nullptr;
  const sockets::Snapshot* sockets = nullptr;
};

Holdings read_holdings(const Source& source, const Start& start,
                       sockets::Snapshot* sockets_now = nullptr,
                       memory::Reading reading = memory::Reading::provisional) {
  Holdings holdings;
  holdings.at = Clock::now();
  Laps laps(holdings.gathering);
  if (start.threads != nullptr) {
    holdings.disk = disk::snapshot(source);
    laps.end("disk");
    holdings.threads = threads::snapshot(source);
    threads::look_closer(source, *start.threads, holdings.threads);
    laps.end("threads");
  }
  holdings.process = process::gather(source);
  laps.end("process");
  const auto table = read_fd_table(source);
  holdings.files = files::gather(source, table);
  laps.end("files");
  holdings.sockets = sockets::gather(source, table, start.sockets, sockets_now);
  laps.end("sockets");
  holdings.faults = memory::snapshot(source);
  holdings.memory =
      memory::gather(source, start.faults != nullptr ? *start.faults : memory::Snapshot(),
                     holdings.faults, reading);
  laps.end("memory");
  return holdings;
}

}  // namespace

struct Collector::State {
  Source source;
  Clock::time_point started;
  Clock::time_point threads_seen;  // when last->threads was taken
  bool alive_at_start = true;
  bool looked_again = false;  // at the threads, after the window's start
  threads::Snapshot threads_at_start;
  syscalls::Snapshot calls_at_start;
  memory::Snapshot faults_at_start;
  sockets::Snapshot sockets_at_start;
  disk::Snapshot disk_at_start;
  std::optional<std::map<std::string, std::uint64_t>> types_at_start;  // of open files
  std::optional<memory::Start> memory_at_start;
  std::optional<std::vector<pid_t>> zombies_at_start;
  std::optional<std::chrono::nanoseconds> clock_at_start;
  memory::GrowthTrack growth;
  intervals::Track intervals;
  [[nodiscard]] Start start() const {
    return {&threads_at_start, &faults_at_start, &sockets_at_start};
  }
  std::optional<Holdings> last;

  void keep_start();
  void keep_holdings(memory::Reading reading);
};

namespace {

// Over the time from the window's start to the last look at the threads: mostly its end.
threads::Facts threads_until(const Collector::State& state, const trace::Activity* activity) {
  const auto seen = state.threads_seen - state.started;
  auto facts = threads::gather(state.threads_at_start, state.last->threads, seen, activity,
                               state.source.filter);
  if (state.looked_again || !state.alive_at_start) return facts;
  // It ended before a second look: what its threads did is unknown, and not nothing.
  facts.threads.clear();
  facts.cpu.reset();
  facts.run_delay.reset();
  return facts;
}

std::string how_old(const Collector::State& state, Clock::time_point at, Clock::time_point ended) {
  if (!state.alive_at_start) return "it had ended before the window: this is what is left of it";
  return fmt::format("it ended in the window: this is how it was {} before that was noticed",
                     format_duration(ended - at));
}

// What the descriptor of a failed call is now; it may have been another file then.
void name_descriptors(Facts& facts) {
  std::unordered_map<int, const files::File*> open;
  for (const files::File& file : facts.files.files) open.emplace(file.fd, &file);
  const auto name = [&](int fd) {
    const auto file = open.find(fd);
    return file == open.end() ? fmt::format("fd {}", fd)
                              : fmt::format("fd {}, now {}", fd, file->second->path);
  };
  for (errors::Row& row : facts.errors.rows)
    if (row.fd) row.example = name(*row.fd);
  for (errors::Object& object : facts.errors.objects)
    if (object.fd) object.object = name(*object.fd);
}

// As its open file is now; it may have been another one then.
std::optional<bool> is_nonblocking(const Source& source, int fd) {
  const auto info =
      source.procfs.read(fmt::format("{}/fdinfo/{}", source.pid, fd)).and_then(proc::parse_fdinfo);
  if (!info) return std::nullopt;
  return (info->flags & O_NONBLOCK) != 0;
}

// What was done with the sockets, and in the table of files whose they are.
void join_sockets(const trace::Activity* activity, Facts& facts) {
  const IoByDescriptor io(activity);
  std::unordered_map<int, const sockets::Socket*> by_fd;
  for (sockets::Socket& socket : facts.sockets.sockets) {
    socket.io = io.of(socket.fd, socket.inode);
    by_fd.emplace(socket.fd, &socket);
  }
  for (files::File& file : facts.files.files) {
    const auto found = by_fd.find(file.fd);
    if (file.type != "socket" || found == by_fd.end()) continue;
    const std::string used_again = std::move(file.detail);
    file.detail = sockets::describe(*found->second);
    if (!used_again.empty()) file.detail += ", " + used_again;
  }
}

// A thread that waits in a socket waits for a peer.
void name_sockets(Facts& facts) {
  std::unordered_map<int, const sockets::Socket*> open;
  for (const sockets::Socket& socket : facts.sockets.sockets) open.emplace(socket.fd, &socket);
  for (threads::Thread& thread : facts.threads.threads) {
    if (!thread.place || !thread.place->fd) continue;
    const auto found = open.find(*thread.place->fd);
    if (found == open.end() || thread.place->object.find("socket:[") == std::string::npos) continue;
    const sockets::Socket& socket = *found->second;
    thread.place->object =
        fmt::format("fd {} {}{}{}{}{}", socket.fd, socket.protocol, socket.local.empty() ? "" : " ",
                    socket.local, socket.remote.empty() ? "" : " <-> ", socket.remote);
  }
}

// Whose the other ends of pipes and unix sockets are: one pass over all processes for both.
void find_holders(const Source& source, Holdings& last) {
  Laps laps(last.gathering);
  HolderSearch search(source, kHoldersLimit);
  sockets::look_for_peers(last.sockets, search);
  files::look_for_ends(source, last.files, search);
  search.run(Among::others);
  sockets::add_peers(search, last.sockets);
  files::add_ends(search, last.files);
  laps.end("peers");
}

void add_awaited_locks(const Source& source, Facts& facts) {
  std::set<int> fds;
  for (const threads::Thread& thread : facts.threads.threads)
    if (thread.place && thread.place->fd &&
        (thread.place->syscall == "flock" || thread.place->syscall == "fcntl"))
      fds.insert(*thread.place->fd);
  files::add_awaited_locks(source, fds, facts.files);
}

void mark_as_ended(const Collector::State& state, Clock::time_point ended, Facts& facts) {
  // Threads as they were then: one without calls may have made some since.
  for (threads::Thread& thread : facts.threads.threads)
    if (thread.calls == 0U) thread.calls.reset();
  const auto add_gap = [](Completeness& completeness, const std::string& gap) {
    if (completeness.status != report::Status::unavailable) completeness.add_gap(gap);
  };
  const std::string gap = how_old(state, state.last->at, ended);
  add_gap(facts.process.completeness, gap);
  add_gap(facts.files.completeness, gap);
  add_gap(facts.sockets.completeness, gap);
  add_gap(facts.memory.completeness, gap);
  add_gap(facts.disk.completeness, gap);
  add_gap(facts.threads.completeness, how_old(state, state.threads_seen, ended));
}

}  // namespace

Collector::Collector(Source source) : state_(std::make_unique<State>()) {
  state_->source = std::move(source);
}

Collector::~Collector() = default;

void Collector::allow_bpf() {
  state_->source.open_files = std::make_shared<trace::OpenFilesReader>();
}

// What the end is compared with of all that was just read.
void Collector::State::keep_start() {
  if (last->files.deleted) types_at_start = last->files.by_type;
  const memory::Facts& memory = last->memory;
  if (memory.rss)
    memory_at_start = {memory.rss, memory.rss_peak, memory.anonymous, memory.file, memory.shared};
  zombies_at_start = process::zombie_children(source, process::kZombiesLimit);
}

void Collector::begin(bool started_by_us) {
  state_->clock_at_start = host::clock_offset();
  state_->started = Clock::now();
  state_->threads_seen = state_->started;
  if (started_by_us) {
    state_->faults_at_start = memory::snapshot(state_->source);
    state_->faults_at_start.minor_faults = state_->faults_at_start.major_faults = 0;
    state_->disk_at_start = disk::snapshot(state_->source);
    if (state_->disk_at_start.io) state_->disk_at_start.io = proc::Io();
    state_->sockets_at_start.before_its_life = true;
    state_->threads_at_start.before_its_life = true;
    state_->threads_at_start.process_cpu = std::chrono::nanoseconds(0);
    if (is_alive(state_->source)) {
      Holdings holdings = read_holdings(state_->source, state_->start());
      if (is_alive(state_->source)) {
        state_->threads_seen = holdings.at;
        state_->last = std::move(holdings);
      }
    }
    if (!state_->last) state_->last = nothing_held(state_->source);
    state_->intervals.begin(state_->source, state_->started, true);
    return;
  }
  state_->alive_at_start = is_alive(state_->source);
  state_->last = read_holdings(state_->source, {}, &state_->sockets_at_start);
  state_->faults_at_start = state_->last->faults;
  state_->keep_start();
  look_at_memory();
  // Last, as near to the window's start as can be.
  state_->calls_at_start = syscalls::snapshot(state_->source, syscalls::At::start);
  state_->threads_at_start = threads::snapshot(state_->source);
  state_->disk_at_start = disk::snapshot(state_->source);
  state_->last->threads = state_->threads_at_start;
  state_->last->disk = state_->disk_at_start;
  state_->started = Clock::now();
  state_->threads_seen = state_->started;
  state_->intervals.begin(state_->source, state_->started, false);
}

std::chrono::nanoseconds Collector::last_reading() const {
  std::chrono::nanoseconds sum{0};
  if (state_->last)
    for (const auto& [section, took] : state_->last->gathering) sum += took;
  return sum;
}

void Collector::mark() {
  state_->intervals.mark(state_->source, Clock::now());
}

void Collector::look_at_threads() {
  threads::Snapshot threads = threads::snapshot(state_->source);
  disk::Snapshot disk = disk::snapshot(state_->source);
  if (!is_alive(state_->source)) return;
  state_->last->threads = std::move(threads);
  state_->last->disk = std::move(disk);
  state_->threads_seen = Clock::now();
  state_->looked_again = true;
}

void Collector::look_at_memory() {
  if (const auto rss = memory::read_rss(state_->source)) state_->growth.add(Clock::now(), *rss);
}

void Collector::State::keep_holdings(memory::Reading reading) {
  if (!is_alive(source)) return;
  Holdings holdings = read_holdings(source, start(), nullptr, reading);
  // It may have ended while it was being read.
  if (!is_alive(source)) return;
  threads_seen = holdings.at;
  looked_again = true;
  last = std::move(holdings);
}

void Collector::checkpoint() {
  state_->keep_holdings(memory::Reading::provisional);
}

Facts Collector::finish(std::chrono::nanoseconds window, const trace::Activity* activity,
                        const std::string& why_untraced) {
  const Source& source = state_->source;
  // Its number may be another process's by now.
  auto calls_at_end = syscalls::snapshot(source);
  if (!is_alive(source)) calls_at_end = {};
  const auto ended = Clock::now();
  look_at_memory();
  intervals::Facts intervals = state_->intervals.finish(source, ended, activity);
  state_->keep_holdings(memory::Reading::last);
  std::optional<std::vector<pid_t>> zombies;
  if (is_alive(source)) zombies = process::zombie_children(source, process::kZombiesLimit);
  // Once, and only where the sockets are those of now: it takes a while.
  if (state_->last->at >= ended && is_alive(source)) find_holders(source, *state_->last);
  Holdings& last = *state_->last;  // what is large is moved out of it

  Facts facts;
  facts.window = window;
  facts.gathering = last.gathering;
  facts.process = std::move(last.process);
  if (activity != nullptr) process::add_followed(source, *activity, facts.process);
  facts.process.zombies = process::compare(state_->zombies_at_start, zombies);
  facts.files = std::move(last.files);
  facts.files.by_type_at_start = state_->types_at_start;
  files::add_io(activity, source.filter, facts.files);
  facts.sockets = std::move(last.sockets);
  facts.memory = std::move(last.memory);
  facts.memory.growth = state_->growth.estimate();
  facts.memory.start = state_->memory_at_start;
  facts.intervals = std::move(intervals);
  facts.disk = disk::gather(state_->disk_at_start, last.disk);
  facts.threads = threads_until(*state_, activity);
  facts.syscalls = syscalls::gather(state_->calls_at_start, calls_at_end, window, activity,
                                    why_untraced, source.filter);
  facts.errors = errors::gather(activity, why_untraced, source.filter);
  errors::mark_expected([&](int fd) { return is_nonblocking(source, fd); }, facts.errors);
  join_sockets(activity, facts);
  name_descriptors(facts);
  name_sockets(facts);
  facts.host = host::gather(source);
  if (const auto now = host::clock_offset(); now && state_->clock_at_start)
    facts.host.clock_step = *now - *state_->clock_at_start;
  if (last.at >= ended) add_awaited_locks(source, facts);
  if (last.at < ended) mark_as_ended(*state_, ended, facts);
  return facts;
}

}  // namespace debug_process::sections
