# A binary to copy to another host: everything but the C library is in it. Debian has no archives of fmt and spdlog, which are
# used as headers alone, and none of libmnl: DEBUG_PROCESS_LIBMNL_ARCHIVE names one (scripts/package --static makes it).
# SPDX-License-Identifier: Apache-2.0

set(DEBUG_PROCESS_LIBMNL_ARCHIVE "" CACHE FILEPATH "libmnl.a, for DEBUG_PROCESS_STATIC")
if(NOT EXISTS "${DEBUG_PROCESS_LIBMNL_ARCHIVE}")
  message(FATAL_ERROR "\n  DEBUG_PROCESS_STATIC needs DEBUG_PROCESS_LIBMNL_ARCHIVE: scripts/package --static does both")
endif()

foreach(name bpf elf z seccomp)
  find_library(STATIC_${name} lib${name}.a REQUIRED)
endforeach()
set_target_properties(PkgConfig::LIBBPF PROPERTIES
  INTERFACE_LINK_LIBRARIES "${STATIC_bpf};${STATIC_elf};${STATIC_z}")
set_target_properties(PkgConfig::LIBSECCOMP PROPERTIES INTERFACE_LINK_LIBRARIES "${STATIC_seccomp}")
set_target_properties(PkgConfig::LIBMNL PROPERTIES INTERFACE_LINK_LIBRARIES "${DEBUG_PROCESS_LIBMNL_ARCHIVE}")

# Their shared objects stay on the linker's line and are not needed: --as-needed drops them. scripts/package looks.
set_property(TARGET fmt::fmt APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS FMT_HEADER_ONLY)
set_target_properties(spdlog::spdlog PROPERTIES INTERFACE_COMPILE_DEFINITIONS SPDLOG_FMT_EXTERNAL)
add_link_options(-static-libgcc -static-libstdc++ -Wl,--as-needed)
