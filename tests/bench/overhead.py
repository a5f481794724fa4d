#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What watching costs: scripts/bench-overhead.

Measures, in one run and in interleaved rounds, what each tracer costs its target and a bystander: loops of system calls
and busy servers, with two empty programs on the same hooks as the floor; then what a tracer of an idle server costs the
machine, and the tool's own start, finish and memory on a process with 1,000 files and 1,000 mappings. Only ratios and
limits are judged, never a time on its own: the machine is whatever it is.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import chart
import loads
import tracers
import verdict
from children import TARGET_CPU, TRACER_CPU, Child, pinned

NAME = "bench-overhead"
GOAL_TARGET_RATIO = 1.8
GOAL_BYSTANDER_RATIO = 1.15
GOAL_START_MS = 100.0
GOAL_FINISH_MS = 100.0
GOAL_PEAK_BYTES = 40_000_000
IDLE_S = 3.0
# Of the loops of one call, whose nanoseconds are those of the shortest rounds.
SHORT_ROUNDS = 3
SHORT_ROUND_S = 0.4
# Which differ in what the tool keeps of them.
CALLS = ("getppid", "read", "write", "poll", "futex", "stat", "open", "missing")
ROLES = ("target", "bystander")
CHART = "tests/bench/overhead.svg"


def progress(text):
    verdict.progress(NAME, text)


