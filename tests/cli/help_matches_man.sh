#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds --help against the man page and the completions: the same options in all of them.
set -euo pipefail

if [[ $# -ne 2 || $1 == -h ]]; then
  echo "Usage: help_matches_man.sh DEBUG_PROCESS SOURCE_DIRECTORY" >&2
  exit 2
fi
binary=$1
source=$2

# Lines like "  -d, --duration TIME  text": only the options that a line begins with.
of_help() {
  "$binary" --help | sed -nE 's/^[[:space:]]+(-[^[:space:]]+(,? +--[a-z][a-z-]*)*).*/\1/p' |
    grep -oE -- '--?[A-Za-z][a-z-]*' | sort -u
}

# Lines like ".It Fl d , Fl -duration Ar time".
of_man() {
  grep '^\.It Fl' "$source/man/debug-process.1" | grep -oE 'Fl -?[A-Za-z][a-z-]*' | sed 's/^Fl /-/' | sort -u
}

# All words that look like an option, wherever they stand; fish writes "-l name" and "-s n".
of_file() {
  sed -E 's/ -l ([a-z])/ --\1/g; s/ -s ([A-Za-z])/ -\1/g' "$1" | grep -oE -- '(^|[^A-Za-z-])--?[A-Za-z][a-z-]*' | grep -oE -- '--?[A-Za-z][a-z-]*' | sort -u
}

status=0
help=$(of_help)
if [[ $(wc -l <<<"$help") -lt 10 ]]; then
  echo "--help shows no options that this test can read:"
  "$binary" --help
  exit 1
fi
if ! difference=$(diff <(echo "$help") <(of_man)); then
  status=1
  echo "--help (<) and man/debug-process.1 (>) differ:"
  echo "$difference"
fi
for completion in "$source"/completions/*debug-process*; do
  missing=$(comm -23 <(echo "$help") <(of_file "$completion"))
  if [[ -n $missing ]]; then
    status=1
    echo "${completion#"$source"/} lacks: ${missing//$'\n'/ }"
  fi
done
exit "$status"
