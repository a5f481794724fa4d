// For workloads that hold many descriptors. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

#include "workload.h"

static inline void raise_fd_limit(unsigned long fds) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) die("getrlimit");
  limit.rlim_cur = fds + 64 < limit.rlim_max ? fds + 64 : limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) die("setrlimit");
}
