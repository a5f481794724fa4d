// SPDX-License-Identifier: Apache-2.0
#include "trace/open_files.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "open_files.h"
#include "open_files.skel.h"
#include "proc/living.h"
#include "trace/bpf/libbpf_log.h"
#include "util/fd.h"

namespace debug_process::trace {
namespace {

using bpf::LibbpfLog;

// include/linux/fs.h
constexpr std::uint32_t kFmodeRead = 1;
constexpr std::uint32_t kFmodeWrite = 2;

struct Destroy {
  void operator()(open_files_bpf* skeleton) const { open_files_bpf::destroy(skeleton); }
  void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};

proc::Fd to_fd(const open_file& record, std::string_view path) {
  proc::Fd fd = proc::parse_fd_link(record.fd, path);
  fd.readable = (record.fmode & kFmodeRead) != 0;
  fd.writable = (record.fmode & kFmodeWrite) != 0;
  fd.open_file = proc::OpenFile{record.flags,
                                {record.position},
                                {record.size},
                                record.inode,
                                record.links,
                                record.mode,
                                proc::device_of(record.device),
                                record.file};
  return fd;
}

// Records follow each other without a gap; one may be cut where a read ends.
class Records {
 public:
  explicit Records(proc::FdTable& table) : table_(table) {}

  void add(std::string_view bytes) {
    pending_.append(bytes);
    std::size_t at = 0;
    for (std::size_t taken = take(at); taken > 0; taken = take(at)) at += taken;
    pending_.erase(0, at);
  }

 private:
  // How many bytes the record at this place has; 0 when it is not whole yet.
  std::size_t take(std::size_t at) {
    constexpr std::size_t kAlignment = 8;
    const std::string_view rest = std::string_view(pending_).substr(at);
    open_file record{};
    if (rest.size() < sizeof(record)) return 0;
    std::memcpy(&record, rest.data(), sizeof(record));
    const auto length = static_cast<std::size_t>(std::max(record.path_bytes, 0));
    const std::size_t padded = (length + kAlignment - 1) / kAlignment * kAlignment;
    if (rest.size() < sizeof(record) + padded) return 0;
    if (length == 0)  // longer than PATH_MAX: as readlink(2) refuses it
      ++table_.unreadable;
    else
      table_.fds.push_back(to_fd(record, rest.substr(sizeof(record), length - 1)));
    return sizeof(record) + padded;
  }

  proc::FdTable& table_;
  std::string pending_;
};

Result<void> read_all(int iterator, proc::FdTable& table) {
  constexpr std::size_t kBatch = std::size_t{64} * 1024;
  std::vector<char> batch(kBatch);
  Records records(table);
  for (;;) {
    const ssize_t got = ::read(iterator, batch.data(), batch.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return fail_errno("read BPF iterator", "iter/task_file");
    if (got == 0) return {};
    records.add({batch.data(), static_cast<std::size_t>(got)});
  }
}

}  // namespace

struct OpenFilesReader::Program {
  std::unique_ptr<open_files_bpf, Destroy> skeleton;

  Result<void> load() {
    if (skeleton) return {};
    LibbpfLog::install();
    std::unique_ptr<open_files_bpf, Destroy> opened(open_files_bpf::open());
    if (!opened) return fail_errno("open BPF object", "open_files");
    LibbpfLog::ask_verifier(opened->obj);
    if (const int status = open_files_bpf::load(opened.get()); status != 0)
      return fail({"load BPF program", "open_files", -status, LibbpfLog::last_reason(), {}});
    LibbpfLog::tell_instructions(opened->obj);
    skeleton = std::move(opened);
    return {};
  }
};

OpenFilesReader::OpenFilesReader() : program_(std::make_unique<Program>()) {}
OpenFilesReader::~OpenFilesReader() = default;

Result<proc::FdTable> OpenFilesReader::read(const proc::Procfs& procfs, pid_t pid) {
  if (auto loaded = program_->load(); !loaded) return tl::unexpected(loaded.error());
  bpf_iter_link_info whose{};
  whose.task.pid = static_cast<__u32>(pid);
  bpf_iter_attach_opts options{};
  options.sz = sizeof(options);
  options.link_info = &whose;
  options.link_info_len = sizeof(whose);
  const std::unique_ptr<bpf_link, Destroy> link(
      bpf_program__attach_iter(program_->skeleton->progs.dp_open_files, &options));
  if (!link) return fail_errno("attach BPF iterator", "iter/task_file");
  const UniqueFd iterator(::bpf_iter_create(bpf_link__fd(link.get())));
  if (!iterator) return fail_errno("create BPF iterator", "iter/task_file");
  proc::FdTable table;
  table.base = proc::living_base(procfs, pid);
  if (auto done = read_all(iterator.get(), table); !done) return tl::unexpected(done.error());
  if (table.fds.empty()) return fail({"read open files", std::to_string(pid), ESRCH, {}, {}});
  return table;
}

}  // namespace debug_process::trace
