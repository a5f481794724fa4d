# A .deb of what Install.cmake installs: `cpack`, in the build directory; scripts/package does it.
# SPDX-License-Identifier: Apache-2.0

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME debug-process)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The debug-process developers <debug-process@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "report what a process does, what it holds and what is wrong with it")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "debug-process watches a running process for some seconds and prints one report: its system calls with latencies and
failures, counted in the kernel by BPF programs, its threads, files, sockets and memory, and a diagnosis. What that
costs the process is measured, capped and printed. Where BPF cannot be had it traces with ptrace or samples.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
include(CPack)
