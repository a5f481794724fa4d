# One INTERFACE target for warnings, one for sanitizers, one for hardening, and the function that makes a folder a library.
# SPDX-License-Identifier: Apache-2.0

add_library(warnings INTERFACE)
target_compile_options(warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<BOOL:${DEBUG_PROCESS_WERROR}>:-Werror>
  # gcc 12 sees overlaps in std::string, and unset members in std::variant, that cannot be: gcc bugs 105651, 105593.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict;-Wno-maybe-uninitialized>)

add_library(sanitizers INTERFACE)
if(DEBUG_PROCESS_SANITIZE)
  target_compile_options(sanitizers INTERFACE -fsanitize=${DEBUG_PROCESS_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(sanitizers INTERFACE -fsanitize=${DEBUG_PROCESS_SANITIZE})
endif()

# As Debian hardens its own packages. What is parsed is other people's text, often read by root: an overflow that the tests
# and the fuzzer have missed shall end the run, and not take it over. Not with sanitizers, which want to see all of it first.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C CXX)
add_library(hardening INTERFACE)
if(NOT DEBUG_PROCESS_SANITIZE)
  target_compile_options(hardening INTERFACE
    -fstack-protector-strong
    $<$<CXX_COMPILER_ID:GNU>:-fstack-clash-protection>
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>>:-fcf-protection>
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},aarch64>>:-mbranch-protection=standard>
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>
    -D_GLIBCXX_ASSERTIONS)
  target_link_options(hardening INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()

# debug_process_library(NAME SOURCES... LINKS...): one folder of src/ as one library. LINKS is the rule of who may know
# whom; see src/README.md.
function(debug_process_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE warnings sanitizers hardening ${ARG_PRIVATE_LINKS})
endfunction()
