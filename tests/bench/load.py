#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether the tool holds under load: scripts/bench-load.

Each case puts a load on the tool, on its target or on the machine, of which the truth is known from elsewhere, and is
judged: what the report says against that truth, where what was not counted in full must be among its losses; that its
memory does not grow; and that nothing of it is left, in the kernel, in its folder or on the target. Times and memory
are printed, not judged.

  rate         as many calls a second as the machine makes, each counted, for minutes; then some seconds within the cap
  threads      10,000 threads, each of which makes a number of calls of its own
  fds          100,000 open files, sockets, pipes and eventfds, or as many as a process may have here (to raise the hard
               limit needs CAP_SYS_RESOURCE)
  mappings     100,000 mappings (raises vm.max_map_count meanwhile, where it is lower)
  runs         1,000 short runs on one target, one after the other (--rounds)
  ten-on-one   ten tools on one target at once
  ten-on-ten   ten tools on a target each
  saturated    a run while other processes take all of each CPU
"""

import argparse
import collections
import contextlib
import datetime
import json
import mmap
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

import verdict
from children import Child

NAME = "bench-load"
CPUS = os.cpu_count() or 1
PATIENCE_S = 120.0
# Of our memory, as sampled in the second half of the time against the first.
MOST_GROWTH = 1.05
# One is exceeded by chance in one run of three, three hardly ever.
MOST_STANDARD_ERRORS = 3.0
# What the kernel may hold more after many runs: of each, and besides, since other things happen on a machine. A single
# map that stayed would be half a megabyte.
KERNEL_BYTES_A_RUN = 16 << 10
KERNEL_NOISE_BYTES = 16 << 20
TARGET_NOISE_BYTES = 256 << 10
TOOLS = 10

Size = collections.namedtuple("Size", "minutes capped_s threads fds mappings runs calls")
FULL = Size(minutes=10, capped_s=20, threads=10_000, fds=100_000, mappings=100_000, runs=1_000, calls=1_000_000)
# Without the scaled count, which is a matter of chance: OverheadCap among the end-to-end tests has that.
QUICK = Size(minutes=0.1, capped_s=0, threads=2_000, fds=18_000, mappings=20_000, runs=20, calls=100_000)


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


def rate(bench, claims):
    bench.progress(f"{bench.size.minutes:g} minutes of calls")
    with bench.shared_counts(CPUS) as counts, working(bench, "call_storm", CPUS, counts.file) as target:
        with watching(bench, target, "--max-overhead", "none") as tool:
            target.tell()
            began = time.monotonic()
            resident = sample(lambda: memory_of(tool, "VmRSS"), bench.size.minutes * 60)
            seconds = time.monotonic() - began
            made = int(target.finish().split()[1])
            report = tool.end()
            claims.exact(report, made)
            halves = resident[:len(resident) // 2], resident[len(resident) // 2:]
            claims.at_most("memory, second half of the time against the first", max(halves[1]) / max(halves[0]), MOST_GROWTH)
            bench.not_held(claims, target)
    yield (f"{made:,} calls in {seconds:.0f} s by {CPUS} threads, {made / seconds:,.0f} a second; {calls(report):,} counted; "
           f"tool's memory {min(resident) / 1e6:.1f} to {max(resident) / 1e6:.1f} MB, {tool.cpu_ns / 1e9:.2f} s CPU")
    yield from stated(report)
    if bench.size.capped_s:
        yield from rate_within_cap(bench, claims)


def rate_within_cap(bench, claims):
    with bench.shared_counts(CPUS) as counts, working(bench, "call_storm", CPUS, counts.file) as target:
        target.tell()
        runs_of_it = [one_run_within_cap(bench, target, counts) for _ in range(3)]
    # Of three, since other things happen on a machine.
    _, seen, off, error = sorted(runs_of_it)[1]
    claims.at_most("scaled count, standard errors off", abs(off) / error, MOST_STANDARD_ERRORS)
    yield (f"within the cap of 5%, the middle of three runs: {seen:.1%} of the window seen, scaled count {off:+.2%} off, "
           f"+-{error:.2%} by the report")


def one_run_within_cap(bench, target, counts):
    """How many standard errors its count is off, the part of the window that was seen, how far it is off, the error."""
    track = []
    with Tool(bench, target, "-d", f"{bench.size.capped_s}s") as tool:
        while not tool.has_ended():
            track.append((time.time(), counts.total()))
            tool.read_some(0.005)
        report = tool.wait()
    began = datetime.datetime.fromisoformat(report["run"]["started_at"]).timestamp()
    made = at_time(track, began + report["run"]["window_ns"] / 1e9) - at_time(track, began)
    off = calls(report) / made - 1
    error = report["collection"]["counts_error_ratio"]
    if not error:
        raise RuntimeError(f"a scaled count without its error: {report['collection']}")
    return abs(off) / error, report["collection"]["coverage_ratio"], off, error


def at_time(track, moment):
    """The count at that time, between the two looks around it."""
    for (before, low), (after, high) in zip(track, track[1:]):
        if before <= moment <= after:
            return low + (high - low) * (moment - before) / (after - before)
    raise RuntimeError("the window is not within the time that was looked at")


def sample(value, seconds):
    values = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        values.append(value())
        time.sleep(min(1.0, seconds / 20))
    return values


def threads(bench, claims):
    number = bench.size.threads
    with working(bench, "counted_threads", number) as target:
        with watching(bench, target, "--max-overhead", "none") as tool:
            target.finish()
            report = tool.end()
        bench.not_held(claims, target)
    # Each is named by its number of calls, and has been in a futex call before that has returned.
    named = [row for row in rows(report, "threads", "threads") if row["name"].startswith("calls ")]
    expected = [int(row["name"].split()[1]) + 1 for row in named]
    claims.equal("threads", metric(report, "threads", "threads"), number + 1)
    claims.equal("rows of threads", len(named), number)
    claims.none("threads with another number of calls", sum(row["calls"] != of for row, of in zip(named, expected)))
    claims.exact(report, sum(1 + index % 100 for index in range(number)))
    claims.equal("threads waiting in futex", sum(row["syscall"] == "futex" for row in rows(report, "syscalls", "in_flight")),
                 number)
    yield f"{metric(report, 'threads', 'threads'):,} threads, {calls(report):,} calls of theirs; {costs(tool, report)}"
    yield from stated(report)


def kind_of(link):
    if link.startswith("anon_inode:"):
        return link.split(":", 1)[1].strip("[]")
    return link.split(":", 1)[0] if ":[" in link else "file"


def open_files(pid):
    """How many of each type, by the links."""
    folder = f"/proc/{pid}/fd"
    return collections.Counter(kind_of(os.readlink(f"{folder}/{name}")) for name in os.listdir(folder))


def most_files(wanted):
    """How many of `wanted` files the workloads may open: the hard limit is raised where that is allowed."""
    room = 64  # as raise_limit.h has it
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < wanted + room:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, wanted + room))
    return min(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - room)


def fds(bench, claims):
    number = most_files(bench.size.fds)
    with working(bench, "many_fds", number, 0) as target:
        truth = open_files(target.pid)
        with watching(bench, target) as tool:
            report = tool.end()
        bench.not_held(claims, target)
    seen = {row["type"]: row["open"] for row in rows(report, "files", "types")}
    claims.equal("open files", metric(report, "files", "open"), sum(truth.values()))
    claims.equal("rows of files", len(rows(report, "files", "files")), sum(truth.values()))
    claims.none("types with another number of files", sum(seen.get(kind, 0) != truth[kind] for kind in {*seen, *truth}))
    if number < bench.size.fds:
        yield f"only {number:,}, which is the hard limit here"
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in truth.most_common())
    yield f"{metric(report, 'files', 'open'):,} open ({kinds}); {costs(tool, report)}"
    yield from stated(report)


@contextlib.contextmanager
def at_least(setting, number):
    """A setting of the machine, raised for the time where it is lower."""
    with open(setting, encoding="utf-8") as stream:
        before = int(stream.read())
    if before >= number:
        yield
        return
    write_text(setting, number)
    try:
        yield
    finally:
        write_text(setting, before)


def write_text(file, text):
    with open(file, "w", encoding="utf-8") as stream:
        stream.write(str(text))


def mappings(bench, claims):
    number = bench.size.mappings
    with at_least("/proc/sys/vm/max_map_count", number + 1000), working(bench, "many_mappings", number) as target:
        with open(f"/proc/{target.pid}/maps", encoding="utf-8", errors="replace") as lines:
            spans = [[int(address, 16) for address in line.split(maxsplit=1)[0].split("-")] for line in lines]
        with watching(bench, target, "--pss") as tool:
            report = tool.end()
        bench.not_held(claims, target)
    categories = rows(report, "memory", "categories")
    claims.equal("mappings", metric(report, "memory", "mappings"), len(spans))
    claims.equal("mappings by category", sum(row["mappings"] for row in categories), len(spans))
    claims.equal("bytes by category", sum(row["size_bytes"] for row in categories), sum(end - begin for begin, end in spans))
    claims.none("categories without their PSS", sum(row["pss_bytes"] is None for row in categories))
    yield f"{metric(report, 'memory', 'mappings'):,} mappings, the PSS of each; {costs(tool, report)}"
    yield from stated(report)


def kernel_bytes():
    """What the kernel holds for itself, but for what it gives back when somebody wants it."""
    with open("/proc/meminfo", encoding="utf-8") as lines:
        meminfo = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
    return sum(meminfo[key] for key in ("SUnreclaim", "Percpu", "VmallocUsed", "KernelStack", "PageTables"))


def state_of(target):
    return {"threads": len(os.listdir(f"/proc/{target.pid}/task")),
            "open": sorted(os.listdir(f"/proc/{target.pid}/fd"), key=int),
            "rss": memory_of(target, "VmRSS")}


def one_run(bench, target):
    """What is wrong with a short run; nothing when all is well."""
    file = f"{bench.folder}/run.json"
    ended = subprocess.run([f"{bench.build}/debug-process", "-q", "--json", "-o", file, "-d", "50ms", str(target.pid)],
                           check=False, cwd=bench.folder, env={**os.environ, "TMPDIR": bench.folder}, timeout=PATIENCE_S,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if ended.returncode != 0:
        return f"exit status {ended.returncode}: {ended.stderr.decode(errors='replace').strip()}"
    report = read_report(file)
    if report["run"]["backend"] != "bpf":
        return report["run"]["backend_reason"]
    return "" if calls(report) > 0 else "no call was seen"


def runs(bench, claims):
    with working(bench, "counter") as target:
        one_run(bench, target)  # the first makes what stays for all: cached types, slabs
        before, kernel_before, objects = state_of(target), kernel_bytes(), bpf_objects()
        began = time.monotonic()
        wrong = []
        for number in range(bench.size.runs):
            if number % 100 == 0:
                bench.progress(f"run {number} of {bench.size.runs}")
            wrong += filter(None, [one_run(bench, target)])
        seconds = time.monotonic() - began
        objects_left(objects)  # so that all is freed that will be
        grown, after = kernel_bytes() - kernel_before, state_of(target)
        bench.not_held(claims, target)
    claims.none("runs that failed", len(wrong))
    claims.equal("threads of the target", after["threads"], before["threads"])
    claims.none("descriptors of the target that changed", len(set(after["open"]) ^ set(before["open"])))
    claims.at_most("growth of the target, bytes", after["rss"] - before["rss"], TARGET_NOISE_BYTES)
    claims.at_most("growth of the kernel's memory, bytes", grown, KERNEL_NOISE_BYTES + KERNEL_BYTES_A_RUN * bench.size.runs)
    yield (f"{bench.size.runs:,} runs of 50 ms, {seconds / bench.size.runs * 1e3:.0f} ms each in all; the kernel's memory "
           f"{grown / 1e6:+.1f} MB, the target's {(after['rss'] - before['rss']) / 1e3:+.0f} kB")
    yield from sorted(set(wrong))


def watch_together(bench, claims, targets):
    """As many tools as there are targets, which may be one and the same, all there before the work begins."""
    number = bench.size.calls
    with contextlib.ExitStack() as stack:
        tools = [stack.enter_context(watching(bench, target, "--max-overhead", "none")) for target in targets]
        distinct = list({target.pid: target for target in targets}.values())
        for target in distinct:
            target.tell()
        began = time.monotonic()
        for target in distinct:
            target.wait_for_text("out", b"done\n")
        worked_s = time.monotonic() - began
        # All at once, or the last would see another load than the first.
        for tool in tools:
            tool.process.send_signal(signal.SIGINT)
        reports = [tool.wait() for tool in tools]
    for report in reports:
        claims.exact(report, number)
    bench.not_held(claims, *distinct)
    losses = collections.Counter(what for report in reports for what in stated(report))
    yield (f"{len(tools)} tools counted {min(map(calls, reports)):,} to {max(map(calls, reports)):,} of {number:,} calls; "
           f"that took {worked_s / number / len(distinct) * 1e9:,.0f} ns of time a call; "
           f"slowest report {max(tool.finish_s for tool in tools):.2f} s after the end, "
           f"peak {max(tool.peak_bytes for tool in tools) / 1e6:.0f} MB each")
    yield from (f"{what} ({times} of {len(tools)})" for what, times in losses.items())


def working_targets(bench, stack, number):
    return [stack.enter_context(working(bench, "getppid_loop", bench.size.calls, "--wait-for-start")) for _ in range(number)]


def ten_on_one(bench, claims):
    with contextlib.ExitStack() as stack:
        yield from watch_together(bench, claims, working_targets(bench, stack, 1) * TOOLS)


def ten_on_ten(bench, claims):
    with contextlib.ExitStack() as stack:
        yield from watch_together(bench, claims, working_targets(bench, stack, TOOLS))


def saturated(bench, claims):
    window_s = 2
    with contextlib.ExitStack() as stack:
        for _ in range(2 * CPUS):
            stack.enter_context(working(bench, "busy_loop"))
        target, = working_targets(bench, stack, 1)
        with watching(bench, target, "--max-overhead", "none") as tool:
            target.finish()
            report = tool.end()
            claims.exact(report, bench.size.calls)
        began = time.monotonic()
        with watching(bench, target, "-d", f"{window_s}s") as idle:
            idle.wait()
        whole_s = time.monotonic() - began
        bench.not_held(claims, target)
    cost = report["collection"]["cost"]
    claims.none("costs that are not told", sum(cost[key] is None for key in ("target_ns_per_call", "bystander_ns_per_call")))
    yield (f"{2 * CPUS} busy loops on {CPUS} CPUs: {calls(report):,} of {bench.size.calls:,} calls counted, each cost "
           f"{cost['target_ns_per_call']} ns; {costs(tool, report)}; a whole run took {whole_s / window_s:.2f} times its "
           f"window of {window_s} s")
    yield from stated(report)


CASES = {"rate": rate, "threads": threads, "fds": fds, "mappings": mappings, "runs": runs, "ten-on-one": ten_on_one,
         "ten-on-ten": ten_on_ten, "saturated": saturated}


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


class Bench:
    def __init__(self, options, folder):
        self.build = os.path.abspath(options.build)
        self.folder = folder
        self.case = ""
        self.numbers = 0
        self.size = QUICK if options.quick else FULL
        if options.minutes:
            self.size = self.size._replace(minutes=options.minutes)
        if options.rounds:
            self.size = self.size._replace(runs=options.rounds)

    def number(self):
        self.numbers += 1
        return self.numbers

    def progress(self, text):
        verdict.progress(NAME, f"{self.case}: {text}")

    def shared_counts(self, number):
        return SharedCounts(f"{self.folder}/counts", number)

    def not_held(self, claims, *targets):
        """No thread of them is stopped or traced."""
        held = 0
        for target in targets:
            for tid in os.listdir(f"/proc/{target.pid}/task"):
                with open(f"/proc/{target.pid}/task/{tid}/status", encoding="utf-8", errors="replace") as stream:
                    status = stream.read()
                held += "\nState:\tt" in status or "\nState:\tT" in status or "\nTracerPid:\t0\n" not in status
        claims.none("threads of targets that are stopped or traced", held)

    def judge(self, case):
        """A row: what was measured, and the claims. Nothing may be left of it."""
        self.case = case
        self.progress("begins")
        claims = Claims()
        before = bpf_objects()
        measured = []
        try:
            measured += CASES[case](self, claims)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            claims.none(f"it could not be carried out: {error}", 1)
        claims.none("BPF objects left", len(objects_left(before)))
        claims.none("files left", len(os.listdir(self.folder)))
        return {"case": case, "command": f"scripts/bench-load {case}", "measured": measured, "claims": claims.all,
                "pass": all(measured <= limit for _, measured, limit in claims.all)}


def measure(options):
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, folder)
        table = [bench.judge(case) for case in options.cases or CASES]
    goals = [(f"{row['case']}: {what}", measured, limit) for row in table for what, measured, limit in row.pop("claims")]
    return verdict.summary_of(bench.size.runs, goals, rows=table)


def print_markdown(summary):
    machine = summary["machine"]
    print(f"Linux {machine['kernel']}, {machine['arch']}, {machine['cpus']} CPUs.\n")
    print("| case | command | what was measured | result |\n| --- | --- | --- | --- |")
    for row in summary["rows"]:
        print(f"| {row['case']} | `{row['command']}` | {'; '.join(row['measured'])} | {'holds' if row['pass'] else 'FAILS'} |")
    for goal in summary["goals"]:
        if not goal["pass"]:
            print(f"\nNot held: {goal['goal']}: {goal['measured']:,.6g}, at most {goal['at_most']:,.6g}")


def why_not_here():
    if os.geteuid() != 0:
        return "needs root, to load BPF programs"
    if not os.access("/sys/kernel/btf/vmlinux", os.R_OK):
        return "this kernel has no BTF: no /sys/kernel/btf/vmlinux"
    return "" if shutil.which("bpftool") else "bpftool is not installed: scripts/install-deps test"


def main():
    parser = verdict.parser_of(NAME, __doc__.split("\n\n", maxsplit=1)[1], FULL.runs, QUICK.runs,
                               quick="a tenth of the load, or less: for tests")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("cases", nargs="*", metavar="CASE", help="only these (default all)")
    parser.add_argument("--minutes", type=float, metavar="N",
                        help=f"how long the case rate goes on (default {FULL.minutes}, with --quick {QUICK.minutes})")
    options = parser.parse_args()
    if unknown := [case for case in options.cases if case not in CASES]:
        parser.error(f"no such case: {', '.join(unknown)}")
    if why := why_not_here():
        print(f"SKIP: {why}")
        return 77
    # So that what was started ends, and what was raised is as before.
    signal.signal(signal.SIGTERM, lambda *unused: sys.exit(143))
    return verdict.run(NAME, options, measure, print_markdown)


if __name__ == "__main__":
    sys.exit(main())
