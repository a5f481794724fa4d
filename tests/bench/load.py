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
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import verdict
from load_cases import CASES
from watched import Claims, SharedCounts, bpf_objects, objects_left

NAME = "bench-load"
README, MARK = "tests/README.md", "load"

Size = collections.namedtuple("Size", "minutes capped_s threads fds mappings runs calls")
FULL = Size(minutes=10, capped_s=20, threads=10_000, fds=100_000, mappings=100_000, runs=1_000, calls=1_000_000)
# Without the scaled count, which is a matter of chance: OverheadCap among the end-to-end tests has that.
QUICK = Size(minutes=0.1, capped_s=0, threads=2_000, fds=18_000, mappings=20_000, runs=20, calls=100_000)


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
    summary = verdict.summary_of(bench.size.runs, goals, rows=table)
    if options.readme:
        update_readme(summary)
    return summary


def update_readme(summary):
    """The rows of the cases that were measured, into the table; the others stay, where they are of this machine."""
    _, known, _ = verdict.parts_of(README, MARK)
    head = "\n".join(table_head(summary))
    if not known.startswith(head):
        known = head + "\n"
    lines = {line.split(" | ")[0]: line for line in known[len(head):].splitlines() if line.startswith("| ")}
    lines |= {line.split(" | ")[0]: line for line in map(table_line, summary["rows"])}
    order = [f"| {case}" for case in CASES]
    rows = sorted(lines, key=order.index)
    verdict.replace_marked(README, MARK, "\n".join([head, *(lines[case] for case in rows)]))


def table_head(summary):
    return [f"{verdict.machine_text(summary)}.", "", "| case | command | what was measured | result |", "| --- | --- | --- | --- |"]


def table_line(row):
    return f"| {row['case']} | `{row['command']}` | {'; '.join(row['measured'])} | {'holds' if row['pass'] else 'FAILS'} |"


def print_markdown(summary):
    print("\n".join([*table_head(summary), *map(table_line, summary["rows"])]))
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
                               quick="a fifth of the load, or less: for tests")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("cases", nargs="*", metavar="CASE", help="only these (default all)")
    parser.add_argument("--minutes", type=float, metavar="N",
                        help=f"how long the case rate goes on (default {FULL.minutes}, with --quick {QUICK.minutes})")
    verdict.add_readme(parser, "tests/README.md")
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
