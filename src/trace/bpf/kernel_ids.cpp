// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/kernel_ids.h"

#include <bpf/bpf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

#include "task_ids.h"
#include "task_ids.skel.h"
#include "trace/bpf/libbpf_log.h"
#include "util/fd.h"

namespace debug_process::trace::bpf {
namespace {

constexpr ino_t kInitialPidNamespace = 0xEFFFFFFC;  // PROC_PID_INIT_INO: include/linux/proc_ns.h
constexpr const char* kNamespacePath = "/proc/self/ns/pid";

struct Destroy {
  void operator()(task_ids_bpf* skeleton) const { task_ids_bpf::destroy(skeleton); }
};

Result<ino_t> own_namespace() {
  struct stat status {};
  if (::stat(kNamespacePath, &status) != 0) return fail_errno("stat", kNamespacePath);
  return status.st_ino;
}

}  // namespace

Result<KernelIds> KernelIds::resolve(pid_t pid) {
  KernelIds ids;
  ids.pid_ = pid;
  ids.kernel_tgid_ = pid;
  const auto inode = own_namespace();
  if (!inode) return tl::unexpected(inode.error());
  ids.translated_ = *inode != kInitialPidNamespace;
  if (!ids.translated_) return ids;
  ids.namespace_inode_ = static_cast<std::uint32_t>(*inode);
  if (auto found = ids.refresh(); !found) return tl::unexpected(found.error());
  return ids;
}

std::optional<pid_t> KernelIds::local_tid(pid_t kernel_tid) const {
  if (!translated_) return kernel_tid;
  const auto found = local_.find(kernel_tid);
  return found == local_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<pid_t> KernelIds::kernel_tid(pid_t local_tid) const {
  if (!translated_) return local_tid;
  const auto found = kernel_.find(local_tid);
  return found == kernel_.end() ? std::nullopt : std::optional(found->second);
}

Result<void> KernelIds::refresh_all() {
  all_ = true;
  return refresh();
}

Result<void> KernelIds::refresh() {
  if (!translated_) return {};
  const std::unique_ptr<task_ids_bpf, Destroy> skeleton(task_ids_bpf::open());
  if (!skeleton) return fail_errno("open BPF object", "task_ids");
  skeleton->rodata->namespace_inode = namespace_inode_;
  skeleton->rodata->wanted_tgid = all_ ? 0 : pid_;
  LibbpfLog::ask_verifier(skeleton->obj);
  if (const int status = task_ids_bpf::load(skeleton.get()); status != 0)
    return fail({"load BPF program", "task_ids", -status, LibbpfLog::last_reason(), {}});
  LibbpfLog::tell_instructions(skeleton->obj);
  if (const int status = task_ids_bpf::attach(skeleton.get()); status != 0)
    return fail({"attach BPF iterator", "iter/task", -status, LibbpfLog::last_reason(), {}});
  const UniqueFd iterator(::bpf_iter_create(bpf_link__fd(skeleton->links.dp_task_ids)));
  if (!iterator) return fail_errno("create BPF iterator", "iter/task");

  std::array<task_id, 256> batch{};
  for (;;) {
    const ssize_t got = ::read(iterator.get(), batch.data(), sizeof(batch));
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return fail_errno("read BPF iterator", "iter/task");
    if (got == 0) break;
    for (std::size_t i = 0; i < static_cast<std::size_t>(got) / sizeof(task_id); ++i) {
      if (batch[i].local_tgid == pid_) kernel_tgid_ = batch[i].tgid;
      local_[batch[i].tid] = batch[i].local_tid;
      kernel_[batch[i].local_tid] = batch[i].tid;
    }
  }
  if (local_.empty()) return fail({"find process", std::to_string(pid_), ESRCH, {}, {}});
  return {};
}

}  // namespace debug_process::trace::bpf
