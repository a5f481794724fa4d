# SPDX-License-Identifier: Apache-2.0
"""A child process of a benchmark: pinned, talked to by lines, ended with the `with`."""

import contextlib
import os
import select
import signal
import subprocess
import time

TARGET_CPU = 0
TRACER_CPU = 1 if (os.cpu_count() or 1) > 1 else 0
PATIENCE_S = 60.0
FAREWELL_S = 5.0


def pinned(cpu):
    """For preexec_fn; None is wherever the scheduler likes."""
    return None if cpu is None else lambda: os.sched_setaffinity(0, {cpu})


class Child:
    """Killed and reaped at the end of the `with`; its CPU time, with its children's, is known from then on."""

    def __init__(self, argv, cpu=None, **how):
        self.argv = argv
        self.said = {"out": b"", "err": b""}
        self.cpu_ns = None
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        preexec_fn=pinned(cpu), **how)
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

    def has_ended(self):
        """Reaps it by wait4, which alone tells its CPU time."""
        if self.process.returncode is None:
            with contextlib.suppress(ChildProcessError):
                pid, status, usage = os.wait4(self.pid, os.WNOHANG)
                if pid:
                    self.process.returncode = os.waitstatus_to_exitcode(status)
                    self.cpu_ns = (usage.ru_utime + usage.ru_stime) * 1e9
        return self.process.returncode is not None

    def wait_for(self, condition, what):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.read_some(0.01)
            if self.has_ended() or time.monotonic() > end:
                raise RuntimeError(f"{' '.join(self.argv)}: {what} did not come\n"
                                   + self.said["err"].decode(errors="replace"))

    def wait_for_text(self, stream, text):
        self.wait_for(lambda: text in self.said[stream], text.decode())

    def run_for(self, seconds):
        """Reads what it says meanwhile, so that it never waits for us."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read_some(left)
            if self.has_ended():
                raise RuntimeError(f"{' '.join(self.argv)}: ended too early\n" + self.said["err"].decode(errors="replace"))

    def tell(self, line=""):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def interrupt(self):
        """Ends a tracer in the orderly way, so that it detaches before the next measurement."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        self.process.stdin.close()
        end = time.monotonic() + FAREWELL_S
        while not self.has_ended() and time.monotonic() < end:
            self.read_some(0.01)
