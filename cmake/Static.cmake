# A binary to copy to another host: all but the C library is in it, or beside it. Debian has no archives of fmt and spdlog, which are
# used as headers alone, and none of libmnl, whose shared object has to lie in the same folder (scripts/package --static).
# SPDX-License-Identifier: Apache-2.0

foreach(name bpf elf z seccomp)
  find_library(STATIC_${name} lib${name}.a REQUIRED)
endforeach()
set_target_properties(PkgConfig::LIBBPF PROPERTIES
  INTERFACE_LINK_LIBRARIES "${STATIC_bpf};${STATIC_elf};${STATIC_z}")
set_target_properties(PkgConfig::LIBSECCOMP PROPERTIES INTERFACE_LINK_LIBRARIES "${STATIC_seccomp}")
set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
set(CMAKE_INSTALL_RPATH "$ORIGIN")

# Their shared objects stay on the linker's line and are not needed: --as-needed drops them. scripts/package looks.
set_property(TARGET fmt::fmt APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS FMT_HEADER_ONLY)
set_target_properties(spdlog::spdlog PROPERTIES INTERFACE_COMPILE_DEFINITIONS SPDLOG_FMT_EXTERNAL)
add_link_options(-static-libgcc -static-libstdc++ -Wl,--as-needed)
