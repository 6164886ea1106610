"""Numbers as the gallery prints them: truncated towards zero, never rounded, and no figure that is not right.

A side is evaluated with GUARD_DIGITS more digits than are compared, and half of them may be lost on the way. Where a number is
that near to a decimal of the length that is asked for, both lie within its error, and the decimal is printed: Γ gives the volume of
the unit ball in one dimension as 2 or as 1.99…9, and 2 is meant. Exact numbers are rationals; they need no such decision.
"""

from __future__ import annotations

from numbers import Rational
from typing import Any

from mpmath import mp

MOST_SHOWN = 50
"""Digits of a value that are printed at most."""

_GUARD_BITS = 33
"""Bits that an evaluation may lose: half of the guard digits."""

_LEAST_FIXED = -5
"""Numbers from 10^−5 on are printed without an exponent."""


def number(value: Any) -> Any:
    """The value to mpmath's current precision."""
    if isinstance(value, Rational):
        return mp.mpf(int(value.numerator)) / int(value.denominator)
    return mp.mpmathify(value)


def decimals(value: Any, places: int) -> str:
    """The value with a given number of digits after the point; an exact whole number has none."""
    if isinstance(value, Rational) and value.denominator == 1:
        return str(value)
    digits = str(_scaled(value, places)[0]).rjust(places + 1, "0")
    point = len(digits) - places
    return f"{'-' if value < 0 else ''}{digits[:point]}.{digits[point:]}"


def figures(value: Any, count: int) -> str:
    """The value in a given number of significant figures, with … where it goes on: `0.000178921…`, `−7.4992…e-13` and `0.5`."""
    if not value:
        return "0"
    exponent = int(mp.floor(mp.log10(abs(number(value)))))
    scaled, exact = _scaled(value, count - 1 - exponent)
    if len(str(scaled)) != count:  # the logarithm of a power of ten is not exact
        exponent += len(str(scaled)) - count
        scaled, exact = _scaled(value, count - 1 - exponent)
    digits = str(scaled)
    fixed = _LEAST_FIXED <= exponent < count
    point = exponent + 1 if fixed else 1
    integer, fraction = (digits[:point], digits[point:]) if point > 0 else ("0", "0" * -point + digits)
    fraction = fraction.rstrip("0") if exact else f"{fraction}…"
    mantissa = f"{'−' if value < 0 else ''}{integer}{'.' if fraction.strip('…') else ''}{fraction}"
    return mantissa if fixed else f"{mantissa}e{exponent}"


def _scaled(value: Any, places: int) -> tuple[int, bool]:
    """⌊|value|·10^places⌋, and whether that is all of it, as far as can be seen."""
    if isinstance(value, Rational):
        whole, rest = divmod(
            abs(int(value.numerator)) * 10 ** max(places, 0), int(value.denominator) * 10 ** max(-places, 0)
        )
        return whole, not rest
    scaled = abs(value) * mp.mpf(10) ** places
    nearest = mp.nint(scaled)
    if abs(scaled - nearest) <= mp.ldexp(scaled, _GUARD_BITS - mp.prec):
        return int(nearest), True
    return int(mp.floor(scaled)), False
