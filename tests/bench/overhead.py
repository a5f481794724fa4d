#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What watching costs: scripts/bench-overhead.

Compares, in one run and in interleaved rounds, the nanoseconds that each tracer adds to a system call of its target and
of a bystander, with two empty programs on the same hooks as the floor; then the tool's start, finish and memory for a
process with 1,000 files and 1,000 mappings. Only ratios and limits are judged, never a time on its own: the machine is
whatever it is.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import verdict

GOAL_TARGET_RATIO = 1.8
GOAL_BYSTANDER_RATIO = 1.15
GOAL_START_MS = 100.0
GOAL_FINISH_MS = 100.0
GOAL_PEAK_BYTES = 40_000_000

TARGET_CPU = 0
TRACER_CPU = 1 if (os.cpu_count() or 1) > 1 else 0
PATIENCE_S = 60.0
FAREWELL_S = 5.0


class Child:
    """A child pinned to a CPU, with a pipe to its input; killed and reaped at the end of the `with`."""

    def __init__(self, argv, cpu):
        self.argv = argv
        self.said = {"out": b"", "err": b""}
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(BrokenPipeError):
                stream.close()

    def read_some(self, timeout):
        streams = {self.process.stdout: "out", self.process.stderr: "err"}
        for stream in select.select(list(streams), [], [], timeout)[0]:
            self.said[streams[stream]] += os.read(stream.fileno(), 65536)

    def wait_for(self, condition, what):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.read_some(0.01)
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{' '.join(self.argv)}: {what} did not come\n"
                                   + self.said["err"].decode(errors="replace"))

    def wait_for_text(self, stream, text):
        self.wait_for(lambda: text in self.said[stream], text.decode())

    def tell(self, line=""):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def interrupt(self):
        """Ends a tracer in the orderly way, so that it detaches before the next measurement."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        self.process.stdin.close()
        end = time.monotonic() + FAREWELL_S
        while self.process.poll() is None and time.monotonic() < end:
            self.read_some(0.01)


class Tracer:
    """How to start one, and how to know that it is attached."""

    def __init__(self, name, argv, attached, bystander=True):
        self.name = name
        self.argv = argv          # function of the PID
        self.attached = attached  # function of the Child
        self.bystander = bystander


def holds_probe(child):
    """A perf event or a BPF link among its descriptors, for tracers that say nothing when they begin."""
    def condition():
        folder = f"/proc/{child.pid}/fd"
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):
                with contextlib.suppress(OSError):
                    link = os.readlink(f"{folder}/{name}")
                    if "perf_event" in link or "bpf_link" in link or "bpf-raw-tracepoint" in link:
                        return True
        return False
    child.wait_for(condition, "a probe")


def says(stream, text):
    return lambda child: child.wait_for_text(stream, text)


BPFTRACE_COUNT = """BEGIN { printf("watching\\n"); }
tracepoint:raw_syscalls:sys_enter /pid == %d/ { @calls[args->id] = count(); }"""

BPFTRACE_HIST = """BEGIN { printf("watching\\n"); }
tracepoint:raw_syscalls:sys_enter /pid == %d/ { @start[tid] = nsecs; @calls[args->id] = count(); }
tracepoint:raw_syscalls:sys_exit /@start[tid]/ {
  @ns[args->id] = hist(nsecs - @start[tid]); delete(@start[tid]);
}"""


def our_tracers(build):
    floor = Tracer("two empty programs (the floor)", lambda pid: [f"{build}/bench/floor"],
                   says("out", b"watching"))
    tool = Tracer("debug-process, all of it",
                  lambda pid: [f"{build}/debug-process", "--json", "--verbose", "--max-overhead", "none",
                               "-d", "600s", str(pid)],
                  says("err", b"watching"))
    # For the reader: what of the tool's cost is the clock, which no measurement of latencies can do without.
    clock = Tracer("two programs that only read the clock",
                   lambda pid: [f"{build}/bench/floor", "--clock"], says("out", b"watching"))
    return floor, clock, tool


def other_tracers():
    """Those that are installed, and the names of those that are not."""
    known = [
        ("bpftrace", Tracer("bpftrace count()", lambda pid: ["bpftrace", "-e", BPFTRACE_COUNT % pid],
                            says("out", b"watching"))),
        ("bpftrace", Tracer("bpftrace count() and hist()",
                            lambda pid: ["bpftrace", "-e", BPFTRACE_HIST % pid],
                            says("out", b"watching"))),
        ("syscount", Tracer("syscount -L (libbpf-tools)", lambda pid: ["syscount", "-L", "-p", str(pid)],
                            holds_probe)),
        ("syscount-bpfcc", Tracer("syscount -L (bcc)",
                                  lambda pid: ["syscount-bpfcc", "-L", "-p", str(pid)], holds_probe)),
        ("perf", Tracer("perf trace -s", lambda pid: ["perf", "trace", "-s", "-p", str(pid)],
                        holds_probe)),
        ("strace", Tracer("strace -c -f", lambda pid: ["strace", "-c", "-f", "-p", str(pid)],
                          says("err", b"attached"), bystander=False)),
    ]
    there = [tracer for program, tracer in known if shutil.which(program)]
    missing = sorted({program for program, _ in known if not shutil.which(program)})
    return there, missing


class Bench:
    def __init__(self, options):
        self.build = options.build
        self.call = options.call
        self.milliseconds = 200 if options.quick else 500
        self.rounds = options.rounds or (3 if options.quick else 9)
        self.other_rounds = 1 if options.quick else 3
        self.floor, self.clock, self.tool = our_tracers(self.build)
        self.others, self.missing = other_tracers()
        self.failed = {}

    def cost_of_a_call(self, tracer=None, role="target"):
        """Wall nanoseconds of one call, with the tracer on this process or on another."""
        with contextlib.ExitStack() as stack:
            loop = stack.enter_context(Child(
                [f"{self.build}/bench/syscall_cost", self.call, str(self.milliseconds)], TARGET_CPU))
            loop.wait_for_text("out", b"ready")
            watched = loop
            if role == "bystander":
                watched = stack.enter_context(Child([f"{self.build}/workloads/sleeper", "1000"], TRACER_CPU))
                watched.wait_for_text("out", b"ready")
            attached = None
            if tracer:
                attached = stack.enter_context(Child(tracer.argv(watched.pid), TRACER_CPU))
                tracer.attached(attached)
            loop.tell()
            end = time.monotonic() + PATIENCE_S
            while not loop.said["out"].endswith(b"\n") or b"ns " not in loop.said["out"]:
                loop.read_some(0.05)
                if attached:
                    attached.read_some(0)
                    if attached.process.poll() is not None:
                        raise RuntimeError(f"{tracer.name} ended before the measurement did\n"
                                           + attached.said["err"].decode(errors="replace"))
                if loop.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"no measurement under {tracer.name if tracer else 'no tracer'}")
            if attached:
                attached.interrupt()
            return float(loop.said["out"].split(b"ns ")[1])

    def configurations(self, round_number):
        for tracer in (self.floor, self.clock, self.tool):
            for role in ("target", "bystander"):
                yield tracer, role
        if round_number < self.other_rounds:
            for tracer in self.others:
                for role in ("target", "bystander"):
                    if role == "target" or tracer.bystander:
                        yield tracer, role

    def measure_calls(self):
        """Added nanoseconds, as {(tracer, role): [one per round]}, and the costs without a tracer."""
        added, alone = {}, []
        for round_number in range(self.rounds):
            progress(f"round {round_number + 1} of {self.rounds}")
            before = self.cost_of_a_call()
            measured = {}
            for tracer, role in self.configurations(round_number):
                if tracer.name in self.failed:
                    continue
                try:
                    measured[(tracer.name, role)] = self.cost_of_a_call(tracer, role)
                except RuntimeError as error:
                    if tracer not in self.others:
                        raise
                    self.failed[tracer.name] = str(error).splitlines()[0]
            base = statistics.mean([before, self.cost_of_a_call()])
            alone.append(base)
            for key, cost in measured.items():
                added.setdefault(key, []).append(cost - base)
        return added, alone

    def measure_runs(self):
        """Start, finish and memory of whole runs on a process with many files and mappings."""
        runs = []
        with Child([f"{self.build}/workloads/many_fds", "1000"], TARGET_CPU) as target, \
                tempfile.TemporaryDirectory() as folder:
            target.wait_for_text("out", b"ready")
            file = f"{folder}/report.json"
            for _ in range(self.rounds):
                began = time.perf_counter()
                subprocess.run([f"{self.build}/debug-process", "--json", "-o", file, "-d", "300ms",
                                str(target.pid)], check=True, stdin=subprocess.DEVNULL,
                               preexec_fn=lambda: os.sched_setaffinity(0, {TRACER_CPU}))
                wall_ms = (time.perf_counter() - began) * 1e3
                with open(file, encoding="utf-8") as stream:
                    report = json.load(stream)
                start_ms = report["run"]["startup_ns"] / 1e6
                runs.append({"start_ms": start_ms,
                             "finish_ms": wall_ms - start_ms - report["run"]["window_ns"] / 1e6,
                             "peak_bytes": report["collection"]["tool_peak_rss_bytes"]})
        return runs


def progress(text):
    verdict.progress("bench-overhead", text)


def summarise(bench, added, alone, runs):
    rows = []
    for tracer in [bench.floor, bench.clock, bench.tool, *bench.others]:
        row = {"tracer": tracer.name}
        for role in ("target", "bystander"):
            values = added.get((tracer.name, role))
            floor = statistics.median(added[(bench.floor.name, role)])
            row[f"{role}_ns"] = statistics.median(values) if values else None
            # Of the medians, so that the columns of the table agree.
            row[f"{role}_ratio"] = row[f"{role}_ns"] / floor if values and floor else None
        rows.append(row)
    tool = rows[2]
    start, finish = (statistics.median([run[key] for run in runs]) for key in ("start_ms", "finish_ms"))
    peak = max(run["peak_bytes"] for run in runs)
    goals = [
        ("target, times the floor", tool["target_ratio"], GOAL_TARGET_RATIO),
        ("bystander, times the floor", tool["bystander_ratio"], GOAL_BYSTANDER_RATIO),
        ("start to attached, ms", start, GOAL_START_MS),
        ("window's end to finished report, ms", finish, GOAL_FINISH_MS),
        ("peak memory, MB", peak / 1e6, GOAL_PEAK_BYTES / 1e6),
    ]
    return verdict.summary_of(alone, bench.rounds, goals, call=bench.call, rows=rows, not_installed=bench.missing,
                              failed=bench.failed)


def cell(value, digits=0, suffix=""):
    return "-" if value is None else f"{value:,.{digits}f}{suffix}"


def print_markdown(summary):
    verdict.print_heading(summary, summary["call"], "the tracer on\nanother CPU")
    print("| tracer | target | times the floor | bystander | times the floor |")
    print("| --- | --: | --: | --: | --: |")
    for row in summary["rows"]:
        print(f"| {row['tracer']} | {cell(row['target_ns'])} | {cell(row['target_ratio'], 2)} "
              f"| {cell(row['bystander_ns'])} | {cell(row['bystander_ratio'], 2)} |")
    verdict.print_goals(summary, 2)
    for name in summary["not_installed"]:
        print(f"\nNot compared, as it is not installed: {name}")
    for name, reason in summary["failed"].items():
        print(f"\nNot compared: {name}: {reason}")


def measure(options):
    bench = Bench(options)
    added, alone = bench.measure_calls()
    progress("whole runs")
    return summarise(bench, added, alone, bench.measure_runs())


def main():
    parser = verdict.parser_of(
        "bench-overhead",
        "Measures what watching costs, against two empty programs on the same hooks and other tracers.", 9, 3)
    parser.add_argument("--call", choices=["read", "getppid"], default="read",
                        help="the system call of the loop (default read, of one byte of /dev/zero)")
    options = parser.parse_args()
    if os.geteuid() != 0:
        print("bench-overhead: needs root, to load BPF programs", file=sys.stderr)
        return 2
    return verdict.run("bench-overhead", options, measure, print_markdown)


if __name__ == "__main__":
    sys.exit(main())
