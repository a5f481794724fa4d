#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How true a comparison is: scripts/bench-compare.

Captures the same steady load again and again, and compares each capture with the one before it: none may be told to
differ. Then the same load with one fault, three times another: writes that take twice as long, opens of a file that is
not there, and twice the rounds. Each capture of a fault is compared with one of the healthy load: the fault has to be
found, and nothing else.
"""

import json
import subprocess
import sys
import tempfile

import verdict

NAME = "bench-compare"
WINDOW = "4s"
# Arguments of the workload steady_load: rounds a second, microseconds that a write takes, opens that find nothing.
HEALTHY = ["50", "4000", "0"]
# What has to be found, and nothing else.
FAULTS = [
    ("writes that take twice as long", ["50", "8000", "0"], ["syscalls.syscalls[write].histogram"]),
    ("opens of a missing file", ["50", "4000", "20"], ["errors.errors[openat ENOENT].calls"]),
    ("twice the rounds", ["100", "4000", "0"], ["syscalls.calls_per_s"]),
]


def capture(options, load, file):
    process = subprocess.Popen([f"{options.build}/workloads/steady_load", *load], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    try:
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError("the workload did not become ready")
        subprocess.run([f"{options.build}/debug-process", "-q", "--json", "-o", file, "-d", WINDOW, str(process.pid)],
                       check=True)
    finally:
        process.kill()
        process.wait()


def differences(options, old, new):
    """The keys of what is told."""
    found = subprocess.run([f"{options.build}/debug-process", "compare", "--json", old, new], check=False,
                           stdout=subprocess.PIPE)
    if found.returncode not in (0, 1):
        raise RuntimeError(f"compare ended with {found.returncode}")
    return [row["key"] for row in json.loads(found.stdout)["sections"]["comparison"]["tables"]["differences"]]


def measure(options):
    rounds = options.rounds or (5 if options.quick else 20)
    with tempfile.TemporaryDirectory() as folder:
        captures = []
        for number in range(rounds + 1):
            verdict.progress(NAME, f"capture {number} of {rounds}")
            captures.append(f"{folder}/{number}.json")
            capture(options, HEALTHY, captures[-1])
        told = [differences(options, old, new) for old, new in zip(captures, captures[1:])]
        rows = [{"what": f"{rounds} pairs of one load", "told": sorted({key for keys in told for key in keys}),
                 "wrong": sum(1 for keys in told if keys)}]
        for name, load, expected in FAULTS:
            verdict.progress(NAME, name)
            capture(options, load, f"{folder}/fault.json")
            keys = differences(options, captures[0], f"{folder}/fault.json")
            rows.append({"what": name, "told": keys, "wrong": len(set(keys) ^ set(expected))})
    goals = [(row["what"], row["wrong"], 0) for row in rows]
    return verdict.summary_of(rounds, goals, rows=rows)


def print_markdown(summary):
    print("| captures | told to differ |\n| --- | --- |")
    for row in summary["rows"]:
        print(f"| {row['what']} | {'; '.join(row['told']) or '-'} |")
    print("\nPairs that are told to differ; of faults, what was missed or is none of the fault's.")
    verdict.print_goals(summary, 0)


def main():
    parser = verdict.parser_of(NAME, __doc__.split("\n\n", maxsplit=1)[1], 20, 5)
    return verdict.run(NAME, parser.parse_args(), measure, print_markdown)


if __name__ == "__main__":
    sys.exit(main())
