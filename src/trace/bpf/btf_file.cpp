// SPDX-License-Identifier: Apache-2.0
#include "trace/btf_file.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "trace/bpf/libbpf_log.h"
#include "util/machine.h"

namespace debug_process::trace {
namespace {

struct Free {
  void operator()(btf* types) const { ::btf__free(types); }
};

// libbpf's own words for these are about ELF, and a FIFO it would wait for.
Result<void> check_kind(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || ::access(path.c_str(), R_OK) != 0)
    return fail_errno("read the BTF file", path);
  if (S_ISDIR(status.st_mode))
    return fail({"use the BTF file", path, 0, "it is a directory",
                 "name the file in it: one of this kernel, Linux " + this_machine().kernel});
  if (!S_ISREG(status.st_mode))
    return fail({"use the BTF file", path, 0, "it is no regular file", {}});
  return {};
}

}  // namespace

Result<void> check_btf_file(const std::string& path) {
  if (auto kind = check_kind(path); !kind) return kind;
  bpf::LibbpfLog::install();
  errno = 0;
  const std::unique_ptr<btf, Free> types(::btf__parse(path.c_str(), nullptr));
  (void)bpf::LibbpfLog::last_reason();  // the next failure's words are its own
  if (!types || ::libbpf_get_error(types.get()) != 0)
    return fail({"use the BTF file", path, 0, "it is no BTF, raw or in an ELF file",
                 "decompress it first if it is compressed (.tar.xz)"});
  if (::btf__find_by_name_kind(types.get(), "task_struct", BTF_KIND_STRUCT) < 0 ||
      ::btf__find_by_name_kind(types.get(), "pt_regs", BTF_KIND_STRUCT) < 0)
    return fail({"use the BTF file", path, 0,
                 "it is BTF, but not of a kernel: it has no task_struct and pt_regs",
                 "give that of the kernel itself, not of a module"});
  return {};
}

}  // namespace debug_process::trace
