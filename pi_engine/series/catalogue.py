"""The series this program knows, each a row of data."""

from __future__ import annotations

from difflib import get_close_matches

from pi_engine.errors import UsageError
from pi_engine.series.hypergeometric import ClosedForm, HypergeometricSeries
from pi_engine.series.polynomial import IntegerPolynomial

_K = (0, 1)

CHUDNOVSKY = HypergeometricSeries(
    name="chudnovsky",
    title="Chudnovsky brothers",
    family="Ramanujan–Sato, level 1",
    p=IntegerPolynomial(-1, ((-5, 6), (-1, 2), (-1, 6))),
    q=IntegerPolynomial(640320**3 // 24, (_K, _K, _K)),
    a=IntegerPolynomial(1, ((13591409, 545140134),)),
    closed_form=ClosedForm(numerator=426880, radicand=10005, denominator=1),
    formula="1/π = 12 Σ (−1)^k (6k)! (13591409 + 545140134k) / ((3k)! k!³ 640320^(3k+3/2))",
    source="D. V. Chudnovsky and G. V. Chudnovsky, Approximations and complex multiplication according to "
    "Ramanujan, in: Ramanujan Revisited, Academic Press, 1988",
)

RAMANUJAN_1914 = HypergeometricSeries(
    name="ramanujan",
    title="Ramanujan 1914 (9801)",
    family="Ramanujan–Sato, level 2",
    p=IntegerPolynomial(1, ((-3, 4), (-1, 2), (-1, 4))),
    q=IntegerPolynomial(396**4 // 8, (_K, _K, _K)),
    a=IntegerPolynomial(1, ((1103, 26390),)),
    closed_form=ClosedForm(numerator=9801, radicand=2, denominator=4),
    formula="1/π = (2√2/9801) Σ (4k)! (1103 + 26390k) / (k!⁴ 396^(4k))",
    source="S. Ramanujan, Modular equations and approximations to π, Quarterly Journal of Mathematics 45 "
    "(1914), equation 44",
)

_ROWS = {row.name: row for row in (CHUDNOVSKY, RAMANUJAN_1914)}


def catalogue() -> tuple[HypergeometricSeries, ...]:
    """All series, in the order in which they are listed."""
    return tuple(_ROWS.values())


def get(name: str) -> HypergeometricSeries:
    """The series of that name.

    Raises:
        UsageError: there is none; the message names those that are near, or all.
    """
    row = _ROWS.get(name.lower())
    if row is None:
        near = get_close_matches(name.lower(), _ROWS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(_ROWS)}"
        raise UsageError(f"unknown series {name!r}: {hint}")
    return row
