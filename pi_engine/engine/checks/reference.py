"""π from elsewhere, for series that nobody has proved: the first digits from an oracle, all of more from a proved series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.engine.checks.iterations import gauss_legendre
from pi_engine.errors import VerificationError
from pi_engine.radix import digit_text, fraction_bits, scale
from pi_engine.series.catalogue import is_catalogued

if TYPE_CHECKING:
    from pi_engine.engine.checks.known import Characters
    from pi_engine.series.model.pi_series import PiSeries

REFERENCE_DIGITS = 10_000
"""Digits that a series is compared in with the oracle, which takes some milliseconds for them."""

PROVED = "chudnovsky"
"""The series whose run gives all digits to compare with: the fastest, so that the comparison takes no longer than the run itself."""

_PIECE = 1 << 20


def is_run_again(series: PiSeries, digits: int, check: str) -> bool:
    """Whether all digits are compared with those of a run with the series `PROVED`.

    They are where the oracle gives only a beginning; a full check confirms all digits of every series in any case.
    """
    return check == "fast" and digits > REFERENCE_DIGITS and not is_catalogued(series)


def reference_text(digits: int, base: int) -> str:
    """The digit before the point and `digits` after it, by the Gauss–Legendre iteration."""
    guard_bits, scaled = 64, None
    while scaled is None:
        scaled = scale(gauss_legendre(fraction_bits(digits, base, guard_bits)), digits, base)
        guard_bits *= 2
    return digit_text(scaled.value, base)


def require_reference(series: PiSeries, text: str, base: int) -> int:
    """Compare the first digits with the oracle's; returns how many after the point.

    Args:
        series: whose digits they are.
        text: the digit before the point and those after it.
        base: 10 or 16.

    Raises:
        VerificationError: they differ; the message names the first wrong position.
    """
    count = min(len(text) - 1, REFERENCE_DIGITS)
    expected = reference_text(count, base)
    require_same_digits(series, text[: count + 1], expected)
    return count


def require_same_digits(series: PiSeries, text: Characters, expected: Characters) -> None:
    """Compare all digits of a series with those of π, of the same form.

    Raises:
        VerificationError: they differ; the message names the first wrong position.
    """
    if text == expected:
        return
    pieces = range(0, max(len(text), len(expected)), _PIECE)
    start = next(i for i in pieces if text[i : i + _PIECE] != expected[i : i + _PIECE])
    place = next(i for i in range(start, start + _PIECE + 1) if text[i : i + 1] != expected[i : i + 1])
    found, right = (digits[place : place + 10] for digits in (text, expected))
    raise VerificationError(
        f"series {series.name} does not sum to π: at position {place - text[:2].count('.')} it gives {found}, and π has {right}"
    )
