"""The tables: what came of the faults by place and by kind, and how to plant again those that count."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scripts.faults.runner import OUTCOMES, tallied
from scripts.faults.tracing import PACKAGE

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from scripts.faults.runner import Result


def overview(results: Sequence[Result]) -> str:
    """By place, by module, by kind, in all, and the names of those that hung or led to wrong digits."""
    places = tallied(results, lambda result: result.fault.point.place)
    kinds = tallied(results, lambda result: result.fault.kind)
    whole = tallied(results, lambda _: "all")
    modules = tallied(results, lambda result: _module(result.fault.point.place))
    parts = [_table("place", places), _table("module", modules), _table("kind", kinds), _table("", whole)]
    both = tallied(
        [result for result in results if result.outcome == "wrong"],
        lambda result: f"{result.fault.point.place} {result.fault.kind}",
    )
    if both:
        parts.append("\n".join(f"wrong: {counts['wrong']:4} {name}" for name, counts in sorted(both.items())))
    for outcome in ("crashed", "error", "hung", "wrong"):
        parts += [
            "\n".join(f"{outcome}: {result.fault} {result.detail}" for result in results if result.outcome == outcome)
        ]
    return "\n\n".join(part for part in parts if part)


def _module(place: str) -> str:
    """The module of a place: what of its name is one."""
    parts = place.split(".")
    names = (".".join(parts[:i]) for i in range(len(parts), 0, -1))
    return next((name for name in names if f"{PACKAGE}{name}" in sys.modules), place)


def _table(heading: str, rows: dict[str, Counter[str]]) -> str:
    width = max([len(heading), *map(len, rows)])
    head = f"{heading:{width}} {'faults':>7}" + "".join(f"{outcome:>10}" for outcome in OUTCOMES)
    lines = [
        f"{name:{width}} {counts.total():7}" + "".join(f"{counts[outcome] or '':>10}" for outcome in OUTCOMES)
        for name, counts in sorted(rows.items())
    ]
    return "\n".join([head, *lines])
