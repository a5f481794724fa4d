#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What watching with ptrace costs: scripts/bench-ptrace.

In one run and in interleaved rounds: the nanoseconds that a traced system call costs under `--backend ptrace` without a
cap and under `strace -c -f`, both left to the scheduler, and how much slower the target is under --max-overhead 5.
Only ratios are judged, never a time on its own: the machine is whatever it is.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import verdict
from counted import CountedLoop, per_call

GOAL_STRACE_RATIO = 0.5
CAP_PERCENT = 5
GOAL_SLOWDOWN = 0.07
PATIENCE_S = 60.0


def wait_for(process, text):
    """Reads standard error until a line has the text."""
    end = time.monotonic() + PATIENCE_S
    for line in process.stderr:
        if text in line:
            return
        if time.monotonic() > end:
            break
    raise RuntimeError(f"{process.args[0]} did not say '{text}'")


def under_tracer(argv, said, loop, seconds):
    """Nanoseconds of a call while the tracer is attached."""
    tracer = subprocess.Popen(argv, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        wait_for(tracer, said)
        return loop.ns_per_call(seconds)
    finally:
        tracer.send_signal(2)
        tracer.communicate(timeout=PATIENCE_S)


def measure_calls(build, rounds, seconds):
    """Added nanoseconds per call, as {tracer: [one per round]}."""
    tool = ["--json", "--verbose", "--backend", "ptrace", "--max-overhead", "none", "-d", "600s"]
    tracers = {
        "debug-process --backend ptrace": (lambda pid: [f"{build}/debug-process", *tool, str(pid)], "watching"),
    }
    if shutil.which("strace"):
        tracers["strace -c -f"] = (lambda pid: ["strace", "-c", "-f", "-p", str(pid)], "attached")
    added, alone = {}, []
    for round_number in range(rounds):
        progress(f"round {round_number + 1} of {rounds}")
        for name, (argv, said) in tracers.items():
            with CountedLoop(build) as loop:
                before = loop.ns_per_call(seconds)
                traced = under_tracer(argv(loop.pid), said, loop, seconds)
                base = statistics.mean([before, loop.ns_per_call(seconds)])
                alone.append(base)
                added.setdefault(name, []).append(traced - base)
    return added, alone


def measure_cap(build, rounds, seconds):
    """Slowdown of the target over a whole window under the cap, one per round."""
    slowdowns = []
    for round_number in range(rounds):
        progress(f"cap, round {round_number + 1} of {rounds}")
        with CountedLoop(build) as loop, tempfile.TemporaryDirectory() as folder:
            before = loop.ns_per_call(1)
            begin = loop.now()
            subprocess.run([f"{build}/debug-process", "--json", "-o", f"{folder}/report.json", "--backend", "ptrace",
                            "--max-overhead", str(CAP_PERCENT), "-d", f"{seconds}s", "--sections", "syscalls",
                            str(loop.pid)], check=True, stderr=subprocess.DEVNULL)
            watched = per_call(begin, loop.now())
            alone = statistics.mean([before, loop.ns_per_call(1)])
            slowdowns.append(1 - alone / watched)
            with open(f"{folder}/report.json", encoding="utf-8") as stream:
                if json.load(stream)["collection"]["counts"] != "scaled":
                    raise RuntimeError("the counts are not scaled: the cap was not reached")
    return slowdowns


def progress(text):
    verdict.progress("bench-ptrace", text)


def summarise(added, alone, slowdowns, rounds):
    ours = statistics.median(added["debug-process --backend ptrace"])
    goals = []
    if "strace -c -f" in added:
        ratio = ours / statistics.median(added["strace -c -f"])
        goals.append(("cost of a traced call, times strace -c -f", ratio, GOAL_STRACE_RATIO))
    goals.append((f"slowdown under --max-overhead {CAP_PERCENT}", statistics.median(slowdowns), GOAL_SLOWDOWN))
    return verdict.summary_of(rounds, goals, call_alone_ns=statistics.median(alone), slowdowns=slowdowns,
                              added_ns={name: statistics.median(values) for name, values in added.items()})


def print_markdown(summary):
    print(f"Added nanoseconds per system call: one thread looping on `getppid` ({summary['call_alone_ns']:.0f} ns alone), "
          f"nothing pinned;\nmedians of {summary['rounds']} interleaved rounds; {verdict.machine_text(summary)}.\n")
    print("| tracer | target |\n| --- | --: |")
    for name, value in summary["added_ns"].items():
        print(f"| {name} | {value:,.0f} |")
    verdict.print_goals(summary, 3)
    if "strace -c -f" not in summary["added_ns"]:
        print("\nNot compared, as it is not installed: strace")


def measure(options):
    rounds = options.rounds or (2 if options.quick else 5)
    added, alone = measure_calls(options.build, rounds, 0.3 if options.quick else 1)
    slowdowns = measure_cap(options.build, rounds, 2 if options.quick else 5)
    return summarise(added, alone, slowdowns, rounds)


def main():
    parser = verdict.parser_of("bench-ptrace", "Measures what watching with ptrace costs, against strace -c -f.", 5, 2)
    verdict.add_readme(parser)
    return verdict.run("bench-ptrace", parser.parse_args(), measure, print_markdown, "ptrace")


if __name__ == "__main__":
    sys.exit(main())
