# bpf_skeleton(NAME SOURCE [DEPENDS...]): compiles SOURCE for BPF and makes the INTERFACE library NAME that carries the
# generated header <NAME>.skel.h.
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(BPF_ARCH x86)
  set(VMLINUX_ARCH x86_64)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(BPF_ARCH arm64)
  set(VMLINUX_ARCH arm64)
else()
  message(FATAL_ERROR "No vmlinux header for ${CMAKE_SYSTEM_PROCESSOR}: make one with scripts/gen-vmlinux")
endif()

function(bpf_skeleton name source)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  set(compiled ${CMAKE_CURRENT_BINARY_DIR}/${name}.compiled.bpf.o)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
  set(skeleton ${CMAKE_CURRENT_BINARY_DIR}/${name}.skel.h)
  add_custom_command(
    OUTPUT ${compiled}
    COMMAND ${BPF_CLANG} -g -O2 -target bpf -mcpu=v2 -D__TARGET_ARCH_${BPF_ARCH} -Wall -Wextra -Wno-unused-parameter -Werror
            -I${CMAKE_SOURCE_DIR}/vmlinux/${VMLINUX_ARCH} -I${CMAKE_SOURCE_DIR}/bpf
            -I${LIBBPF_INCLUDEDIR} -MD -MF ${compiled}.d -c ${source} -o ${compiled}
    DEPENDS ${source} ${ARG_DEPENDS}
    DEPFILE ${compiled}.d
    COMMENT "BPF object ${name}"
    VERBATIM)
  # The compiler leaves the places of static variables out of the types, and a kernel takes no types in which two variables
  # are in one place: it would then verify global functions anew from each caller.
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${BPFTOOL} gen object ${object} ${compiled}
    DEPENDS ${compiled}
    COMMENT "BPF object ${name}, linked"
    VERBATIM)
  add_custom_command(
    OUTPUT ${skeleton}
    COMMAND ${BPFTOOL} gen skeleton ${object} name ${name}_bpf > ${skeleton}
    DEPENDS ${object}
    COMMENT "BPF skeleton ${name}"
    VERBATIM)
  add_custom_target(${name}_skeleton DEPENDS ${skeleton})
  add_library(${name} INTERFACE)
  add_dependencies(${name} ${name}_skeleton)
  # SYSTEM: generated code is not held to our warnings.
  target_include_directories(${name} SYSTEM INTERFACE ${CMAKE_CURRENT_BINARY_DIR})
  target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR}/bpf)
  target_link_libraries(${name} INTERFACE PkgConfig::LIBBPF)
endfunction()
