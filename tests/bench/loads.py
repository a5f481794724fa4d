# SPDX-License-Identifier: Apache-2.0
"""What scripts/bench-overhead watches: loops with nothing but system calls, and servers that are kept busy.

A load is used within a `with`; `watched()` begins one measurement, and gives the process to attach to and a function
that measures: the wall nanoseconds of one operation (a call, a request, a transaction), as (typical, mean)."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

from children import TARGET_CPU, TRACER_CPU, Child, pinned

SETTLE_S = 0.3
PATIENCE_S = 30.0


def wait_until(condition, what):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: not within {PATIENCE_S:.0f} s")
        time.sleep(0.01)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


class Loop:
    """bench/syscall_cost: a new one for each measurement. The mix has four threads, on all CPUs."""

    operation = "call"
    quick = True  # to measure once more
    names = {"getppid": "getppid loop", "read": "1-byte reads", "mix": "4 threads, 5 calls mixed", "write": "1-byte writes",
             "poll": "poll of one descriptor", "open": "open and close", "missing": "open of a missing file",
             "stat": "stat of a path", "futex": "futex, nobody waits"}

    def __init__(self, build, call, seconds):
        self.call = call
        self.one_call = call != "mix"  # over and over: nanoseconds can be held against the floor's
        self.argv = [f"{build}/bench/syscall_cost", call, str(int(seconds * 1000))]
        self.cpu = None if call == "mix" else TARGET_CPU
        self.name = self.names[call]
        self.missing = None

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        pass

    @contextlib.contextmanager
    def watched(self):
        with Child(self.argv, self.cpu) as loop:
            loop.wait_for_text("out", b"ready")

            def measure(tracer):
                loop.tell()

                def told():
                    if tracer:
                        tracer.run_for(0.001)
                    return b"mean" in loop.said["out"] and loop.said["out"].endswith(b"\n")
                loop.wait_for(told, "a measurement")
                words = loop.said["out"].split()
                return float(words[-3]), float(words[-1])
            yield loop.pid, measure


class Server:
    """One that is under load from the `with` on; subclasses start it and tell how many operations it has done."""

    one_call = False
    quick = False

    def __init__(self, seconds):
        self.seconds = seconds
        self.stack = contextlib.ExitStack()
        self.pid = None  # to attach to

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.folder = stack.enter_context(tempfile.TemporaryDirectory())
            self.stack = stack
            self.start()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *unused):
        self.stack.close()

    def run(self, argv, cpu, **more):
        """Until the end of the `with`."""
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, preexec_fn=pinned(cpu),
                                   **{"stderr": subprocess.DEVNULL, **more})

        def end():
            process.terminate()
            process.wait()
        self.stack.callback(end)
        return process

    @contextlib.contextmanager
    def watched(self):
        yield self.pid, self.measure

    def measure(self, tracer):
        wait = tracer.run_for if tracer else time.sleep
        wait(SETTLE_S)
        began, before = time.monotonic_ns(), self.operations()
        wait(self.seconds)
        ended, after = time.monotonic_ns(), self.operations()
        if after == before:
            raise RuntimeError(f"{self.name}: nothing was served")
        cost = (ended - began) / (after - before)
        return cost, cost


class Redis(Server):
    name = "redis-server, GET"
    operation = "request"

    def __init__(self, seconds, clients=20):
        super().__init__(seconds)
        self.clients = clients
        self.missing = None if shutil.which("redis-server") and shutil.which("redis-benchmark") else "redis-server, redis-tools"

    def start(self):
        port = free_port()
        server = self.run(["redis-server", "--port", str(port), "--save", "", "--appendonly", "no"], TARGET_CPU,
                          cwd=self.folder)
        self.pid = server.pid
        wait_until(lambda: accepts(port), "redis-server")
        self.connection = self.stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        if self.clients:
            self.run(["redis-benchmark", "-p", str(port), "-t", "get", "-c", str(self.clients), "-n", "2000000000", "-q"],
                     TRACER_CPU)
            first = self.operations()
            wait_until(lambda: self.operations() > first + 1000, "redis-benchmark")

    def operations(self):
        self.connection.sendall(b"INFO stats\r\n")
        answer = b""
        while not answer.endswith(b"\r\n") or b"total_commands_processed:" not in answer:
            answer += self.connection.recv(65536)
        return int(answer.split(b"total_commands_processed:")[1].split()[0])


class Nginx(Server):
    name = "nginx, 1 KB file"
    operation = "request"
    configuration = """
