// SPDX-License-Identifier: Apache-2.0
#include "trace/bpf/programs.h"

#include <bpf/libbpf.h>
#include <sys/stat.h>

#include <cstddef>
#include <cstdlib>
#include <vector>

#include "syscall_stats.skel.h"
#include "syscall_stats_raw.skel.h"
#include "trace/bpf/libbpf_log.h"
#include "util/reserve.h"

namespace debug_process::trace::bpf {
namespace {

// The same source, compiled twice: where user space writes before the load must be the same, too.
using Typed = syscall_stats_bpf;
using Raw = syscall_stats_raw_bpf;
static_assert(sizeof(Typed) == sizeof(Raw));
static_assert(sizeof(*Typed::rodata) == sizeof(*Raw::rodata));
static_assert(sizeof(*Typed::bss) == sizeof(*Raw::bss));

// As syscall_stats_bpf::open(), but with the other ELF object in it.
syscall_stats_bpf* open_raw(const bpf_object_open_opts& options) {
  auto* const skeleton = static_cast<Typed*>(std::calloc(1, sizeof(Typed)));
  if (skeleton == nullptr) return nullptr;
  int status = syscall_stats_bpf__create_skeleton(skeleton);
  if (status == 0) {
    std::size_t size = 0;
    // libbpf only reads it.
    skeleton->skeleton->data = const_cast<void*>(Raw::elf_bytes(&size));
    skeleton->skeleton->data_sz = size;
    status = bpf_object__open_skeleton(skeleton->skeleton, &options);
  }
  if (status == 0) return skeleton;
  Typed::destroy(skeleton);
  errno = -status;
  return nullptr;
}

// libbpf reads the kernel's types as a whole, copies them and makes an index: with memory at hand,
// which malloc(3) keeps (see main.cpp), that is some thousand page faults less.
void make_room_for_types() {
  struct stat types {};
  if (::stat("/sys/kernel/btf/vmlinux", &types) != 0) return;
  std::vector<char> room;
  reserve_to_fill(room, static_cast<std::size_t>(types.st_size) * 5 / 2);
}

}  // namespace

Result<syscall_stats_bpf*> open_programs(const std::optional<std::string>& btf) {
  if (!btf) make_room_for_types();
  bpf_object_open_opts options{};
  options.sz = sizeof(options);
  if (btf) options.btf_custom_path = btf->c_str();
  syscall_stats_bpf* const skeleton = btf ? open_raw(options) : Typed::open(&options);
  if (skeleton == nullptr) {
    auto failed = fail_errno("open BPF object", btf ? "syscall_stats_raw" : "syscall_stats");
    failed.value().detail = LibbpfLog::last_reason();
    return failed;
  }
  return skeleton;
}

}  // namespace debug_process::trace::bpf
