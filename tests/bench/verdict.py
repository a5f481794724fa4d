# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: their options, their goals, and how they end."""

import argparse
import contextlib
import io
import json
import os
import platform
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def parser_of(name, description, default_rounds, quick_rounds,
              quick="fewer and shorter rounds: a first look, no verdict to rely on"):
    parser = argparse.ArgumentParser(
        prog=name, description=description,
        epilog="Exit status: 0 when every goal is met, 1 when one is missed, 2 when nothing could be measured.")
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown tables")
    parser.add_argument("--rounds", type=int, metavar="N",
                        help=f"rounds (default {default_rounds}, with --quick {quick_rounds})")
    parser.add_argument("--build", default=f"{ROOT}/build", metavar="DIR", help="the build to measure (default build)")
    return parser


def add_readme(parser, file="README.md"):
    parser.add_argument("--readme", action="store_true", help=f"write the tables into {file}, too")


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


def machine_text(summary):
    machine = summary["machine"]
    return f"Linux {machine['kernel']}, {machine['arch']}, {machine['cpus']} CPUs"


def printed(function, *arguments):
    with contextlib.redirect_stdout(io.StringIO()) as text:
        function(*arguments)
    return text.getvalue()


def parts_of(file, mark):
    """What stands before, between and after `<!-- mark -->` and `<!-- /mark -->` in that file of the project."""
    with open(f"{ROOT}/{file}", encoding="utf-8") as stream:
        whole = stream.read()
    begin, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    if whole.count(begin) != 1 or whole.count(end) != 1:
        raise RuntimeError(f"{file}: no marks {begin.strip()} and {end}")
    before, rest = whole.split(begin)
    between, after = rest.split(end)
    return before + begin, between, end + after


def replace_marked(file, mark, text):
    before, _, after = parts_of(file, mark)
    with open(f"{ROOT}/{file}", "w", encoding="utf-8") as stream:
        stream.write(before + text.rstrip("\n") + "\n" + after)


def print_goals(summary, digits):
    print("\n| goal | measured | at most | |\n| --- | --: | --: | --- |")
    for goal in summary["goals"]:
        print(f"| {goal['goal']} | {goal['measured']:.{digits}f} | {goal['at_most']:g} "
              f"| {'PASS' if goal['pass'] else 'FAIL'} |")


def run(name, options, measure, print_markdown, mark=None):
    """`measure` gives the summary, and `mark` says where in README.md the tables go with --readme. Returns the exit status."""
    try:
        summary = measure(options)
        if mark and options.readme:
            replace_marked("README.md", mark, printed(print_markdown, summary))
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(summary, indent=2))
    else:
        print_markdown(summary)
    return 0 if all(goal["pass"] for goal in summary["goals"]) else 1
