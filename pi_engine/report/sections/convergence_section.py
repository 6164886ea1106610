"""The section on how series converge: a chart and a table of the digits that terms give."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pi_engine.report.markup.elements import Section, code, figure, joined, paragraph
from pi_engine.report.markup.html_tables import Heading, table
from pi_engine.report.markup.log_chart import Axis, Line, log_chart
from pi_engine.report.markup.number_text import grouped, significant

if TYPE_CHECKING:
    from pi_engine.convergence.measure import Convergence
    from pi_engine.report.markup.elements import Html

_LEAST_DIGITS = 0.1
"""Fewer are not drawn: an axis in powers of ten has no place for none."""


def convergence_section(found: list[Convergence]) -> Section:
    """Series from the slowest to the fastest."""
    best = max(found, key=lambda x: x.series.digits_per_term if x.series.order is None else 0.0)
    sizes = sorted({n for x in found for n in x.seconds})
    content = joined(
        paragraph(
            f"One more term of the series {best.series.name} adds {best.series.digits_per_term:.2f} digits of π. Leibniz's series needs "
            "ten times as many terms for each further digit. The sums were compared with π in this run. The predicted digits "
            "per term follow from the polynomials of the series."
        ),
        _chart(found),
        _table(found, sizes),
        paragraph(
            "The number of right digits is −log₁₀ of the error, so 3.1416 has 5.13 right digits. ",
            "The measured digits per term are the slope of a line fitted to the first 40 terms. ",
            f"Cost is the predicted time of the sum, and time is the measured one. Both are multiples of Chudnovsky's. {_timed(sizes)} "
            "The error of Leibniz's series falls like 1/n. So it gains no fixed number of digits per term, and is too slow to use. ",
            "More series: ", code("pi-engine convergence --all"), ".",
            class_="note",
        ),
    )  # fmt: skip
    return Section("convergence", "Convergence of series", content)


def _timed(sizes: list[int]) -> str:
    return f"The sums were timed at {grouped(sizes[-1])} digits." if sizes else "No sum was timed."


def _chart(found: list[Convergence]) -> Html:
    lines = []
    for x in found:
        shown = [
            (float(n), digits)
            for n, digits in enumerate(x.digits_after_terms, 1)
            if math.isfinite(digits) and digits >= _LEAST_DIGITS
        ]
        if shown:
            titles = [f"{x.series.name}, {n:.0f} term{'s' * (n > 1)}: {digits:.2f} digits" for n, digits in shown]
            lines.append(Line(x.series.name, shown, titles))
    terms = len(found[0].digits_after_terms)
    reached = "; ".join(f"{line.name} {line.points[-1][1]:.1f}" for line in lines)
    description = (
        f"Right digits of π against the number of terms, from 1 to {terms}. After {terms} terms: {reached}. "
        "Series that gain a fixed number of digits per term have parallel lines."
    )
    chart = log_chart(
        "convergence-chart",
        lines,
        title="Right digits of π, by number of terms",
        description=description,
        x=Axis("terms summed", "{:g}".format),
        y=Axis("right digits", "{:g}".format),
    )
    return figure(chart, f"Right digits of π after 1 to {terms} terms. Both axes are logarithmic.")


def _table(found: list[Convergence], sizes: list[int]) -> Html:
    count = len(found[0].digits_after_terms)
    shown = sorted({1, min(5, count), count})
    headings = [
        Heading("series"),
        *(Heading(f"after {n} term{'s' * (n > 1)}", number=True) for n in shown),
        Heading("digits per term, predicted", number=True),
        Heading("measured", number=True),
        Heading("cost", number=True),
        *([Heading("time", number=True)] if sizes else []),
    ]
    rows = []
    for x in found:
        fast = x.series.order is None
        rows.append(
            [
                x.series.name,
                *(f"{max(0.0, x.digits_after_terms[n - 1]):.2f}" for n in shown),
                f"{x.series.digits_per_term:.4f}" if fast else "–",
                f"{x.digits_per_term:.4f}" if fast else "–",
                "–" if x.relative_cost is None else significant(x.relative_cost),
                *(["–" if x.relative_time is None else significant(x.relative_time)] if sizes else []),
            ]
        )
    return table("convergence-table", "Digits by number of terms, and digits per term", headings, rows)
