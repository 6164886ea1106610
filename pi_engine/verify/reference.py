"""The first digits of π from an oracle, for series that nobody has proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.errors import VerificationError
from pi_engine.radix import digit_text, fraction_bits, scale
from pi_engine.verify.iterations import gauss_legendre

if TYPE_CHECKING:
    from pi_engine.series import PiSeries

REFERENCE_DIGITS = 10_000
"""So many take the oracle some milliseconds."""


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
    if text[: count + 1] != expected:
        position = next(i for i in range(count + 1) if text[i] != expected[i])
        found, right = (digits[position : position + 10] for digits in (text, expected))
        raise VerificationError(
            f"series {series.name} does not sum to π: at position {position} it gives {found}, and π has {right}"
        )
    return count