user root; worker_processes 1; daemon off; pid nginx.pid; error_log error.log;
events {{ worker_connections 64; }}
http {{ access_log off; keepalive_requests 1000000000; server {{ listen 127.0.0.1:{port}; root {folder};
  location = /status {{ stub_status; }} }} }}
"""

    def __init__(self, seconds):
        super().__init__(seconds)
        self.missing = None if shutil.which("nginx") and shutil.which("wrk") else "nginx-light, wrk"

    def start(self):
        self.port = free_port()
        with open(f"{self.folder}/nginx.conf", "w", encoding="ascii") as file:
            file.write(self.configuration.format(port=self.port, folder=self.folder))
        with open(f"{self.folder}/page.html", "wb") as file:
            file.write(b"x" * 1024)
        master = self.run(["nginx", "-p", self.folder, "-c", f"{self.folder}/nginx.conf"], TARGET_CPU)
        wait_until(lambda: accepts(self.port) and children_of(master.pid), "nginx")
        self.pid = children_of(master.pid)[0]
        self.run(["wrk", "-t1", "-c10", "-d", "24h", f"http://127.0.0.1:{self.port}/page.html"], TRACER_CPU)
        first = self.operations()
        wait_until(lambda: self.operations() > first + 1000, "wrk")

    def operations(self):
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(b"GET /status HTTP/1.0\r\n\r\n")
            answer = b""
            while some := connection.recv(4096):
                answer += some
        # Accepted, handled, requests: ngx_http_stub_status_module.
        return int(answer.split(b"requests\n")[1].split()[2])


class Postgres(Server):
    name = "PostgreSQL, pgbench -S"
    operation = "transaction"

    def __init__(self, seconds):
        super().__init__(seconds)
        self.programs = self.find_programs()
        self.missing = None if self.programs and shutil.which("setpriv") else "postgresql"

    @staticmethod
    def find_programs():
        base = "/usr/lib/postgresql"
        versions = sorted(os.listdir(base), key=float) if os.path.isdir(base) else []
        return f"{base}/{versions[-1]}/bin" if versions else None

    def as_postgres(self, program, *options):
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", f"{self.programs}/{program}", *options]

    def start(self):
        port = str(free_port())
        user = pwd.getpwnam("postgres")
        os.chown(self.folder, user.pw_uid, user.pw_gid)
        there = ["-h", self.folder, "-p", port]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": self.folder, "check": True}
        subprocess.run(self.as_postgres("initdb", "-D", f"{self.folder}/data", "-A", "trust", "-N"), **quiet)
        server = self.run(self.as_postgres("postgres", "-D", f"{self.folder}/data", "-k", self.folder, "-p", port,
                                           "-c", "listen_addresses=", "-c", "fsync=off"), TARGET_CPU, cwd=self.folder)
        # Its children end only with its own word: fast shutdown.
        self.stack.callback(server.send_signal, 2)
        wait_until(lambda: subprocess.run([f"{self.programs}/pg_isready", *there], stdout=subprocess.DEVNULL,
                                          check=False).returncode == 0, "PostgreSQL")
        subprocess.run(self.as_postgres("pgbench", "-i", "-q", *there, "postgres"), **quiet)
        self.client = Child(self.as_postgres("pgbench", "-S", "-n", "-c", "1", "-T", "1000000", "-P", "1", *there,
                                             "postgres"), TRACER_CPU)
        self.stack.enter_context(self.client)
        self.client.wait_for_text("err", b"progress:")
        self.pid = next(child for child in children_of(server.pid) if self.is_session(child))

    @staticmethod
    def is_session(pid):
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            title = file.read()
        return b" SELECT" in title or b" idle" in title

    def measure(self, tracer):
        """pgbench says each second how many transactions it had: the first whole second is taken."""
        self.client.read_some(0)
        self.client.said["err"] = b""

        def told():
            if tracer:
                tracer.run_for(0.001)
            return self.client.said["err"].count(b" tps") >= 2
        self.client.wait_for(told, "two seconds of progress")
        line = self.client.said["err"].splitlines()[1]
        cost = 1e9 / float(line.split(b" tps")[0].split()[-1])
        return cost, cost


def all_loads(build, seconds):
    return [Loop(build, "getppid", seconds), Loop(build, "read", seconds), Loop(build, "mix", seconds), Redis(seconds),
            Nginx(seconds), Postgres(seconds)]
