# SPDX-License-Identifier: Apache-2.0
"""A target with the tool on it, and what there is to be held against what the tool says: for scripts/bench-load and scripts/bench-cap."""

import collections
import contextlib
import datetime
import json
import mmap
import os
import signal
import struct
import subprocess
import time

from children import Child

PATIENCE_S = 120.0


class Target(Child):
    """A workload."""

    def __init__(self, bench, *words):
        super().__init__([f"{bench.build}/workloads/{words[0]}", *map(str, words[1:])])

    def finish(self):
        """Tells it to go on; returns what it says when it is done."""
        self.tell()
        self.wait_for(lambda: b"done" in self.said["out"] and self.said["out"].endswith(b"\n"), "the end of its work")
        return self.said["out"].decode().splitlines()[-1]


class Tool(Child):
    """The tool on a target; without "-d" among the options until it is told to end."""

    def __init__(self, bench, target, *options):
        self.file = f"{bench.folder}/report-{target.pid}-{bench.number()}.json"
        window = [] if "-d" in options else ["-d", "3600s"]
        self.finish_s = self.peak_bytes = None
        super().__init__([f"{bench.build}/debug-process", "--json", "--verbose", "-o", self.file, *window, *options,
                          str(target.pid)], cwd=bench.folder, env={**os.environ, "TMPDIR": bench.folder})

    def end(self):
        self.process.send_signal(signal.SIGINT)
        return self.wait()

    def wait(self):
        """The report. Its memory is that of its whole life, with what rendering takes."""
        told = time.monotonic()
        # Not ru_maxrss, which is as much as this program has: see execve(2) and getrusage(2).
        peak = 0
        while not self.has_ended():
            peak = max(peak, memory_of(self, "VmHWM"))
            self.read_some(0.005)
            if time.monotonic() > told + PATIENCE_S:
                raise RuntimeError("the tool does not end")
        self.finish_s = time.monotonic() - told
        if self.process.returncode != 0:
            raise RuntimeError(f"the tool ended with {self.process.returncode}\n"
                               + self.said["err"].decode(errors="replace"))
        report = read_report(self.file)
        self.peak_bytes = max(peak, report["collection"]["tool_peak_rss_bytes"])
        return report


@contextlib.contextmanager
def working(bench, *words):
    """A workload that has said "ready"."""
    with Target(bench, *words) as target:
        target.wait_for_text("out", b"ready\n")
        yield target


@contextlib.contextmanager
def watching(bench, target, *options):
    """A tool whose window has begun."""
    with Tool(bench, target, *options) as tool:
        tool.wait_for_text("err", b"watching")
        yield tool


def read_report(file):
    with open(file, encoding="utf-8") as stream:
        report = json.load(stream)
    os.unlink(file)
    return report


def memory_of(process, key):
    """Bytes, by a key of /proc/PID/status; 0 when it is about to be gone."""
    with open(f"/proc/{process.pid}/status", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024
    return 0


def metric(report, section, key):
    return report["sections"][section]["metrics"][key]


def rows(report, section, table):
    return report["sections"][section]["tables"][table]


def calls(report, syscall="getppid"):
    return sum(row["calls"] for row in rows(report, "syscalls", "syscalls") if row["syscall"] == syscall)


def stated(report):
    """What the report says was lost, and why sections are not complete; empty where all is there."""
    losses = [f"{what} {count:,}" for what, count in report["collection"]["losses"].items() if count]
    return losses + [f"{name}: {section['reason']}" for name, section in report["sections"].items() if section["reason"]]


def at_time(track, moment):
    """The count at that time, between the two looks around it."""
    for (before, low), (after, high) in zip(track, track[1:]):
        if before <= moment <= after:
            return low + (high - low) * (moment - before) / (after - before)
    raise RuntimeError("the window is not within the time that was looked at")


def made_in_window(track, report):
    """Calls, by a track of (time, calls so far) from before the window until after it."""
    began = datetime.datetime.fromisoformat(report["run"]["started_at"]).timestamp()
    return at_time(track, began + report["run"]["window_ns"] / 1e9) - at_time(track, began)


def costs(tool, report):
    return (f"attached after {report['run']['startup_ns'] / 1e6:,.0f} ms, report {tool.finish_s:.2f} s after the window, "
            f"{tool.cpu_ns / 1e9:.2f} s CPU, peak {tool.peak_bytes / 1e6:,.0f} MB")


class Claims:
    """What a case is judged by: each is a number, and how much it may be."""

    def __init__(self):
        self.all = []

    def at_most(self, what, measured, limit):
        self.all.append((what, measured, limit))

    def none(self, what, count):
        self.at_most(what, count, 0)

    def exact(self, report, made, syscall="getppid"):
        """All calls that were made are counted, or among the losses, and no other."""
        counted = calls(report, syscall)
        lost = sum(report["collection"]["losses"].get(what, 0) for what in ("calls", "skipped_runs"))
        self.none("calls neither counted nor among the losses", max(0, made - counted - lost))
        self.none("calls counted that were not made", max(0, counted - made))

    def equal(self, what, counted, truth):
        self.none(f"{what}: off by", abs(counted - truth))


def sample(value, seconds):
    values = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        values.append(value())
        time.sleep(min(1.0, seconds / 20))
    return values


def state_of(target):
    return {"threads": len(os.listdir(f"/proc/{target.pid}/task")),
            "open": sorted(os.listdir(f"/proc/{target.pid}/fd"), key=int),
            "rss": memory_of(target, "VmRSS")}


def kernel_bytes():
    """What the kernel holds for itself, but for what it gives back when somebody wants it."""
    with open("/proc/meminfo", encoding="utf-8") as lines:
        meminfo = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
    return sum(meminfo[key] for key in ("SUnreclaim", "Percpu", "VmallocUsed", "KernelStack", "PageTables"))


def bpf_objects():
    """All of the machine's, as (kind, id)."""
    found = set()
    for kind in ("prog", "map", "link"):
        listed = subprocess.run(["bpftool", "-j", kind, "list"], check=True, stdout=subprocess.PIPE).stdout
        found |= {(kind, item["id"]) for item in json.loads(listed)}
    return found


def objects_left(before):
    """Those that were not there before and stay. The kernel frees them after a while; so do others who use some."""
    left = bpf_objects() - before
    end = time.monotonic() + PATIENCE_S
    while left and time.monotonic() < end:
        time.sleep(0.2)
        left &= bpf_objects()
    return left


class SharedCounts:
    """What the workload call_storm counts, read while it goes on."""

    STRIDE = 64

    def __init__(self, file, number):
        self.file = file
        with open(file, "w+b") as stream:
            stream.truncate(number * self.STRIDE)
            self.memory = mmap.mmap(stream.fileno(), 0, prot=mmap.PROT_READ)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.memory.close()
        os.unlink(self.file)

    def total(self):
        return sum(struct.unpack_from("Q", self.memory, at)[0] for at in range(0, len(self.memory), self.STRIDE))
