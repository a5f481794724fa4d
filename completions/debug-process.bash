# Completion of debug-process for bash.
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash

_debug_process() {
  local cur prev words cword
  _init_completion -n = || return

  local i
  for ((i = 1; i < cword; i++)); do
    if [[ ${words[i]} == -- ]]; then
      _command_offset $((i + 1))
      return
    fi
  done

  local values=""
  case $prev in
    --backend) values="auto bpf ptrace sampling" ;;
    --format)
      values="text json ndjson markdown"
      [[ ${words[1]} != doctor ]] || values="text json"
      ;;
    --color) values="auto always never" ;;
    --fail-on) values="info warning critical" ;;
    --max-overhead) values="1 5 10 none" ;;
    --trace | -e) values="file network process memory ipc signal desc" ;;
    --duration | -d) values="500ms 2s 5s 30s 1m" ;;
    --top) values="0 10 30" ;;
    --sections)
      # The last of a comma-separated list.
      local head=""
      [[ $cur != *,* ]] || head="${cur%,*},"
      compopt -o nospace
      mapfile -t COMPREPLY < <(compgen -P "$head" -W \
        "process host syscalls errors threads files sockets memory disk intervals" -- "${cur##*,}")
      return
      ;;
    --vs)
      _pids
      return
      ;;
    --output | -o | --btf | --baseline)
      _filedir
      return
      ;;
  esac
  if [[ -n $values ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur")
    return
  fi

  if [[ ${words[1]} == doctor && $cword -gt 1 ]]; then
    if [[ $cur == -* ]]; then
      mapfile -t COMPREPLY < <(compgen -W "--format --json --btf --color -v --verbose -h --help" -- "$cur")
    else
      _pids
    fi
    return
  fi
  if [[ ${words[1]} == compare && $cword -gt 1 ]]; then
    if [[ $cur == -* ]]; then
      mapfile -t COMPREPLY < <(compgen -W "--format --json -o --output -s --summary-only --top --color -v --verbose -h --help" -- "$cur")
    else
      _filedir json
    fi
    return
  fi
  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "-d --duration --backend --format --json -o --output -s --summary-only
      --redact --sections --top -f --follow -e --trace -Z --failed-only --max-overhead --btf --pss --baseline --vs --fail-on --color -q --quiet -v --verbose --version -h --help --" -- "$cur")
    return
  fi
  _pids
  # In place of a process.
  if [[ $cword -eq 1 ]]; then
    [[ compare != "$cur"* ]] || COMPREPLY+=(compare)
    [[ doctor != "$cur"* ]] || COMPREPLY+=(doctor)
  fi
}

complete -F _debug_process debug-process
