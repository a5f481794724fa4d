#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What collecting costs: scripts/bench-collect.

Compares, in one run and in interleaved rounds, how long the tool reads of a process with how long the tool takes that an
engineer would have run instead, on the same process; of all rounds the shortest, since what the machine does besides
only adds. What the reading took is what the report's collection.gathering_ns says of the sections that the other tool
has too, once, at the window's end. Beside it stand the wall time of the whole run, less its window of 10 ms (it reads
all sections, at both ends, and writes 20 MB of JSON for 18,000 descriptors), and its CPU time. Where the other tool
waits on purpose (top does, before its first screen) that is in its time, as it is for who waits: its CPU time stands
beside it. The backend is sampling, which loads nothing into the kernel, where BPF is not named.

  many_threads 20       threads, with BPF: for what a whole run takes; no other tool
  many_mappings 20000   memory, --pss: the PSS of each mapping, as pmap has it      pmap -X
  many_threads 2000     threads                                                     top -H -b -n1 -p
  many_threads 5000     threads; no other tool, the time alone
  many_sockets 18000    files, sockets and the search for their peers, half of
                        them TCP sockets, with BPF and without                      lsof -nP -p, then ss -tinp
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import verdict

NAME = "bench-collect"
WINDOW = "10ms"
# How long the tool may take, as a part of what the other takes, or in seconds where there is none.
CASES = [
    {"what": "20 threads", "workload": ["many_threads", "20"], "options": [], "backend": "bpf", "reading": ["threads"],
     "others": [], "at_most": 0.1},
    {"what": "20,000 mappings", "workload": ["many_mappings", "20000"], "options": ["--pss"], "reading": ["memory"],
     "others": [["pmap", "-X", "PID"]], "at_most": 1 / 1.5},
    {"what": "2,000 threads", "workload": ["many_threads", "2000"], "options": [], "reading": ["threads"],
     "others": [["top", "-H", "-b", "-n1", "-p", "PID"]], "at_most": 1 / 3},
    {"what": "5,000 threads", "workload": ["many_threads", "5000"], "options": [], "reading": ["threads"],
     "others": [], "at_most": 0.3},
    {"what": "18,000 descriptors, BPF", "workload": ["many_sockets", "18000"], "options": [], "backend": "bpf",
     "reading": ["files", "sockets", "peers"], "others": [["lsof", "-nP", "-p", "PID"], ["ss", "-tinp"]], "at_most": 1 / 8},
    {"what": "18,000 descriptors, /proc", "workload": ["many_sockets", "18000"], "options": [],
     "reading": ["files", "sockets", "peers"], "others": [["lsof", "-nP", "-p", "PID"], ["ss", "-tinp"]], "at_most": 1 / 3},
]


class Workload:
    """One that says "ready" and waits for the end of its input; ended with the `with`."""

    def __init__(self, build, words):
        self.process = subprocess.Popen([f"{build}/workloads/{words[0]}", *words[1:]],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pid = self.process.pid

    def __enter__(self):
        if self.process.stdout.readline() != b"ready\n":
            self.__exit__()
            raise RuntimeError("the workload did not become ready")
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def timed(argv):
    """Wall and CPU seconds of one run, its output thrown away."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    # Without a timeout: with one, Python looks only every 50 ms whether it has ended.
    subprocess.run(argv, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def time_tool(build, case, pid, folder):
    """Wall seconds less the window, CPU seconds, and what the sections of case["reading"] took to read."""
    file = f"{folder}/report.json"
    wall, cpu = timed([f"{build}/debug-process", "-q", "--json", "-o", file, "-d", WINDOW,
                       "--backend", case.get("backend", "sampling"), *case["options"], str(pid)])
    with open(file, encoding="utf-8") as stream:
        report = json.load(stream)
    os.unlink(file)
    gathering = report["collection"]["gathering_ns"]
    reading = sum(gathering[section] for section in case["reading"]) / 1e9
    return wall - report["run"]["window_ns"] / 1e9, cpu, reading


def time_others(commands, pid):
    runs = [timed([word.replace("PID", str(pid)) for word in command]) for command in commands]
    return sum(run[0] for run in runs), sum(run[1] for run in runs)


def measure_case(options, case, rounds):
    tool, others = [], []
    with Workload(options.build, case["workload"]) as workload, tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            verdict.progress(NAME, f"{case['what']}, round {number + 1} of {rounds}")
            tool.append(time_tool(options.build, case, workload.pid, folder))
            if case["others"]:
                others.append(time_others(case["others"], workload.pid))
    row = {"what": case["what"], "tool_s": min(run[0] for run in tool), "tool_cpu_s": min(run[1] for run in tool),
           "reading_s": min(run[2] for run in tool),
           "other": " + ".join(" ".join(command) for command in case["others"]),
           "other_s": None, "other_cpu_s": None, "ratio": None, "at_most": case["at_most"]}
    if others:
        row["other_s"] = min(run[0] for run in others)
        row["other_cpu_s"] = min(run[1] for run in others)
        row["ratio"] = row["reading_s"] / row["other_s"]
    return row


def measure(options):
    rounds = options.rounds or (3 if options.quick else 15)
    rows, missing = [], set()
    for case in CASES:
        absent = {command[0] for command in case["others"] if not shutil.which(command[0])}
        missing |= absent
        if not absent:
            rows.append(measure_case(options, case, rounds))
    if not rows:
        raise RuntimeError("no tool to compare with is installed")
    machine = verdict.summary_of(rounds, [])["machine"]
    goals = []
    for row in rows:
        measured = row["reading_s"] if row["ratio"] is None else row["ratio"]
        name = f"{row['what']}, s" if row["ratio"] is None else f"{row['what']}, times {row['other']}"
        goals.append({"goal": name, "measured": measured, "at_most": row["at_most"],
                      "pass": measured <= row["at_most"]})
    return {"machine": machine, "rounds": rounds, "rows": rows, "goals": goals, "not_installed": sorted(missing)}


def cell(value, text):
    return "-" if value is None else text.format(value)


def print_markdown(summary):
    print(f"The shortest of {summary['rounds']} interleaved rounds; {verdict.machine_text(summary)}.\n")
    print("| process | reading | whole run | its CPU | instead | wall | CPU | faster |")
    print("| --- | --: | --: | --: | --- | --: | --: | --: |")
    for row in summary["rows"]:
        faster = None if row["ratio"] is None else 1 / row["ratio"]
        print(f"| {row['what']} | {row['reading_s'] * 1e3:.0f} ms | {row['tool_s'] * 1e3:.0f} ms "
              f"| {row['tool_cpu_s'] * 1e3:.0f} ms "
              f"| {row['other'] or '-'} | {cell(row['other_s'] and row['other_s'] * 1e3, '{:.0f} ms')} "
              f"| {cell(row['other_cpu_s'] and row['other_cpu_s'] * 1e3, '{:.0f} ms')} | {cell(faster, '{:.1f} x')} |")
    verdict.print_goals(summary, 2)
    for name in summary["not_installed"]:
        print(f"\nNot installed, not compared: {name}")


def main():
    parser = verdict.parser_of(NAME, __doc__.split("\n\n", maxsplit=1)[1], 15, 3)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    verdict.add_readme(parser)
    return verdict.run(NAME, parser.parse_args(), measure, print_markdown, "collect")


if __name__ == "__main__":
    sys.exit(main())
