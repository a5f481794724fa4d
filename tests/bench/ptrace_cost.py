#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What watching with ptrace costs: scripts/bench-ptrace.

In one run and in interleaved rounds: the nanoseconds that a traced system call costs under `--backend ptrace` without a
cap and under `strace -c -f`, both left to the scheduler, and how much slower the target is under --max-overhead 5.
Only ratios are judged, never a time on its own: the machine is whatever it is.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

GOAL_STRACE_RATIO = 0.5
CAP_PERCENT = 5
GOAL_SLOWDOWN = 0.07
PATIENCE_S = 60.0


class Loop:
    """The workload paced_loop: getppid in one thread; says on request how many, and when."""

    def __init__(self, build):
        self.process = subprocess.Popen([f"{build}/workloads/paced_loop"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def now(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        calls, nanoseconds = self.process.stdout.readline().split()
        return int(calls), int(nanoseconds)

    def ns_per_call(self, seconds):
        begin = self.now()
        time.sleep(seconds)
        return per_call(begin, self.now())


def per_call(begin, end):
    return (end[1] - begin[1]) / max(end[0] - begin[0], 1)


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
            with Loop(build) as loop:
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
        with Loop(build) as loop, tempfile.TemporaryDirectory() as folder:
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
    print(f"bench-ptrace: {text}", file=sys.stderr, flush=True)


def summarise(added, alone, slowdowns, rounds):
    ours = statistics.median(added["debug-process --backend ptrace"])
    goals = []
    if "strace -c -f" in added:
        ratio = ours / statistics.median(added["strace -c -f"])
        goals.append(("cost of a traced call, times strace -c -f", ratio, GOAL_STRACE_RATIO))
    goals.append((f"slowdown under --max-overhead {CAP_PERCENT}", statistics.median(slowdowns), GOAL_SLOWDOWN))
    return {
        "machine": {"kernel": platform.release(), "arch": platform.machine(), "cpus": os.cpu_count()},
        "call_alone_ns": statistics.median(alone),
        "rounds": rounds,
        "added_ns": {name: statistics.median(values) for name, values in added.items()},
        "slowdowns": slowdowns,
        "goals": [{"goal": name, "measured": measured, "at_most": limit, "pass": measured <= limit}
                  for name, measured, limit in goals],
    }


def print_markdown(summary):
    machine = summary["machine"]
    print(f"Added nanoseconds per system call: one thread looping on `getppid` ({summary['call_alone_ns']:.0f} ns alone), "
          f"nothing pinned;\nmedians of {summary['rounds']} interleaved rounds; Linux {machine['kernel']}, "
          f"{machine['arch']}, {machine['cpus']} CPUs.\n")
    print("| tracer | target |\n| --- | --: |")
    for name, value in summary["added_ns"].items():
        print(f"| {name} | {value:,.0f} |")
    print("\n| goal | measured | at most | |\n| --- | --: | --: | --- |")
    for goal in summary["goals"]:
        print(f"| {goal['goal']} | {goal['measured']:.3f} | {goal['at_most']:g} | {'PASS' if goal['pass'] else 'FAIL'} |")
    if "strace -c -f" not in summary["added_ns"]:
        print("\nNot compared, as it is not installed: strace")


def parse_arguments():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser = argparse.ArgumentParser(
        prog="bench-ptrace", description="Measures what watching with ptrace costs, against strace -c -f.",
        epilog="Exit status: 0 when every goal is met, 1 when one is missed, 2 when nothing could be measured.")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds: a first look, no verdict to rely on")
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown tables")
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds (default 5, with --quick 2)")
    parser.add_argument("--build", default=f"{root}/build", metavar="DIR", help="the build to measure (default build)")
    return parser.parse_args()


def main():
    options = parse_arguments()
    rounds = options.rounds or (2 if options.quick else 5)
    try:
        added, alone = measure_calls(options.build, rounds, 0.3 if options.quick else 1)
        slowdowns = measure_cap(options.build, rounds, 2 if options.quick else 5)
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
        print(f"bench-ptrace: {error}", file=sys.stderr)
        return 2
    summary = summarise(added, alone, slowdowns, rounds)
    if options.json:
        print(json.dumps(summary, indent=2))
    else:
        print_markdown(summary)
    return 0 if all(goal["pass"] for goal in summary["goals"]) else 1


if __name__ == "__main__":
    sys.exit(main())
