"""The section on speed: seconds by size and phase, as a chart with logarithmic axes and as a table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pi_engine.report.markup.elements import Section, code, figure, joined, paragraph
from pi_engine.report.markup.html_tables import Heading, table
from pi_engine.report.markup.log_chart import Axis, Line, log_chart
from pi_engine.report.markup.number_text import GAP, duration, grouped, power_of_ten, significant, size
from pi_engine.report.measured.speed_figures import PHASES

if TYPE_CHECKING:
    from pi_engine.report.markup.elements import Html
    from pi_engine.report.measured.speed_figures import SpeedFigures, SpeedRow

_MEANINGS = {
    "sum": "the terms of Chudnovsky's series, added up by binary splitting",
    "check": "the sum once more by remainders, and the comparison of the digits with published ones",
    "root": f"the square root of 10{GAP}005",
    "division": "the quotient that gives π",
    "conversion": "from a binary fraction to decimal digits",
}


def speed_section(speed: SpeedFigures) -> Section:
    """What was measured."""
    threads = max(row.threads for row in speed.rows)
    drawn = [row for row in speed.rows if row.threads == threads]
    content = joined(
        paragraph(_introduction(drawn[-1])),
        _chart(drawn),
        paragraph(_growth(drawn)) if len(drawn) > 1 else "",
        _table(speed.rows),
        paragraph(_source(speed)),
        paragraph(_stopped(speed)) if speed.stopped_before is not None else "",
        paragraph(
            "The phases: ", "; ".join(f"{name}, {meaning}" for name, meaning in _MEANINGS.items()), ".", class_="note"
        ),
    )
    return Section("speed", "Speed by size and phase", content)


def _introduction(last: SpeedRow) -> str:
    threads = f"{last.threads} thread{'s' * (last.threads != 1)}"
    return (
        f"The largest computation here gave {grouped(last.digits)} digits in {duration(last.seconds['total'])} with {threads}. "
        "A higher line in the chart means more time. Both axes are logarithmic: each step of the grid is the same factor."
    )


def _chart(rows: list[SpeedRow]) -> Html:
    lines = []
    for name in ("total", *PHASES):
        shown = [(row.digits, row.seconds[name]) for row in rows if row.seconds.get(name, 0) > 0]
        if shown:
            titles = [f"{name}, {grouped(digits)} digits: {duration(seconds)}" for digits, seconds in shown]
            lines.append(Line(name, [(float(digits), seconds) for digits, seconds in shown], titles))
    low, high = rows[0], rows[-1]
    described = "; ".join(f"{line.name} {duration(line.points[-1][1])}" for line in lines)
    description = (
        f"Seconds against digits, from {grouped(low.digits)} to {grouped(high.digits)} digits. At {grouped(high.digits)} digits: "
        f"{described}. The table below has all figures."
    )
    chart = log_chart(
        "speed-chart",
        lines,
        title="Time of a computation by number of digits, in all and by phase",
        description=description,
        x=Axis("digits of π", _power_or_number),
        y=Axis("time", _seconds_tick),
    )
    return figure(chart, "Time of a computation by number of digits: in all, and by phase.")


def _power_or_number(value: float) -> str:
    """10⁶ from ten thousand on, 2·10⁶ too; smaller numbers as they are."""
    if value < 9_999:
        return f"{value:g}"
    exponent = math.floor(math.log10(value) + 1e-9)
    factor = round(value / 10.0**exponent)
    return power_of_ten(exponent) if factor == 1 else f"{factor}·{power_of_ten(exponent)}"


def _seconds_tick(value: float) -> str:
    if value < 9.99e-7:
        return f"{value * 1e9:.3g}{GAP}ns"
    if value < 9.99e-4:
        return f"{value * 1e6:.3g}{GAP}µs"
    return f"{value * 1000:.0f}{GAP}ms" if value < 0.999 else f"{grouped(round(value))}{GAP}s"


def _growth(rows: list[SpeedRow]) -> str:
    b = rows[-1]
    a = next((row for row in reversed(rows[:-1]) if 10 * row.digits <= b.digits), rows[-2])
    exponent = math.log(b.seconds["total"] / a.seconds["total"]) / math.log(b.digits / a.digits)
    grows = (
        f"From {grouped(a.digits)} to {grouped(b.digits)} digits the time grows by the factor "
        f"{significant(b.seconds['total'] / a.seconds['total'])}."
    )
    if 10 * a.digits == b.digits:
        return grows
    return f"{grows} At this rate ten times the digits take {significant(10**exponent)} times the time."


def _table(rows: list[SpeedRow]) -> Html:
    headings = [
        Heading("digits", number=True),
        Heading("threads", number=True),
        *(Heading(name, number=True) for name in PHASES),
        Heading("total", number=True),
        Heading("peak memory", number=True),
        Heading("rounds", number=True),
    ]
    cells = [
        [
            grouped(row.digits),
            grouped(row.threads),
            *(_milliseconds(row.seconds.get(name)) for name in PHASES),
            _milliseconds(row.seconds["total"]),
            "–" if row.peak_memory_bytes is None else size(row.peak_memory_bytes),
            grouped(row.rounds),
        ]
        for row in rows
    ]
    note = "Times in milliseconds, medians over the rounds. The total includes the time between the phases."
    return table("speed-table", "Milliseconds by size and phase", headings, cells, note)


def _milliseconds(seconds: float | None) -> str:
    return "–" if seconds is None else significant(seconds * 1000)


def _source(speed: SpeedFigures) -> str:
    if speed.source is not None:
        return joined(
            "These figures were not measured in this run. They come from the file ", code(speed.source), ", the output of ",
            code("pi-engine bench --json"), f" on a machine with the processor {speed.processor}.",
        )  # fmt: skip
    return (
        "These figures were measured in this run. Each computation ran in a process that had computed before, so the start of the program "
        "and the loading of kernels are not counted. Other programs that ran at the same time make the figures larger."
    )


def _stopped(speed: SpeedFigures) -> str:
    assert speed.stopped_before is not None
    return joined(
        f"{grouped(speed.stopped_before)} digits and more were left out, because measuring them would have taken too long. ",
        "Give more time with ", code("--seconds"), ", or name sizes with ", code("--size"), ".",
    )  # fmt: skip
