#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the cap of 5% costs the target, and how true the counts are: scripts/bench-cap.

Loops that make calls as fast as they can, and busy servers, watched with nothing but --backend: so they are seen in
slices, and what they did in between is estimated. Each is held against a count by another, a loop's by itself in memory,
a server's by a BPF program that is attached all the time. What the target loses is told by its speed, in calls or
requests, in the window and just before and after it. What tells of a whole window must be more than one: of as many as
there are rounds the mean and the standard deviation, beside the error that the report says.
"""

import collections
import os
import statistics
import sys
import tempfile
import time

import loads
import verdict
from counted import CountedLoop, CountedServer
from watched import Tool, made_in_window, metric

NAME = "bench-cap"
GOAL_LOST = 0.07
# Of the mean of many windows, which is off by what all have in common; of one alone up to three would not surprise.
GOAL_STANDARD_ERRORS = 2.0
# How fast a target is, and what it did in a window, is not known better.
UNSURE = 0.01

Case = collections.namedtuple("Case", "name make backends missing")


def all_cases(build, options):
    def loop(name, *words):
        return Case(name, lambda: CountedLoop(build, *words), options.backends or ["bpf"], None)

    def server(kind):
        # A new one each time, as a loop.
        known = kind(0)
        return Case(known.name, lambda: CountedServer(build, kind(0)), options.backends or ["bpf", "ptrace"], known.missing)
    return [loop("1-byte reads, 1 thread", "mixed_calls", "reads", "1"), loop("5 calls mixed, 4 threads", "mixed_calls"),
            loop("getppid, 1 thread", "hot_loop"), loop("getppid, fstat and lseek, 4 threads", "mixed_calls", "plain"),
            server(loads.Redis), server(loads.Nginx)]


class Bench:
    def __init__(self, options, folder):
        self.build = os.path.abspath(options.build)
        self.folder = folder
        self.window_s = 1.5 if options.quick else 3.0
        self.alone_s = 0.5 if options.quick else 1.2
        self.numbers = 0

    def number(self):
        self.numbers += 1
        return self.numbers

    def speed(self, target, wait):
        """Operations a second."""
        before, began = target.operations(), time.monotonic()
        wait()
        after, ended = target.operations(), time.monotonic()
        if after == before:
            raise RuntimeError("the target does nothing")
        return (after - before) / (ended - began)

    def one_window(self, target, backend):
        """(its speed meanwhile, calls that were made, the report)"""
        track = []
        with Tool(self, target, "-d", f"{self.window_s}s", "--backend", backend) as tool:
            def note_until(condition):
                while not condition():
                    track.append((time.time(), target.now()[0]))
                    tool.read_some(0.005)
            note_until(lambda: b"watching" in tool.said["err"])
            nearly = time.monotonic() + self.window_s * 0.95
            speed = self.speed(target, lambda: note_until(lambda: time.monotonic() > nearly))
            note_until(tool.has_ended)
            report = tool.wait()
        return speed, made_in_window(track, report), report

    def measure(self, case, backend, rounds):
        windows = []
        with case.make() as target:
            alone = [self.speed(target, lambda: time.sleep(self.alone_s))]
            for number in range(rounds):
                verdict.progress(NAME, f"{case.name}, {backend}: window {number + 1} of {rounds}")
                speed, made, report = self.one_window(target, backend)
                alone.append(self.speed(target, lambda: time.sleep(self.alone_s)))
                collection = report["collection"]
                windows.append({"lost": 1 - speed / statistics.mean(alone[-2:]), "made": made,
                                "off": metric(report, "syscalls", "calls") / made - 1,
                                "error": collection["counts_error_ratio"], "seen": collection["coverage_ratio"],
                                "window_s": report["run"]["window_ns"] / 1e9})
        return row_of(case.name, backend, windows)


def row_of(name, backend, windows):
    def of_all(key):
        return [window[key] for window in windows if window[key] is not None]
    errors = of_all("error")
    return {"target": name, "backend": backend, "calls_per_s": statistics.mean(window["made"] / window["window_s"] for window in windows),
            "lost": statistics.median(of_all("lost")),
            "lost_least": min(of_all("lost")), "lost_most": max(of_all("lost")), "seen": statistics.mean(of_all("seen")),
            "off": statistics.mean(of_all("off")), "off_deviation": statistics.pstdev(of_all("off")),
            "error": statistics.mean(errors) if errors else None}


def measure(options):
    rounds = options.rounds or (3 if options.quick else 12)
    rows, missing = [], []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, folder)
        for case in all_cases(options.build, options):
            if options.only and not any(word in case.name for word in options.only.split(",")):
                continue
            if case.missing:
                missing.append(case.missing)
                continue
            rows += [bench.measure(case, backend, rounds) for backend in case.backends]
    if not rows:
        raise RuntimeError("nothing to measure: " + (", ".join(missing) + " not installed" if missing else "--only names no target"))
    goals = []
    for row in rows:
        what = f"{row['target']}, {row['backend']}"
        goals.append((f"{what}: lost", row["lost"], GOAL_LOST))
        if row["error"]:
            goals.append((f"{what}: the mean off, times the error said", abs(row["off"]) / max(row["error"], UNSURE),
                          GOAL_STANDARD_ERRORS))
    return verdict.summary_of(rounds, goals, rows=rows, window_s=bench.window_s, not_installed=missing)


def print_markdown(summary):
    print(f"{verdict.machine_text(summary)}; {summary['rounds']} windows of {summary['window_s']:g} s each.\n")
    print("| target | backend | calls a second | lost: median (least to most) | of the window seen | "
          "counted, off: mean, deviation | error said |\n| --- | --- | --: | --: | --: | --: | --: |")
    for row in summary["rows"]:
        error = "none" if row["error"] is None else f"+-{row['error']:.1%}"
        print(f"| {row['target']} | {row['backend']} | {row['calls_per_s'] / 1e3:,.0f}k | {row['lost']:.1%} ({row['lost_least']:.1%} to "
              f"{row['lost_most']:.1%}) | {row['seen']:.0%} | {row['off']:+.1%}, {row['off_deviation']:.1%} | {error} |")
    verdict.print_goals(summary, 2)
    for name in summary["not_installed"]:
        print(f"\nNot measured, as it is not installed: {name} (scripts/install-deps bench)")


def main():
    parser = verdict.parser_of(NAME, __doc__.split("\n\n", maxsplit=1)[1], 12, 3)
    parser.add_argument("--only", metavar="TARGET,...", help="only targets with one of these words in their name: reads, "
                        "mixed, getppid, fstat, redis, nginx")
    parser.add_argument("--backend", dest="backends", action="append", choices=["bpf", "ptrace"],
                        help="only that one (default bpf, and for servers ptrace too)")
    verdict.add_readme(parser)
    options = parser.parse_args()
    if os.geteuid() != 0:
        print(f"{NAME}: needs root, to load BPF programs", file=sys.stderr)
        return 2
    return verdict.run(NAME, options, measure, print_markdown, "cap")


if __name__ == "__main__":
    sys.exit(main())
