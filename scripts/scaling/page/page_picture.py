"""docs/figures/scaling.svg: speed-up against workers, as built and with what could be built. Drawn from docs/figures/scaling.json.

Nothing is measured but characters, whose width does not matter here, so that the picture is the same on every machine.
"""

from __future__ import annotations

import math
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scripts.scaling.lifts import Lift
from scripts.scaling.page.page_tables import power, row_of
from scripts.scaling.page.rows import WORKERS, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

PICTURE = Path(__file__).resolve().parents[3] / "docs" / "figures" / "scaling.svg"

_STYLE = """
text { font: 12px Helvetica, Arial, sans-serif; fill: #1d2530; } .title { font-weight: bold; font-size: 13px; } .small { fill: #5a6675; }
.right { text-anchor: end; } .middle { text-anchor: middle; } .grid { stroke: #dee2e6; } .ideal { stroke: #868e96; stroke-dasharray: 5 4; }
polyline { fill: none; stroke-width: 2; }
""".strip()
_COLOURS = ("#0b6e99", "#d9480f", "#2b8a3e", "#862e9c")
_WIDTH, _HEIGHT, _TOP, _BOTTOM = 960, 430, 44, 48
_LEFTS, _PANEL = (48, 470), 320
_TICKS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class _Line(NamedTuple):
    name: str
    points: list[tuple[int, float]]
    marks: list[tuple[int, float]]


def picture() -> str:
    """The file."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        *_panel(_LEFTS[0], "As built: lines are the model, dots the simulation", _as_built()),
        *_panel(_LEFTS[1], "10¹⁰ digits, by how the products of few nodes are made", _lifted()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _as_built() -> list[_Line]:
    simulated = read_rows()["simulation"]
    lines = []
    for digits in (10**9, 10**10, 10**12, 10**14):
        one = row_of(digits, 1)["seconds"]
        points = [(workers, one / row_of(digits, workers)["seconds"]) for workers in WORKERS]
        marks = [(row["workers"], one / row["seconds"]) for row in simulated if row["digits"] == digits]
        lines.append(_Line(power(digits), points, marks))
    return lines


def _lifted() -> list[_Line]:
    kinds = (
        ("as built", 10, Lift.AS_BUILT), ("by their primes, 100 Gbit/s", 100, Lift.PRIMES),
        ("distributed, 10 Gbit/s", 10, Lift.TRANSFORMS), ("distributed, 100 Gbit/s", 100, Lift.TRANSFORMS),
    )  # fmt: skip
    lines = []
    for name, network, lift in kinds:
        one = row_of(10**10, 1, network)["seconds"]
        points = [(w, one / row_of(10**10, w, network, lift if w > 1 else Lift.AS_BUILT)["seconds"]) for w in WORKERS]
        lines.append(_Line(name, points, []))
    return lines


def _panel(left: float, title: str, lines: Iterable[_Line]) -> list[str]:
    bottom = _HEIGHT - _BOTTOM
    found = [_text("title", left, _TOP - 16, title)]
    for tick in _TICKS:
        x, y = _place(left, tick, tick)
        found += [_segment("grid", x, _TOP, x, bottom), _segment("grid", left, y, left + _PANEL, y)]
        found += [_text("middle", x, bottom + 16, str(tick)), _text("right", left - 6, y + 4, str(tick))]
    found.append(_text("middle small", left + _PANEL / 2, bottom + 36, "workers; upwards: times as fast as one"))
    found.append(_segment("ideal", *_place(left, 1, 1), *_place(left, _TICKS[-1], _TICKS[-1])))
    ends = []
    for colour, line in zip(_COLOURS, lines, strict=True):
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_place(left, *point) for point in line.points))
        found.append(f'<polyline points="{corners}" stroke="{colour}"/>')
        for x, y in (_place(left, *mark) for mark in line.marks):
            found.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.4" fill="{colour}"/>')
        ends.append((_place(left, *line.points[-1])[1], line.name, colour))
    return found + _labels(left + _PANEL + 6, ends)


def _labels(x: float, ends: list[tuple[float, str, str]]) -> list[str]:
    """Names at the ends of lines, none over another."""
    found, lowest = [], -math.inf
    for y, name, colour in sorted(ends):
        lowest = max(y, lowest + 14)
        found.append(f'<text x="{x:.0f}" y="{lowest + 4:.1f}" style="fill:{colour}">{escape(name)}</text>')
    return found


def _place(left: float, workers: float, gain: float) -> tuple[float, float]:
    """Both axes are logarithmic; below the axis it is the axis."""
    each = 1 / math.log2(_TICKS[-1])
    height = _HEIGHT - _BOTTOM - _TOP
    upwards = max(0.0, math.log2(gain)) * each
    return left + _PANEL * math.log2(workers) * each, _TOP + height * (1 - upwards)


def _segment(kind: str, x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line class="{kind}" x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"/>'


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}">{escape(text)}</text>'
