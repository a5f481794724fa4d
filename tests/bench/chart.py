# SPDX-License-Identifier: Apache-2.0
"""The bar chart of scripts/bench-overhead: how much of its speed a target keeps under each tracer."""

from xml.sax.saxutils import escape

COLOURS = ["#3b6ea5", "#7fb069", "#c05746", "#8e6c8a", "#d9a441", "#5fa8a8"]
WIDTH, LABEL, RIGHT = 900, 250, 70
BAR, GAP, TOP = 9, 14, 78
SCALE = WIDTH - LABEL - RIGHT


def bars(row, names):
    """(load's number, kept part, as the ratio of speeds) of each load that was measured."""
    for number, name in enumerate(names):
        slowdown = row["loads"][name]["target"]["slowdown"]
        if slowdown:
            yield number, min(1.0, 1 / slowdown["times"])


def legend(names):
    x, y = LABEL, 46
    for number, name in enumerate(names):
        yield f'<rect x="{x}" y="{y}" width="10" height="10" fill="{COLOURS[number % len(COLOURS)]}"/>'
        yield f'<text x="{x + 14}" y="{y + 9}">{escape(name)}</text>'
        x += 215
        if x > WIDTH - 160:
            x, y = LABEL, y + 15


def svg(summary):
    names = list(summary["alone"])
    height = TOP + len(summary["rows"]) * (len(names) * BAR + GAP) + 24
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
           'font-family="sans-serif" font-size="12" fill="#222">')
    yield f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
    yield f'<text x="{LABEL}" y="20" font-size="15">Speed that a target keeps while it is watched (100%: as if unwatched)</text>'
    yield f'<text x="{LABEL}" y="36" fill="#666">longer is better; medians of {summary["rounds"]} rounds</text>'
    yield from legend(names)
    for percent in (0, 25, 50, 75, 100):
        x = LABEL + SCALE * percent / 100
        yield f'<line x1="{x:.0f}" y1="{TOP}" x2="{x:.0f}" y2="{height - 20}" stroke="#ddd"/>'
        yield f'<text x="{x:.0f}" y="{height - 6}" text-anchor="middle" fill="#666">{percent}%</text>'
    y = TOP + GAP / 2
    for row in summary["rows"]:
        middle = y + len(names) * BAR / 2 + 4
        yield f'<text x="{LABEL - 8}" y="{middle:.0f}" text-anchor="end">{escape(row["tracer"])}</text>'
        for number, kept in bars(row, names):
            top = y + number * BAR
            yield (f'<rect x="{LABEL}" y="{top:.1f}" width="{SCALE * kept:.1f}" height="{BAR - 1}" '
                   f'fill="{COLOURS[number % len(COLOURS)]}"/>')
            yield f'<text x="{LABEL + SCALE * kept + 4:.1f}" y="{top + BAR - 1.5:.1f}" font-size="8">{kept:.0%}</text>'
        y += len(names) * BAR + GAP
    yield "</svg>"


def write(summary, file):
    with open(file, "w", encoding="utf-8") as stream:
        stream.write("\n".join(svg(summary)) + "\n")
