"""The value of π after 1, 2, 3, … terms of a series, with the digits that are right marked."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.streams import stdout_shows_colour
from pi_engine.cli.output.table import Column, print_table

if TYPE_CHECKING:
    from pi_engine.series.model.partial_values import PartialValue

_SHOWN_WRONG = 8
"""Characters of a value that are shown beyond those that are right."""
_LONGEST_START = 42
_KEPT_HEAD = 22
"""Of more characters than that, this many of the right ones are shown, and the last ones."""


def partial_sum_fields(value: PartialValue) -> dict[str, object]:
    """A row of `series show --terms --json`."""
    return {
        "terms": value.terms,
        "value": value.text and value.text.replace("−", "-"),
        "digits": value.digits_agreeing,
        "minus_log10_error": round(value.digits, 4) if math.isfinite(value.digits) else None,
    }


def print_partial_sums(values: list[PartialValue]) -> None:
    """Write the rows of `series show --terms`, of 80 columns at most, and in colour where stdout shows any."""
    columns = (
        Column("terms", right=True),
        Column("digits", right=True),
        Column("error", right=True, rank=1),
        Column("π after these terms"),
    )
    rows = [(x.terms, x.digits_agreeing, _error(x.digits), "".join(_parts(x))) for x in values]
    print_table(columns, rows, _coloured if stdout_shows_colour() else str)


def _coloured(text: str) -> str:
    """The table with the digits before each | in green."""
    return re.sub(r"\d[\d.…]*(?=\|)", lambda found: click.style(found[0], fg="green", bold=True), text)


def _parts(value: PartialValue) -> tuple[str, str]:
    """The digits that agree with π, a long start without its middle, and what follows them, after a |."""
    if value.text is None:
        return "", "no real number"
    right, rest = value.text[: value.agreeing], value.text[value.agreeing :]
    if len(right) > _LONGEST_START:
        right = f"{right[:_KEPT_HEAD]}…{right[_KEPT_HEAD - _LONGEST_START + 1 :]}"
    return right, f"|{rest[:_SHOWN_WRONG]}"


def _error(digits: float) -> str | None:
    """|πₙ − π|, from its −log₁₀: 0.86, 7.6e-8, 1.2e-14183, 3.0e+400."""
    if not math.isfinite(digits):
        return None
    if -2 < digits < 2:
        return f"{10**-digits:.2g}"
    exponent = -math.ceil(digits)
    factor = f"{10 ** (-exponent - digits):.1f}"
    return f"{factor}e{exponent:+}" if factor != "10.0" else f"1.0e{exponent + 1:+}"
