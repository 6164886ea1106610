"""docs/figures/peers.svg: seconds against digits of this program and of others, both axes logarithmic. Drawn from docs/figures/bench.json.

Nothing is measured but what the file holds, and no font's widths count, so that the picture is the same on every machine.
"""

from __future__ import annotations

import json
import math
from html import escape
from pathlib import Path
from typing import NamedTuple

from pi_engine.bench import PROGRAMS
from pi_engine.report.markup.number_text import power_of_ten

FIGURES = Path(__file__).resolve().parents[2] / "docs" / "figures"
PICTURE = FIGURES / "peers.svg"

_STYLE = """
text { font: 13px Helvetica, Arial, sans-serif; fill: #1d2530; } .title { font-weight: bold; font-size: 14px; } .small { fill: #5a6675; }
.right { text-anchor: end; } .middle { text-anchor: middle; } .grid { stroke: #dee2e6; } polyline { fill: none; stroke-width: 2; }
.own { stroke-width: 3.5; } .own-name { font-weight: bold; }
""".strip()
_COLOURS = ("#d9480f", "#0b6e99", "#2b8a3e", "#862e9c", "#5f3dc4", "#495057")
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 760, 430, 66, 150, 44, 56
_NAME_HEIGHT = 16


class _Line(NamedTuple):
    name: str
    colour: str
    points: list[tuple[int, float]]


class _Frame(NamedTuple):
    """The whole powers of ten at the ends of the axes: of digits, and of seconds."""

    first: int
    last: int
    low: int
    high: int

    def place(self, digits: float, seconds: float) -> tuple[float, float]:
        """The point of the picture."""
        along = (math.log10(digits) - self.first) / (self.last - self.first)
        up = (math.log10(seconds) - self.low) / (self.high - self.low)
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * along, _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * up


def picture() -> str:
    """The file."""
    rows = json.loads((FIGURES / "bench.json").read_text(encoding="utf-8"))["rows"]
    threads = max(row["threads"] for row in rows)
    rows = [row for row in rows if row["threads"] == threads]
    lines = [_Line("pi-engine", _COLOURS[0], [(row["digits"], row["seconds"]["with_text"]) for row in rows])]
    for colour, peer in zip(_COLOURS[1:], rows[0]["peers"], strict=True):
        points = [(row["digits"], row["peers"][peer]["seconds"]) for row in rows]
        lines.append(_Line(PROGRAMS[peer].title, colour, points))
    frame = _frame([point for line in lines for point in line.points])
    title = f"Digits of π as text, {threads} threads for pi-engine and FLINT"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        _text("title", _LEFT, _TOP - 18, title),
        *_grid(frame),
        *(part for line in lines for part in _drawn(line, frame)),
        *_names(lines, frame),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _frame(points: list[tuple[int, float]]) -> _Frame:
    digits, seconds = zip(*points, strict=True)
    return _Frame(
        math.floor(math.log10(min(digits))),
        math.ceil(math.log10(max(digits))),
        math.floor(math.log10(min(seconds))),
        math.ceil(math.log10(max(seconds))),
    )


def _grid(frame: _Frame) -> list[str]:
    found = []
    for k in range(frame.first, frame.last + 1):
        x, bottom = frame.place(10.0**k, 10.0**frame.low)
        found += [_segment(x, _TOP, x, bottom), _text("middle", x, bottom + 20, power_of_ten(k))]
    for k in range(frame.low, frame.high + 1):
        left, y = frame.place(10.0**frame.first, 10.0**k)
        label = str(10**k) if k >= 0 else f"{10.0**k:.{-k}f}"
        found += [_segment(left, y, _WIDTH - _RIGHT, y), _text("right", left - 8, y + 4, label)]
    found.append(_text("middle small", (_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 12, "digits; upwards: seconds"))
    return found


def _drawn(line: _Line, frame: _Frame) -> list[str]:
    places = [frame.place(*point) for point in line.points]
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    kind = ' class="own"' if line.name == "pi-engine" else ""
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.4" fill="{line.colour}"/>' for x, y in places]
    return [f'<polyline{kind} points="{corners}" stroke="{line.colour}"/>', *dots]


def _names(lines: list[_Line], frame: _Frame) -> list[str]:
    """At the ends of the lines, none over another: from the lowest line upwards."""
    found, last = [], math.inf
    for line in sorted(lines, key=lambda line: line.points[-1][1]):
        x, y = frame.place(*line.points[-1])
        last = min(y + 4, last - _NAME_HEIGHT)
        kind = ' class="own-name"' if line.name == "pi-engine" else ""
        found.append(
            f'<text{kind} x="{x + 10:.0f}" y="{last:.1f}" style="fill:{line.colour}">{escape(line.name)}</text>'
        )
    return found


def _segment(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line class="grid" x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"/>'


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}">{escape(text)}</text>'