class Bench:
    def __init__(self, options):
        self.build = options.build
        self.rounds = options.rounds or (2 if options.quick else 5)
        self.short_rounds = 0 if options.quick else SHORT_ROUNDS
        self.seconds = 0.3 if options.quick else 1.0
        self.loads = [load for load in loads.all_loads(self.build, self.seconds)
                      if not options.only or any(word in load.name for word in options.only.split(","))]
        self.tracers, missing = tracers.installed(tracers.all_tracers(self.build))
        self.missing = missing + [load.missing for load in self.loads if load.missing]
        self.loads = [load for load in self.loads if not load.missing]
        self.failed = {}
        self.alone = {}   # load: [(typical, mean) per measurement]
        self.costs = {}   # (load, role, tracer): [the same per round]
        self.ratios = {}  # (load, role, tracer): [mean, of what it was just before and after, per round]
        self.idle = {}   # tracer: [CPU ns of tracer per round]

    def one(self, load, role="target", tracer=None):
        """(typical, mean) nanoseconds of one operation of the load, with the tracer on it or on another process."""
        with contextlib.ExitStack() as stack:
            pid, measure = stack.enter_context(load.watched())
            if not tracer:
                return measure(None)
            if role == "bystander":
                other = stack.enter_context(Child([f"{self.build}/workloads/sleeper", "1000"], TRACER_CPU))
                other.wait_for_text("out", b"ready")
                pid = other.pid
            attached = stack.enter_context(Child(tracer.argv(pid), TRACER_CPU))
            tracer.attached(attached)
            cost = measure(attached)
            attached.interrupt()
            return cost

    def measure_calls(self):
        """What the tool adds to each kind of call, seen one by one: (name, nanoseconds alone, added in each round)."""
        tracer = next(tracer for tracer in self.tracers if tracer.name == tracers.EVERY_CALL)
        rows = []
        for call in CALLS:
            load = loads.Loop(self.build, call, self.seconds)
            alone, added = [self.one(load)[0]], []
            for round_number in range(self.rounds):
                progress(f"{load.name}: round {round_number + 1} of {self.rounds}")
                watched = self.one(load, tracer=tracer)[0]
                alone.append(self.one(load)[0])
                added.append(watched - statistics.mean(alone[-2:]))
            rows.append({"call": load.name, "alone_ns": statistics.median(alone), "added_ns": sorted(added)})
        return verdict.summary_of(self.rounds, [], calls=rows)

    def try_it(self, tracer, function, *arguments):
        """None, and the reason is kept, where another's tool cannot do it; ours has to."""
        if tracer.name in self.failed:
            return None
        try:
            return function(*arguments)
        except RuntimeError as error:
            if tracer.program is None:
                raise
            self.failed[tracer.name] = str(error).splitlines()[0]
            return None

    def measure_load(self, load, round_number):
        # Whoever comes first in one round comes last in another.
        turn = round_number * 3 % len(self.tracers)
        order = self.tracers[turn:] + self.tracers[:turn]
        with load:
            while order:
                # A machine that others use is faster now and slower then: what is quick to measure is held against what
                # it was just before and after.
                next_to_each_other, order = (order[:1], order[1:]) if load.quick else (order, [])
                before = self.one(load)
                costs = [(role, tracer.name, self.try_it(tracer, self.one, load, role, tracer))
                         for tracer in next_to_each_other for role in ROLES if role == "target" or tracer.bystander]
                after = self.one(load)
                self.alone.setdefault(load.name, []).extend([before, after])
                for role, name, cost in costs:
                    if cost:
                        self.costs.setdefault((load.name, role, name), []).append(cost)
                        self.ratios.setdefault((load.name, role, name), []).append(cost[1] / ((before[1] + after[1]) / 2))

    def measure_shortly(self, loop):
        """Where the CPU is now faster and now slower, for seconds, the shortest of five rounds may have met it at its best for
        one tracer and not for another: shorter ones besides, for all alike."""
        short = loads.Loop(self.build, loop.call, SHORT_ROUND_S)
        for tracer in self.tracers * self.short_rounds:
            if not tracers.sees_every_call(tracer.name):
                continue
            self.alone[loop.name].append(self.one(short))
            for role in ROLES if tracer.bystander else ROLES[:1]:
                cost = self.try_it(tracer, self.one, short, role, tracer)
                if cost:
                    self.costs.setdefault((loop.name, role, tracer.name), []).append(cost)

    def measure_idle(self):
        """What a tracer of a server with nothing to do takes for itself, its start included."""
        idle = loads.Redis(IDLE_S, clients=0)
        if idle.missing:
            return
        with idle:
            for tracer in self.tracers:
                cost = self.try_it(tracer, self.cpu_on, tracer, idle.pid)
                if cost is not None:
                    self.idle.setdefault(tracer.name, []).append(cost)

    def cpu_on(self, tracer, pid):
        with Child(tracer.argv(pid), TRACER_CPU) as attached:
            tracer.attached(attached)
            attached.run_for(IDLE_S)
            attached.interrupt()
            return attached.cpu_ns

    def measure_runs(self):
        """Start, finish and memory of whole runs on a process with many files and mappings."""
        runs = []
        with Child([f"{self.build}/workloads/many_fds", "1000"], TARGET_CPU) as target, \
                tempfile.TemporaryDirectory() as folder:
            target.wait_for_text("out", b"ready")
            file = f"{folder}/report.json"
            for _ in range(self.rounds * 2):
                began = time.perf_counter()
                subprocess.run([f"{self.build}/debug-process", "--json", "-o", file, "-d", "300ms", str(target.pid)],
                               check=True, stdin=subprocess.DEVNULL, preexec_fn=pinned(TRACER_CPU))
                wall_ms = (time.perf_counter() - began) * 1e3
                with open(file, encoding="utf-8") as stream:
                    report = json.load(stream)
                start_ms = report["run"]["startup_ns"] / 1e6
                runs.append({"start_ms": start_ms, "finish_ms": wall_ms - start_ms - report["run"]["window_ns"] / 1e6,
                             "peak_bytes": report["collection"]["tool_peak_rss_bytes"]})
        return runs

    def measure(self):
        for round_number in range(self.rounds):
            for load in self.loads:
                progress(f"round {round_number + 1} of {self.rounds}: {load.name}")
                self.measure_load(load, round_number)
                if load.one_call:
                    self.measure_shortly(load)
            self.measure_idle()
        progress("whole runs")
        return self.summary(self.measure_runs())

    # From here on only arithmetic.

    def added(self, load, role, tracer):
        """Nanoseconds per operation, of the shortest rounds: whatever else the machine does makes one longer, and nothing
        makes it shorter. By what is typical of a round."""
        costs = self.costs.get((load, role, tracer))
        return min(costs)[0] - min(self.alone[load])[0] if costs else None

    def slowdown(self, load, role, tracer):
        ratios = self.ratios.get((load, role, tracer))
        if not ratios:
            return None
        ratios = sorted(ratios)
        return {"times": statistics.median(ratios), "least": ratios[0], "most": ratios[-1]}

    def cell(self, load, role, tracer):
        floor = self.added(load, role, tracers.FLOOR)
        added = self.added(load, role, tracer)
        return {"slowdown": self.slowdown(load, role, tracer), "added_ns": added,
                "times_the_floor": added / floor if added is not None and floor else None}

    def summary(self, runs):
        rows = [{"tracer": tracer.name,
                 "idle_cpu_ms": statistics.median(self.idle[tracer.name]) / 1e6 if tracer.name in self.idle else None,
                 "loads": {load.name: {role: self.cell(load.name, role, tracer.name) for role in ROLES}
                           for load in self.loads}}
                for tracer in self.tracers]
        start, finish = (statistics.median([run[key] for run in runs]) for key in ("start_ms", "finish_ms"))
        peak = max(run["peak_bytes"] for run in runs)
        goals = [(f"{load.name}: {role}, times the floor", self.ratio_of_all(load.name, role), limit)
                 for load in self.loads if load.one_call
                 for role, limit in zip(ROLES, (GOAL_TARGET_RATIO, GOAL_BYSTANDER_RATIO))]
        goals += [("start to attached, ms", start, GOAL_START_MS),
                  ("window's end to finished report, ms", finish, GOAL_FINISH_MS),
                  ("peak memory, MB", peak / 1e6, GOAL_PEAK_BYTES / 1e6)]
        alone = {load.name: {"operation": load.operation,
                             "ns": statistics.median(cost[1] for cost in self.alone[load.name]),
                             "typical_ns": min(self.alone[load.name])[0]}
                 for load in self.loads}
        return verdict.summary_of(self.rounds, goals, alone=alone, rows=rows, not_installed=self.missing,
                                  failed=self.failed)

    def ratio_of_all(self, load, role):
        return self.cell(load, role, tracers.EVERY_CALL)["times_the_floor"]


