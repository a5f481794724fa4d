#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Judges what tests/kernels/init sent from a guest.

judge.py [--record] DIRECTORY KERNEL RELEASE   of DIRECTORY/results: one line, with exit status 1 what is wrong
judge.py --markdown DIRECTORY...               what was judged before, as a table

How much the verifier has to do for each program on that kernel is held against verified.json, beside this file; --record
writes it.
"""

import fcntl
import fnmatch
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator

HERE = pathlib.Path(__file__).parent
VERIFIED = HERE / "verified.json"
LEFT_OUT = HERE / "left-out"
HIDDEN = "-without-btf"
EXIT_NO_PERMISSION = "4"
# Another release of the same kernel may take a few more; what a change of ours adds is seen well before the limit.
MOST_OF_RECORDED = 1.1
VERIFIER_LINE = re.compile(r"verifier of (\w+): .*?processed (\d+) insns \(limit (\d+)\)")
FILES = 100000
SIZE_LINE = re.compile(r"(\w+): (\d+) instructions as loaded")


class Wrong(Exception):
    """A run that did not give what it must."""


def expect(what: str, got, expected) -> None:
    if got != expected:
        raise Wrong(f"{what} is {got!r}, not {expected!r}")


def expect_text(what: str, text: str, part: str) -> None:
    if part not in text:
        raise Wrong(f"{what} does not say {part!r} but {text!r}")


class Run:
    """One run of the tool: its report and what else the guest noted."""

    def __init__(self, results: pathlib.Path, name: str) -> None:
        self.name = name
        self._results = results

    def note(self, suffix: str) -> str:
        path = self._results / f"{self.name}.{suffix}"
        return path.read_text(errors="replace").strip() if path.exists() else ""

    @property
    def report(self) -> dict:
        try:
            return json.loads(self.note("json"))
        except ValueError:
            words = self.note("err").splitlines() or ["nothing"]
            raise Wrong(f"no report: exit status {self.note('status') or 'none'}, it said: {words[-1]}") from None

    def row(self, section: str, table: str, **where) -> dict:
        rows = self.report["sections"][section]["tables"].get(table, [])
        found = [row for row in rows if all(row.get(key) == value for key, value in where.items())]
        if len(found) != 1:
            raise Wrong(f"{len(found)} rows with {where} in {section}.{table}")
        return found[0]

    def calls(self, syscall: str) -> int:
        return self.row("syscalls", "syscalls", syscall=syscall)["calls"]


def expect_bpf(run: Run, status: str = "0") -> None:
    expect("exit status", run.note("status"), status)
    report = run.report
    if report["run"]["backend"] != "bpf":
        raise Wrong(f"backend {report['run']['backend']}: {report['run']['backend_reason']}")
    expect("counts", report["collection"]["counts"], "exact")
    # Skipped runs are counted for the whole machine: they may be another process's, and must then only be told.
    losses = {what: count for what, count in report["collection"]["losses"].items() if count and what != "skipped_runs"}
    expect("losses", losses, {})


def backend_in(doctor: Run, backend: str) -> dict:
    return doctor.row("backends", "backends", backend=backend)


def judge_doctor(run: Run) -> None:
    expect("exit status", run.note("status"), "0")
    for backend in ("bpf", "ptrace", "sampling"):
        expect(f"that {backend} works", backend_in(run, backend)["works"], True)


# Where BTF is hidden.


def judge_fallback(run: Run) -> None:
    expect("exit status", run.note("status"), "0")
    expect("backend", run.report["run"]["backend"], "ptrace")
    expect_text("the reason for this backend", run.report["run"]["backend_reason"], "no BTF")
    for name in ("process", "threads", "files", "memory"):
        expect(f"section {name}", run.report["sections"][name]["status"], "complete")


def judge_insisting(run: Run) -> None:
    expect("exit status", run.note("status"), EXIT_NO_PERMISSION)
    expect_text("its message", run.note("err"), "no BTF")
    expect_text("its message", run.note("err"), "--btf")


def judge_doctor_without(run: Run) -> None:
    expect("that bpf works", backend_in(run, "bpf")["works"], False)
    expect_text("the reason", backend_in(run, "bpf")["explanation"], "no BTF")
    expect_text("the remedies", json.dumps(run.report["doctor"]["remedies"]), "--btf")


def judge_given(run: Run) -> None:
    expect_bpf(run)
    expect("calls of getppid", run.calls("getppid"), 12345)


def judge_given_follow(run: Run) -> None:
    expect_bpf(run, status="3")  # the command's own
    # The shell asks once too, for its $PPID.
    expect("calls of getppid", run.calls("getppid"), 500 + 700 + 1)
    expect("processes", run.report["sections"]["process"]["metrics"]["processes"], 3)


def judge_given_errors(run: Run) -> None:
    expect_bpf(run, status="1")  # the command's own
    expect("call that failed", run.row("errors", "objects", object="/no/such/file")["errno"], "ENOENT")


def judge_files(run: Run) -> None:
    expect_bpf(run)
    files = run.report["sections"]["files"]["metrics"]["open"]
    if files < FILES:
        raise Wrong(f"{files} open files, not {FILES} and a few")


JUDGES = {"auto": expect_bpf, "doctor": judge_doctor, "follow": expect_bpf, "files": judge_files, "namespace": expect_bpf}
JUDGES_WITHOUT_BTF = {"auto": judge_fallback, "doctor": judge_doctor_without, "insisting": judge_insisting,
                      "doctor-given": judge_doctor, "given": judge_given, "given-follow": judge_given_follow,
                      "given-errors": judge_given_errors, "given-look": expect_bpf}
# Those that say what was loaded.
LOOKS = ("auto", "follow", "files", "namespace", "given-look", "given-follow")


def left_out_patterns() -> Iterator[tuple[str, str]]:
    """(pattern, reason), in the order of the file: a reason on a line of its own, below it its patterns, indented."""
    reason = ""
    for line in LEFT_OUT.read_text().splitlines():
        if line.startswith(" "):
            yield line.strip(), reason
        elif line and not line.startswith("#"):
            reason = line


class Tests:
    """What GoogleTest says of the end-to-end tests in the guest."""

    def __init__(self, results: pathlib.Path) -> None:
        self.skipped: Counter[str] = Counter()
        self.failed: dict[str, str] = {}
        self.passed = 0
        self.seconds = 0.0
        self.problems: list[str] = []
        self._count_results(results / "tests.xml")
        self.left_out = self._count_left_out(results / "tests.list")

    def _count_results(self, path: pathlib.Path) -> None:
        try:
            root = ElementTree.parse(path).getroot()
        except (OSError, ElementTree.ParseError) as error:
            self.problems.append(f"the tests did not come to their end: {error}")
            return
        self.seconds = float(root.get("time", "0"))
        for case in root.iter("testcase"):
            name = f"{case.get('classname')}.{case.get('name')}"
            if (failure := case.find("failure")) is not None:
                self.failed[name] = " ".join((failure.get("message") or "").split())
            elif (skip := case.find("skipped")) is not None:
                # "file:line" and then why.
                self.skipped[(skip.get("message") or "no reason given").strip().splitlines()[-1]] += 1
            elif case.get("result") == "completed":
                self.passed += 1
        if not self.passed:
            self.problems.append("no test passed")

    def _count_left_out(self, path: pathlib.Path) -> Counter[str]:
        names = []
        suite = ""
        for line in path.read_text().splitlines() if path.exists() else []:
            word = line.split("#")[0].rstrip()
            if line.startswith(" "):
                names.append(suite + word.strip())
            elif word.endswith("."):
                suite = word
        counts: Counter[str] = Counter()
        for pattern, reason in left_out_patterns():
            found = fnmatch.filter(names, pattern)
            if not found:
                self.problems.append(f"{LEFT_OUT.name}: no test is {pattern}")
            names = [name for name in names if name not in found]
            counts[reason] += len(found)
        return counts

    def wrong(self) -> Iterator[str]:
        yield from self.problems
        for name, message in self.failed.items():
            yield f"{name}: {message[:200]}"


def programs_seen(runs: list[Run]) -> dict[str, dict[str, int]]:
    """By program: "instructions", as loaded, and of how many the verifier "processed" the state: the most of all runs."""
    seen: dict[str, dict[str, int]] = {}
    for run in runs:
        sizes = {name: int(instructions) for name, instructions in SIZE_LINE.findall(run.note("err"))}
        for name, processed, limit in VERIFIER_LINE.findall(run.note("err")):
            row = seen.setdefault(name, {"instructions": 0, "processed": 0})
            row["instructions"] = max(row["instructions"], sizes.get(name, 0))
            row["processed"] = max(row["processed"], int(processed))
            row["limit"] = int(limit)
    return dict(sorted(seen.items()))


def beyond_recorded(kernel: str, seen: dict[str, dict[str, int]]) -> Iterator[str]:
    recorded = json.loads(VERIFIED.read_text()).get(kernel)
    if recorded is None or set(recorded) != set(seen):
        yield f"the programs are {', '.join(seen) or 'not told of'}, and in {VERIFIED.name} " \
              f"{', '.join(recorded or ['none'])}: run with --record"
        return
    for name, row in seen.items():
        for what in ("instructions", "processed"):
            if row[what] > recorded[name][what] * MOST_OF_RECORDED:
                yield f"{name} has {row[what]} {what}, and had {recorded[name][what]}"


def record(kernel: str, seen: dict[str, dict[str, int]]) -> None:
    with VERIFIED.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # another guest may be judged at the same time
        known = json.load(file)
        known[kernel] = seen
        kernels = []
        for name, rows in sorted(known.items()):
            programs = ",\n".join(f'    "{program}": {json.dumps(row)}' for program, row in rows.items())
            kernels.append(f'  "{name}": {{\n{programs}\n  }}')
        file.seek(0)
        file.truncate()
        file.write("{\n" + ",\n".join(kernels) + "\n}\n")


def problems(judges: dict, runs: dict[str, Run]) -> Iterator[str]:
    for name, judge in judges.items():
        try:
            judge(runs[name])
        except Wrong as wrong:
            yield f"{name}: {wrong}"
        except (KeyError, TypeError) as missing:
            yield f"{name}: the report lacks {missing}"


def kernel_complaints(path: pathlib.Path) -> Iterator[str]:
    if not path.exists():
        yield "the guest did not come to its end"
        return
    for line in path.read_text(errors="replace").splitlines():
        if "soft lockup" not in line:  # a busy machine makes an emulated one look so
            yield f"the kernel complains: {line}"


def counted(reasons: dict[str, int]) -> str:
    return "; ".join(f"{count} {reason}" for reason, count in sorted(reasons.items(), key=lambda item: -item[1]))


def many_files(run: Run | None) -> dict | None:
    """Of the process with a hundred thousand: what was seen, and what it took."""
    if run is None:
        return None
    report = run.report
    return {"open": report["sections"]["files"]["metrics"]["open"],
            "reading_ms": report["collection"]["gathering_ns"]["files"] / 1e6,
            "peak_bytes": report["collection"]["tool_peak_rss_bytes"]}


def summary_of(kernel: str, release: str, runs: dict[str, Run], tests: Tests, seen: dict) -> dict:
    run = runs["auto"].report
    kernel_rows = runs["doctor"].report["sections"]["kernel"]["tables"]["kernel"]
    return {"kernel": kernel, "release": release, "backend": run["run"]["backend"], "counts": run["collection"]["counts"],
            "reason": run["run"]["backend_reason"],
            "missing": [row["name"] for row in kernel_rows if row["value"] is False],
            "files": many_files(runs.get("files")), "passed": tests.passed, "skipped": tests.skipped, "left_out": tests.left_out, "programs": seen}


def line_of(summary: dict, seconds: float) -> str:
    name, row = hardest(summary)
    parts = [f"{summary['passed']} tests passed in {seconds:.0f} s",
             f"{sum(summary['skipped'].values())} skipped" + f" ({counted(summary['skipped'])})" * bool(summary["skipped"]),
             f"{sum(summary['left_out'].values())} not run there ({counted(summary['left_out'])})",
             f"backend {summary['backend']}",
             f"verifier {row['processed'] / row['limit']:.1%} of its limit, at {name}"]
    return ", ".join(parts)


def hardest(summary: dict) -> tuple[str, dict]:
    return max(summary["programs"].items(), key=lambda item: item[1]["processed"])


def judge(directory: pathlib.Path, kernel: str, release: str, recording: bool) -> int:
    results = directory / "results"
    judges = JUDGES_WITHOUT_BTF if kernel.endswith(HIDDEN) else JUDGES
    runs = {name: Run(results, name) for name in judges}
    tests = Tests(results)
    seen = programs_seen([runs[name] for name in LOOKS if name in runs])
    if recording:
        record(kernel, seen)
    if wrong := [*problems(judges, runs), *kernel_complaints(results / "complaints"), *beyond_recorded(kernel, seen),
                 *tests.wrong()]:
        print("; ".join(wrong))
        return 1
    summary = summary_of(kernel, release, runs, tests, seen)
    (directory / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    print(line_of(summary, tests.seconds))
    return 0


def files_text(files: dict | None) -> str:
    if not files:
        return "-"
    return f"{files['open']:,} in {files['reading_ms']:,.0f} ms, peak {files['peak_bytes'] / 1e6:.0f} MB"


def row_of(summary: dict) -> str:
    name, hardest_of_all = hardest(summary)
    title = summary["kernel"].replace(HIDDEN, " without BTF (hidden)")
    return (f"| {title} ({summary['release']}) | {summary['backend']}, {summary['counts']} | "
            f"{', '.join(summary['missing']) or 'nothing'} | {summary['passed']} | {counted(summary['skipped']) or 'none'} | "
            f"{hardest_of_all['processed'] / hardest_of_all['limit']:.1%}, `{name}` | {files_text(summary['files'])} |")


def markdown(directories: list[pathlib.Path]) -> None:
    """Of a kernel that failed there is no summary; what failed has been told before."""
    print("| kernel | backend, counts | what is missing there | tests passed | skipped | verifier, of its limit | open files read |")
    print("| --- | --- | --- | --: | --- | --: | --- |")
    summaries = [directory / "summary.json" for directory in directories]
    for file in summaries:
        print(row_of(json.loads(file.read_text())) if file.exists() else f"| {file.parent.name} | failed | | | | | |")
    passed = next((file for file in summaries if file.exists()), None)
    if passed:
        print(f"\nNot run there: {counted(json.loads(passed.read_text())['left_out'])}.")


def main() -> int:
    words = sys.argv[1:]
    if words[:1] == ["--markdown"]:
        markdown([pathlib.Path(word) for word in words[1:]])
        return 0
    recording = words[:1] == ["--record"]
    directory, kernel, release = words[1:] if recording else words
    return judge(pathlib.Path(directory), kernel, release, recording)


if __name__ == "__main__":
    sys.exit(main())
