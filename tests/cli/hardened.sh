#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds the binary against what cmake/Targets.cmake asks of compiler and linker: a flag that is misspelled, or lost on the way, is
# no error to them.
set -euo pipefail

usage="Usage: hardened.sh BINARY CONFIGURATION
Says which hardening BINARY lacks; exit status 1: some. CONFIGURATION is CMake's: a Debug build has no fortified calls."
if [[ ${1-} == -h || ${1-} == --help ]]; then
  echo "$usage"
  exit 0
fi
if [[ $# -ne 2 ]]; then
  echo "$usage" >&2
  exit 2
fi
binary=$1
configuration=$2
if ! command -v readelf >/dev/null; then
  echo "SKIP: readelf is not installed (package binutils)"
  exit 77
fi

dynamic=$(readelf -W --dynamic "$binary")
segments=$(readelf -W --segments "$binary")
imports=$(readelf -W --dyn-syms "$binary")
status=0

# expect WHAT TEXT PATTERN: a line of TEXT must match.
expect() {
  if grep -qE -- "$3" <<<"$2"; then
    return
  fi
  echo "$binary lacks: $1"
  status=1
}

expect "a position that is chosen at each start (PIE)" "$dynamic" '\(FLAGS_1\).*\bPIE\b'
expect "a table of functions that is read-only (RELRO)" "$segments" '^ *GNU_RELRO '
expect "all functions bound before that (BIND_NOW)" "$dynamic" '\(FLAGS(_1)?\).*\b(BIND_)?NOW\b'
expect "a stack that is not executable" "$segments" '^ *GNU_STACK .* RW +0x'
expect "stack protectors" "$imports" ' UND __stack_chk_fail\b'
if [[ $configuration != Debug ]]; then
  # Of our own code, and not of a static library that brought them: __read_chk and its like of unistd.h.
  expect "fortified calls (_FORTIFY_SOURCE)" "$imports" ' UND __[a-z]+_chk\b'
fi
if grep -qE '^ *LOAD .* RWE ' <<<"$segments"; then
  echo "$binary has memory that is both writable and executable"
  status=1
fi
exit "$status"
