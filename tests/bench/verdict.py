# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: their options, their goals, and how they end."""

import argparse
import json
import os
import platform
import subprocess
import sys


def parser_of(name, description, default_rounds, quick_rounds,
              quick="fewer and shorter rounds: a first look, no verdict to rely on"):
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser = argparse.ArgumentParser(
        prog=name, description=description,
        epilog="Exit status: 0 when every goal is met, 1 when one is missed, 2 when nothing could be measured.")
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown tables")
    parser.add_argument("--rounds", type=int, metavar="N",
                        help=f"rounds (default {default_rounds}, with --quick {quick_rounds})")
    parser.add_argument("--build", default=f"{root}/build", metavar="DIR", help="the build to measure (default build)")
    return parser


def progress(name, text):
    print(f"{name}: {text}", file=sys.stderr, flush=True)


def summary_of(rounds, goals, **more):
    """`goals` are of (what, measured, at most)."""
    return {
        "machine": {"kernel": platform.release(), "arch": platform.machine(), "cpus": os.cpu_count()},
        "rounds": rounds,
        **more,
        "goals": [{"goal": name, "measured": measured, "at_most": limit, "pass": measured <= limit}
                  for name, measured, limit in goals],
    }


def replace_marked(file, mark, text):
    """What stands between `<!-- mark -->` and `<!-- /mark -->` in that file is replaced."""
    with open(file, encoding="utf-8") as stream:
        whole = stream.read()
    begin, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    if whole.count(begin) != 1 or whole.count(end) != 1:
        raise RuntimeError(f"{file}: no marks {begin.strip()} and {end}")
    before, rest = whole.split(begin)
    after = rest.split(end)[1]
    with open(file, "w", encoding="utf-8") as stream:
        stream.write(before + begin + text.rstrip("\n") + "\n" + end + after)


def print_goals(summary, digits):
    print("\n| goal | measured | at most | |\n| --- | --: | --: | --- |")
    for goal in summary["goals"]:
        print(f"| {goal['goal']} | {goal['measured']:.{digits}f} | {goal['at_most']:g} "
              f"| {'PASS' if goal['pass'] else 'FAIL'} |")


def run(name, options, measure, print_markdown):
    """`measure` gives the summary. Returns the exit status."""
    try:
        summary = measure(options)
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(summary, indent=2))
    else:
        print_markdown(summary)
    return 0 if all(goal["pass"] for goal in summary["goals"]) else 1
