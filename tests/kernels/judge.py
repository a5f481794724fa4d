#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges what tests/kernels/init sent: judge.py RESULTS-DIRECTORY VERSION [--record].

Prints one line: a remark when all is well, otherwise what is wrong; the exit status is 1 then. How many instructions the
verifier looks at in each program on that kernel is held against verified.json, beside this file; --record writes it.
"""

import json
import pathlib
import sys
from collections.abc import Iterator

BUCKET = 2 ** (1 / 8)
SLEEP_NS = 500e6
BPF_RUNS = ("command", "follow", "opens", "int80", "ending", "sleeper", "blocked", "namespace")
WATCHED_RUNS = ("opens", "int80", "ending")
EXIT_NO_PERMISSION = "4"
EXIT_STATUSES = {"follow": "3"}  # the command's own
UNSUPPORTED = "unsupported"


VERIFIED = pathlib.Path(__file__).with_name("verified.json")
# Another release of the same kernel may take a few more; what a change of ours adds is seen well before the kernel's limit
# of a million.
MOST_OF_VERIFIED = 1.1


class Wrong(Exception):
    """A run that did not give what it must."""


class Run:
    """One run of the tool: its report and what else the guest noted."""

    def __init__(self, directory: pathlib.Path, name: str) -> None:
        self.name = name
        self._directory = directory

    def note(self, suffix: str) -> str:
        path = self._directory / f"{self.name}.{suffix}"
        return path.read_text(errors="replace").strip() if path.exists() else ""

    @property
    def report(self) -> dict:
        try:
            return json.loads(self.note("json"))
        except ValueError:
            words = self.note("err").splitlines() or ["nothing"]
            raise Wrong(f"no report: exit status {self.note('status') or 'none'}, it said: {words[-1]}") from None

    def rows(self, section: str, table: str, **where) -> list[dict]:
        rows = self.report["sections"][section]["tables"].get(table, [])
        return [row for row in rows if all(row.get(key) == value for key, value in where.items())]

    def row(self, section: str, table: str, **where) -> dict:
        found = self.rows(section, table, **where)
        if len(found) != 1:
            raise Wrong(f"{len(found)} rows with {where} in {section}.{table}")
        return found[0]


def expect_equal(what: str, got, expected) -> None:
    if got != expected:
        raise Wrong(f"{what} is {got!r}, not {expected!r}")


def judge_bpf(run: Run) -> None:
    """Holds for every run with BPF."""
    report = run.report
    expect_equal("exit status", run.note("status"), EXIT_STATUSES.get(run.name, "0"))
    if report["run"]["backend"] != "bpf":
        raise Wrong(f"backend {report['run']['backend']}: {report['run']['backend_reason']}")
    expect_equal("counts", report["collection"]["counts"], "exact")
    losses = {what: count for what, count in report["collection"]["losses"].items() if count}
    # Skipped runs are counted for the whole machine: they may be another process's, and must then only be told.
    if unexplained := {what: count for what, count in losses.items() if what != "skipped_runs"}:
        raise Wrong(f"losses: {unexplained}")


def judge_nothing_left(run: Run) -> None:
    objects = run.note("objects").splitlines()
    if not objects or run.note("seen").splitlines() != objects:
        seen = len(run.note("seen").splitlines())
        raise Wrong(f"the tool holds {len(objects)} BPF objects, of which bpftool sees {seen}")
    if left := run.note("left").splitlines():
        raise Wrong(f"left in the kernel: {', '.join(left)}")


def judge_command(run: Run) -> None:
    expect_equal("calls of getppid", run.row("syscalls", "syscalls", syscall="getppid")["calls"], 100_000)
    expect_equal("calls of exit_group", run.row("syscalls", "syscalls", syscall="exit_group")["calls"], 1)
    expect_equal("ended by", run.report["run"]["ended_by"], "target-exit")


def judge_follow(run: Run) -> None:
    # The shell asks once too, for its $PPID.
    expect_equal("calls of getppid", run.row("syscalls", "syscalls", syscall="getppid")["calls"], 500 + 700 + 1)
    expect_equal("processes", run.report["sections"]["process"]["metrics"]["processes"], 3)


def judge_ptrace(run: Run) -> None:
    expect_equal("exit status", run.note("status"), "0")
    expect_equal("backend", run.report["run"]["backend"], "ptrace")
    expect_equal("counts", run.report["collection"]["counts"], "exact")
    expect_equal("calls of getppid", run.row("syscalls", "syscalls", syscall="getppid")["calls"], 1000)


def judge_sampling(run: Run) -> None:
    expect_equal("backend", run.report["run"]["backend"], "sampling")
    share = run.row("syscalls", "time_shares", thread="in-epoll")
    expect_equal("what in-epoll is blocked in", share["syscall"], "epoll_pwait")


def judge_opens(run: Run) -> None:
    error = run.row("errors", "errors", syscall="openat", errno="ENOENT")
    expect_equal("failed opens", error["calls"], 1000)
    if "/no/such/directory/file" not in (error["example"] or ""):
        raise Wrong(f"example of the failed opens is {error['example']!r}")


def judge_int80(run: Run) -> None:
    expect_equal("32-bit getpid", run.row("syscalls", "syscalls", syscall="getpid", abi="i386")["calls"], 1000)
    expect_equal("64-bit getpid", run.row("syscalls", "syscalls", syscall="getpid", abi="x86_64")["calls"], 500)


def judge_ending(run: Run) -> None:
    expect_equal("exit code", (run.report["target"]["exit"] or {}).get("code"), 7)


def judge_sleeper(run: Run) -> None:
    sleep = run.row("syscalls", "syscalls", syscall="clock_nanosleep")
    if not SLEEP_NS / BUCKET < sleep["p50_ns"] < SLEEP_NS * BUCKET:
        raise Wrong(f"p50 of a sleep of {SLEEP_NS:.0f} ns is {sleep['p50_ns']}")
    if sleep["min_ns"] < SLEEP_NS:
        raise Wrong(f"a sleep of {SLEEP_NS:.0f} ns took {sleep['min_ns']}")


def judge_blocked(run: Run) -> None:
    for thread, syscall in {"in-epoll": "epoll_pwait", "in-futex": "futex", "in-read": "read",
                            "in-sleep": "clock_nanosleep"}.items():
        row = run.row("syscalls", "in_flight", thread=thread)
        expect_equal(f"what {thread} is blocked in", row["syscall"], syscall)
        expect_equal(f"{thread} was so before", row["started_before_window"], True)


def judge_namespace(run: Run) -> None:
    expect_equal("calls of getppid", run.row("syscalls", "syscalls", syscall="getppid")["calls"], 1000)


def judge_no_btf(run: Run) -> None:
    report = run.report
    expect_equal("exit status", run.note("status"), "0")
    expect_equal("backend", report["run"]["backend"], "ptrace")
    if "no BTF" not in report["run"]["backend_reason"]:
        raise Wrong(f"reason for this backend: {report['run']['backend_reason']}")
    for name in ("process", "threads", "files", "memory"):
        expect_equal(f"section {name}", report["sections"][name]["status"], "complete")


def judge_no_btf_insisting(run: Run) -> None:
    expect_equal("exit status", run.note("status"), EXIT_NO_PERMISSION)
    if "no BTF" not in run.note("err"):
        raise Wrong(f"it does not say why: {run.note('err')}")


JUDGES = {"command": judge_command, "follow": judge_follow, "ptrace": judge_ptrace, "sampling": judge_sampling,
          "opens": judge_opens, "int80": judge_int80, "ending": judge_ending,
          "sleeper": judge_sleeper, "blocked": judge_blocked, "namespace": judge_namespace, "no-btf": judge_no_btf,
          "no-btf-insisting": judge_no_btf_insisting}


def kernel_complaints(directory: pathlib.Path) -> Iterator[str]:
    path = directory / "complaints"
    if not path.exists():
        yield "the guest did not come to its end"
        return
    for line in path.read_text(errors="replace").splitlines():
        if "soft lockup" not in line:  # a busy machine makes an emulated one look so
            yield f"the kernel complains: {line}"


def verified(runs: dict[str, Run]) -> dict[str, int]:
    """By program; empty where the kernel does not tell."""
    lines = [line.split() for name in WATCHED_RUNS if name in runs for line in runs[name].note("verified").splitlines()]
    counts: dict[str, int] = {}
    for name, count in lines:
        counts[name] = max(counts.get(name, 0), int(count))
    return dict(sorted(counts.items()))


def too_many_verified(version: str, counts: dict[str, int]) -> Iterator[str]:
    recorded = json.loads(VERIFIED.read_text()).get(version) if VERIFIED.exists() else None
    if recorded is None:
        yield f"no counts of {version} in {VERIFIED.name}: run with --record"
        return
    for name, count in counts.items():
        if name not in recorded:
            yield f"{name} is not in {VERIFIED.name}: run with --record"
        elif count > recorded[name] * MOST_OF_VERIFIED:
            yield f"the verifier looks at {count} instructions of {name}, and did at {recorded[name]}"


def record(version: str, counts: dict[str, int]) -> None:
    known = json.loads(VERIFIED.read_text()) if VERIFIED.exists() else {}
    known[version] = counts
    VERIFIED.write_text(json.dumps(dict(sorted(known.items())), indent=2) + "\n")


def problems(runs: dict[str, Run]) -> Iterator[str]:
    for name, judge in JUDGES.items():
        run = runs[name]
        judges = [judge_bpf] if name in BPF_RUNS else []
        judges += [judge_nothing_left] if name in WATCHED_RUNS else []
        try:
            for each in [*judges, judge]:
                each(run)
        except Wrong as wrong:
            yield f"{name}: {wrong}"
        except (KeyError, TypeError) as missing:
            yield f"{name}: the report lacks {missing}"


def remarks(runs: dict[str, Run], without_int80: bool) -> Iterator[str]:
    startup = [runs[name].report["run"]["startup_ns"] / 1e6 for name in BPF_RUNS if name in runs]
    if counts := verified(runs):
        yield f"{sum(counts.values()):,} instructions verified in {len(counts)} programs"
    yield f"attached {min(startup):.0f} to {max(startup):.0f} ms after exec, emulated"
    if without_int80:
        yield "32-bit calls not tested: it has none"
    skipped = [run.name for run in runs.values() if run.report["collection"]["losses"].get("skipped_runs")]
    if skipped:
        yield f"skipped runs told of in {', '.join(skipped)}"


def main() -> int:
    directory = pathlib.Path(sys.argv[1])
    runs = {name: Run(directory, name) for name in JUDGES}
    without_int80 = UNSUPPORTED in runs["int80"].note("said")
    if without_int80:
        del runs["int80"], JUDGES["int80"]
    counts = verified(runs)
    if "--record" in sys.argv[3:]:
        record(sys.argv[2], counts)
    if wrong := [*problems(runs), *kernel_complaints(directory), *too_many_verified(sys.argv[2], counts)]:
        print("; ".join(wrong))
        return 1
    del runs["no-btf-insisting"]
    print("; ".join(remarks(runs, without_int80)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