def per_second(alone):
    rate = 1e9 / alone["ns"]
    return f"{rate / 1e6:.2f}M/s" if rate >= 1e6 else f"{rate / 1e3:.3g}k/s"


def slowdown_text(cell):
    slowdown = cell["slowdown"]
    if not slowdown:
        return "-"
    digits = 2 if slowdown["times"] < 10 else 0
    return f"{slowdown['times']:.{digits}f} ({slowdown['least']:.{digits}f}-{slowdown['most']:.{digits}f})"


def number(value, digits=0):
    return "-" if value is None else f"{value:,.{digits}f}"


def print_table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("| --- |" + " --: |" * (len(head) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def print_slowdowns(summary, role):
    names = list(summary["alone"])
    head = [f"{name} ({per_second(summary['alone'][name])})" for name in names]
    print_table(["tracer", *head],
                [[row["tracer"], *(slowdown_text(row["loads"][name][role]) for name in names)] for row in summary["rows"]
                 if any(row["loads"][name][role]["slowdown"] for name in names)])


def print_nanoseconds(summary, name):
    rows = []
    for row in summary["rows"]:
        cells = row["loads"][name]
        if not tracers.sees_every_call(row["tracer"]):
            continue  # what is typical of one that watches in slices is neither the one nor the other
        rows.append([row["tracer"], *(text for role in ROLES for text in (
            number(cells[role]["added_ns"]), number(cells[role]["times_the_floor"], 2)))])
    print_table(["tracer", "target", "times the floor", "bystander", "times the floor"], rows)


def print_markdown(summary):
    print(f"{verdict.machine_text(summary)}; loop or server on one CPU, clients and tracer\n"
          f"on the other, the four threads on both; medians of {summary['rounds']} interleaved rounds, with the least and the most.\n")
    print("How long an operation of the **target** takes, times what it takes unwatched (1.00: nothing is lost):\n")
    print_slowdowns(summary, "target")
    print("\nThe same of a **bystander**, while the tracer watches another process:\n")
    print_slowdowns(summary, "bystander")
    for name, alone in summary["alone"].items():
        if alone["operation"] == "call" and "threads" not in name:
            print(f"\nAdded nanoseconds a call, {name} ({alone['typical_ns']:.0f} ns alone), of the shortest round each:\n")
            print_nanoseconds(summary, name)
    if any(row["idle_cpu_ms"] is not None for row in summary["rows"]):
        print(f"\nCPU time that the tracer of an idle server takes in {IDLE_S:.0f} s, its start included:\n")
        print_table(["tracer", "ms"], [[row["tracer"], number(row["idle_cpu_ms"])] for row in summary["rows"]])
    verdict.print_goals(summary, 2)
    if summary["not_installed"]:
        print(f"\nNot measured, as it is not installed: {', '.join(summary['not_installed'])} (scripts/install-deps bench)")
    for name, reason in summary["failed"].items():
        print(f"\nNot compared: {name}: {reason}")


def print_calls(summary):
    print(f"{verdict.machine_text(summary)}; one loop on one CPU, debug-process on the other; medians of {summary['rounds']} rounds, each held\n"
          "against the loop alone just before and after, with the least and the most.\n")
    first = statistics.median(summary["calls"][0]["added_ns"])
    rows = []
    for row in summary["calls"]:
        added = row["added_ns"]
        median = statistics.median(added)
        rows.append([row["call"], number(row["alone_ns"]), f"{median:,.0f} ({added[0]:,.0f}-{added[-1]:,.0f})",
                     f"{median - first:+,.0f}"])
    print_table(["call", "ns alone", "added ns", f"against {summary['calls'][0]['call']}"], rows)


def print_with_chart(summary):
    print(f"![What is left of the speed]({CHART})\n")
    print_markdown(summary)


def main():
    parser = verdict.parser_of(
        NAME, "Measures what watching costs, against two empty programs on the same hooks and other tracers.", 5, 2)
    parser.add_argument("--only", metavar="LOAD,...", help="only loads with one of these words in their name: getppid, "
                        "read, threads, redis, nginx, PostgreSQL")
    parser.add_argument("--calls", action="store_true", help="instead: what debug-process --max-overhead none adds to each "
                        "kind of call")
    verdict.add_readme(parser, "README.md, and its chart")
    parser.add_argument("--from", dest="saved", metavar="FILE", help="measure nothing: take what --json has printed")
    options = parser.parse_args()
    if os.geteuid() != 0 and not options.saved:
        print(f"{NAME}: needs root, to load BPF programs", file=sys.stderr)
        return 2

    if options.calls:
        return verdict.run(NAME, options, lambda options: Bench(options).measure_calls(), print_calls, "calls")

    def measure(options):
        if options.saved:
            with open(options.saved, encoding="utf-8") as file:
                summary = json.load(file)
        else:
            summary = Bench(options).measure()
        if options.readme:
            chart.write(summary, f"{verdict.ROOT}/{CHART}")
        return summary
    return verdict.run(NAME, options, measure, print_with_chart if options.readme else print_markdown, "overhead")


if __name__ == "__main__":
    sys.exit(main())
