"""The tables of README.md and docs/performance.md that show `docs/figures/bench.json`, what `pi-engine bench` printed.

pi-engine bench --peers --json > docs/figures/bench.json
python scripts/make_docs.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pi_engine.bench import PROGRAMS
from pi_engine.report.markup.number_text import power_of_ten

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "docs" / "figures" / "bench.json"
CONVERGENCE = ROOT / "docs" / "figures" / "convergence.json"

Y_CRUNCHER = {
    "chudnovsky": 1.0, "ramanujan": 1.53, "stormer": 3.63, "machin": 3.65, "takano": 3.94, "hwang": 3.97, "bellard": 7.46, "bbp": 9.93,
}  # fmt: skip
"""Total time at 10⁹ digits relative to Chudnovsky's, as published for y-cruncher's custom formulas."""
_PHASES = ("sum", "root", "division", "conversion", "check")


def peer_table() -> str:
    """Seconds of each program, and how many times as long as this one it takes."""
    rows = _figures()["rows"]
    names = list(rows[0]["peers"])
    lines = [
        "| digits | threads | pi-engine | " + " | ".join(PROGRAMS[x].title for x in names) + " |",
        "|---" * (3 + len(names)) + "|",
    ]
    for row in rows:
        peers = (f"{_seconds(row['peers'][x]['seconds'])} ({_ratio(row['peers'][x]['ratio'])} ×)" for x in names)
        lines.append(
            f"| {_power(row['digits'])} | {row['threads']} | {_seconds(row['seconds']['with_text'])} | {' | '.join(peers)} |"
        )
    return "\n".join(lines)


def short_peer_table() -> str:
    """A row for each size, with all threads: seconds of this program, and how many times as long each other one takes."""
    rows = _figures()["rows"]
    names = list(rows[0]["peers"])
    most = max(row["threads"] for row in rows)
    lines = [
        f"| digits | pi-engine, {most} threads | " + " | ".join(PROGRAMS[x].title for x in names) + " |",
        "|---" * (2 + len(names)) + "|",
    ]
    for row in rows:
        if row["threads"] == most:
            ratios = " | ".join(f"{_ratio(row['peers'][x]['ratio'])} ×" for x in names)
            lines.append(f"| {_power(row['digits'])} | {_seconds(row['seconds']['with_text'])} s | {ratios} |")
    return "\n".join(lines)


def phase_table() -> str:
    """Seconds of this program's phases, and memory."""
    lines = [
        "| digits | threads | "
        + " | ".join(_PHASES)
        + " | with text | first run | peak memory | of it before the run |",
        "|---" * (6 + len(_PHASES)) + "|",
    ]
    for row in _figures()["rows"]:
        seconds = row["seconds"]
        cells = [_power(row["digits"]), str(row["threads"])]
        cells += [_seconds(seconds[x]) for x in (*_PHASES, "with_text")]
        cells += [_seconds(row["first_seconds"])]
        cells += [f"{row[x] / 1e6:.0f} MB" for x in ("peak_memory_bytes", "resident_before_bytes")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def machine() -> str:
    """What the figures were measured on."""
    figures = _figures()
    versions = figures["machine"]["versions"]
    named = ", ".join(f"{name} {versions[name]}" for name in ("python", "gmpy2", "gmp", "numba"))
    peers = figures["rows"][0]["peers"]
    named += "".join(f", {PROGRAMS[name].title} {peers[name]['version']}" for name in peers if name != "gmpy2")
    rounds = sorted({row["rounds"] for row in figures["rows"]})
    return (
        f"{figures['machine']['processor']} ({figures['machine']['kernel_target']}), "
        f"{figures['machine']['processors']} processors; {named}; "
        f"medians of {' or '.join(map(str, rounds))} round{'s' * (rounds != [1])}."
    )


def convergence_table() -> str:
    """Rates and times of the series that y-cruncher publishes times of."""
    rows = json.loads(CONVERGENCE.read_text(encoding="utf-8"))["series"]
    sizes = sorted(map(int, rows[0]["seconds"]))
    largest = _power(sizes[-1])
    lines = [
        (
            "| series | digits with 1, 2, 3 terms | a term, predicted | measured | cost, predicted "
            f"| sum at {largest}, seconds | relative | y-cruncher, total at 10⁹ |"
        ),
        "|---" * 8 + "|",
    ]
    for row in sorted(rows, key=lambda row: row["relative_time"]):
        first = ", ".join(f"{digits:.1f}" for digits in row["digits_after_terms"][:3])
        lines.append(
            f"| {row['name']} | {first} | {row['digits_per_term_predicted']:.3f} | {row['digits_per_term_measured']:.3f} "
            f"| {row['relative_cost']:.2f} | {_seconds(row['seconds'][str(sizes[-1])])} | {row['relative_time']:.2f} "
            f"| {Y_CRUNCHER[row['name']]:.2f} |"
        )
    return "\n".join(lines)


SECTIONS = {
    "convergence": convergence_table,
    "bench-peers": peer_table,
    "bench-short": short_peer_table,
    "bench-phases": phase_table,
    "bench-machine": machine,
}
"""Name of a section between `<!-- NAME -->` and `<!-- end of NAME -->` → what stands in it."""


def _figures() -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    return figures


def _seconds(value: float) -> str:
    return f"{value:#.3g}".rstrip(".")


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value < 1 else f"{value:.1f}"


def _power(digits: int) -> str:
    exponent = len(str(digits)) - 1
    return power_of_ten(exponent) if digits == 10**exponent else f"{digits:_}"
