# Completion of debug-process for fish.
# SPDX-License-Identifier: Apache-2.0

set -l formats text json ndjson markdown
set -l sections process host syscalls errors threads files sockets memory disk intervals
set -l main 'not __fish_seen_subcommand_from doctor compare'
set -l compare '__fish_seen_subcommand_from compare'
set -l doctor '__fish_seen_subcommand_from doctor'

complete -c debug-process -f
complete -c debug-process -n "test (count (commandline -opc)) -eq 1" -a '(__fish_complete_pids)'
complete -c debug-process -n "test (count (commandline -opc)) -eq 1" -a compare -d 'compare two JSON reports'
complete -c debug-process -n "test (count (commandline -opc)) -eq 1" -a doctor -d 'what can be seen here'
complete -c debug-process -n $doctor -a '(__fish_complete_pids)'
complete -c debug-process -n $compare -F

complete -c debug-process -n $main -s d -l duration -x -a '500ms 2s 5s 30s 1m' -d 'how long to watch'
complete -c debug-process -n $main -l backend -x -a 'auto bpf ptrace sampling' -d 'how to watch'
complete -c debug-process -n $main -l format -x -a "$formats" -d 'format of the report'
complete -c debug-process -n $compare -l format -x -a "$formats" -d 'format of the answer'
complete -c debug-process -n $doctor -l format -x -a 'text json' -d 'format of the answer'
complete -c debug-process -l json -d 'short for --format json'
complete -c debug-process -n "not $doctor" -s o -l output -r -F -d 'write it to a file'
complete -c debug-process -n "not $doctor" -s s -l summary-only -d 'only the summary'
complete -c debug-process -n $main -l redact -d 'tokens for names, paths and addresses'
complete -c debug-process -n $main -l sections -x -a "(__fish_append , $sections)" -d 'only these sections'
complete -c debug-process -n "not $doctor" -l top -x -a '0 10 30' -d 'rows in each table'
complete -c debug-process -n $main -s f -l follow -d 'its children too'
complete -c debug-process -n $main -s e -l trace -x -a '(__fish_append , file network process memory ipc signal desc)' -d 'count only these calls'
complete -c debug-process -n $main -s Z -l failed-only -d 'count only calls that fail'
complete -c debug-process -n $main -l max-overhead -x -a '1 5 10 none' -d 'cap on the slowdown of the target'
complete -c debug-process -n "not $compare" -l btf -r -F -d 'types of a kernel that has no BTF'
complete -c debug-process -n $main -l pss -d 'read PSS even where that is slow'
complete -c debug-process -n $main -l baseline -r -F -d 'compare with a saved report'
complete -c debug-process -n $main -l vs -x -a '(__fish_complete_pids)' -d 'compare with a second process'
complete -c debug-process -n $main -l fail-on -x -a 'info warning critical' -d 'exit 1 at a finding this severe'
complete -c debug-process -l color -x -a 'auto always never' -d 'when to colour'
complete -c debug-process -n $main -s q -l quiet -d 'no progress line'
complete -c debug-process -s v -l verbose -d 'say what was tried'
complete -c debug-process -n $main -l version -d 'print the version'
complete -c debug-process -s h -l help -d 'print the options'
