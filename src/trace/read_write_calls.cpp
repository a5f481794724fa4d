// SPDX-License-Identifier: Apache-2.0
#include "trace/read_write_calls.h"

#include <set>

namespace debug_process::trace {

// As inc_syscr() and inc_syscw() are called in the kernel's fs/read_write.c and fs/splice.c.
unsigned reads_writes_in(std::string_view syscall) {
  static const std::set<std::string_view> one{"read",  "readv",  "pread64",  "preadv",  "preadv2",
                                              "write", "writev", "pwrite64", "pwritev", "pwritev2"};
  static const std::set<std::string_view> two{"sendfile", "sendfile64", "copy_file_range"};
  return one.contains(syscall) ? 1 : (two.contains(syscall) ? 2 : 0);
}

unsigned reads_writes_in(const SyscallKey& key) {
  return reads_writes_in(abi::syscall_name(key.abi, key.number));
}

}  // namespace debug_process::trace
