# SPDX-License-Identifier: Apache-2.0
"""Targets whose calls are counted by another than the tool: for scripts/bench-cap and scripts/bench-ptrace."""

import contextlib
import mmap
import sys
import tempfile
import time

from children import TRACER_CPU, Child


def per_call(begin, end):
    """Nanoseconds, between two answers of `now()`."""
    return (end[1] - begin[1]) / max(end[0] - begin[0], 1)


class CountedLoop(Child):
    """A workload that counts its calls in the first 8 bytes of a file which it shares; left to the scheduler."""

    def __init__(self, build, workload="hot_loop", *words):
        self.folder = tempfile.TemporaryDirectory()
        self.count = None
        self.file = f"{self.folder.name}/count"
        super().__init__([f"{build}/workloads/{workload}", self.file, *words])

    def __enter__(self):
        self.wait_for_text("out", b"ready")
        with open(self.file, "rb") as stream:
            self.count = mmap.mmap(stream.fileno(), 8, access=mmap.ACCESS_READ)
        return self

    def __exit__(self, *unused):
        super().__exit__(*unused)
        if self.count:
            self.count.close()
        self.folder.cleanup()

    def now(self):
        """Calls so far, and the time in nanoseconds."""
        return int.from_bytes(self.count[:8], sys.byteorder), time.monotonic_ns()

    def operations(self):
        return self.now()[0]

    def ns_per_call(self, seconds):
        begin = self.now()
        time.sleep(seconds)
        return per_call(begin, self.now())


class CountedServer:
    """A server under load, of loads.py, whose calls a BPF program of our own counts all the time."""

    def __init__(self, build, server):
        self.build = build
        self.server = server
        self.stack = contextlib.ExitStack()
        self.pid = self.counter = None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.pid = stack.enter_context(self.server).pid
            self.counter = stack.enter_context(Child([f"{self.build}/bench/floor", "--count", str(self.pid)], TRACER_CPU))
            self.counter.wait_for_text("out", b"watching\n")
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *unused):
        self.stack.close()

    def now(self):
        """Calls so far, and the time in nanoseconds."""
        self.counter.said["out"] = b""
        self.counter.tell()
        self.counter.wait_for(lambda: self.counter.said["out"].endswith(b"\n"), "a count")
        return int(self.counter.said["out"]), time.monotonic_ns()

    def operations(self):
        return self.server.operations()
