# SPDX-License-Identifier: Apache-2.0
"""The tracers that scripts/bench-overhead compares: how each is started, and how one knows that it is attached."""

import contextlib
import os
import shutil


class Tracer:
    def __init__(self, name, argv, attached, bystander=True, program=None):
        self.name = name
        self.argv = argv            # function of the PID
        self.attached = attached    # function of the Child: waits until it is
        self.bystander = bystander  # whether other processes can be slowed down at all
        self.program = program      # that has to be installed; None: it is built here


def says(stream, text):
    return lambda child: child.wait_for_text(stream, text)


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


BPFTRACE_COUNT = """BEGIN { printf("watching\\n"); }
tracepoint:raw_syscalls:sys_enter /pid == %d/ { @calls[args->id] = count(); }"""

BPFTRACE_HIST = """BEGIN { printf("watching\\n"); }
tracepoint:raw_syscalls:sys_enter /pid == %d/ { @start[tid] = nsecs; @calls[args->id] = count(); }
tracepoint:raw_syscalls:sys_exit /@start[tid]/ {
  @ns[args->id] = hist(nsecs - @start[tid]); delete(@start[tid]);
}"""

FLOOR = "two empty programs (the floor)"
EVERY_CALL = "debug-process --max-overhead none"
DEFAULT = "debug-process"


def sees_every_call(name):
    return name != DEFAULT and "--backend" not in name


def all_tracers(build):
    def ours(name, *options, bystander=True):
        return Tracer(name, lambda pid: [f"{build}/debug-process", "--json", "--verbose", "-d", "600s", *options, str(pid)],
                      says("err", b"watching"), bystander)

    return [
        Tracer(FLOOR, lambda pid: [f"{build}/bench/floor"], says("out", b"watching")),
        # For the reader: what of the tool's cost is the clock, which no measurement of latencies can do without.
        Tracer("two programs that only read the clock", lambda pid: [f"{build}/bench/floor", "--clock"],
               says("out", b"watching")),
        ours(EVERY_CALL, "--backend", "bpf", "--max-overhead", "none"),
        ours(DEFAULT, "--backend", "bpf"),
        ours("debug-process --backend ptrace", "--backend", "ptrace", bystander=False),
        ours("debug-process --backend sampling", "--backend", "sampling", bystander=False),
        Tracer("bpftrace count()", lambda pid: ["bpftrace", "-e", BPFTRACE_COUNT % pid], says("out", b"watching"),
               program="bpftrace"),
        Tracer("bpftrace count() and hist()", lambda pid: ["bpftrace", "-e", BPFTRACE_HIST % pid],
               says("out", b"watching"), program="bpftrace"),
        Tracer("syscount -L (libbpf-tools)", lambda pid: ["syscount", "-L", "-p", str(pid)], holds_probe,
               program="syscount"),
        Tracer("perf trace -s", lambda pid: ["perf", "trace", "-s", "-p", str(pid)], holds_probe, program="perf"),
        Tracer("strace -c -f", lambda pid: ["strace", "-c", "-f", "-p", str(pid)], says("err", b"attached"),
               bystander=False, program="strace"),
    ]


def installed(tracers):
    """Those that can run here, and the names of the programs that are not there."""
    there = [tracer for tracer in tracers if tracer.program is None or shutil.which(tracer.program)]
    missing = sorted({tracer.program for tracer in tracers if tracer not in there})
    return there, missing
