# SPDX-License-Identifier: Apache-2.0
"""The cases of scripts/bench-load. Each takes the bench and its claims, and yields lines of what was measured."""

import collections
import contextlib
import os
import resource
import signal
import subprocess
import time

from watched import (PATIENCE_S, Tool, bpf_objects, calls, costs, kernel_bytes, memory_of, metric, made_in_window, objects_left,
                     read_report, rows, sample, state_of, stated, watching, working)

CPUS = os.cpu_count() or 1
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
    made = made_in_window(track, report)
    off = calls(report) / made - 1
    error = report["collection"]["counts_error_ratio"]
    if not error:
        raise RuntimeError(f"a scaled count without its error: {report['collection']}")
    return abs(off) / error, report["collection"]["coverage_ratio"], off, error


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
