"""π/4 as a sum of arctangents, each by Euler's series of 1755, and once by Gregory's.

    arctan(u/v) = uv/(u² + v²) · Σ ∏_{j=1}^{k} 2j/(2j + 1) · (u²/(u² + v²))^k

Its terms are positive and fall a little faster than those of Gregory's series, which textbooks take:

    arctan(1/v) = 1/v · Σ (−1)^k / ((2k + 1)·v^(2k))
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import gcd

from pi_engine.series.model.closed_form import ClosedForm
from pi_engine.series.model.hypergeometric import HypergeometricSeries
from pi_engine.series.model.pi_series import CombinedSeries, Component
from pi_engine.series.model.polynomial import IntegerPolynomial

FAMILY = "arctangents"
_NOTE = "Each arctangent is summed by Euler's series of 1755, not by Gregory's, x − x³/3 + x⁵/5 − …, which is a little slower."
_MACHIN = ((4, 5), (-1, 239))


def arctangent(coefficient: int, v: int, u: int = 1) -> Component:
    """The component coefficient·arctan(u/v)."""
    norm = u * u + v * v
    common = gcd(2 * u * u, norm)
    summed = HypergeometricSeries(
        p=IntegerPolynomial(2 * u * u // common, ((0, 1),)),
        q=IntegerPolynomial(norm // common, ((1, 2),)),
        a=IntegerPolynomial(1),
    )
    return Component(Fraction(coefficient * u * v, norm), summed, f"arctan({u}/{v})")


def gregory(coefficient: int, v: int) -> Component:
    """The component coefficient·arctan(1/v) by Gregory's series."""
    summed = HypergeometricSeries(
        p=IntegerPolynomial(-1, ((-1, 2),)), q=IntegerPolynomial(v * v, ((1, 2),)), a=IntegerPolynomial(1)
    )
    return Component(Fraction(coefficient, v), summed, f"arctan(1/{v})")


def _row(
    name: str, title: str, source: str, *terms: tuple[int, int] | tuple[int, int, int], note: str = _NOTE
) -> CombinedSeries:
    formula = "π/4 ="
    for i, (coefficient, v, *rest) in enumerate(terms):
        sign = " −" if coefficient < 0 else " +" if i else ""
        factor = f" {abs(coefficient)}" if abs(coefficient) > 1 else ""
        formula += f"{sign}{factor} arctan({rest[0] if rest else 1}/{v})"
    return CombinedSeries(
        name=name,
        title=title,
        family=FAMILY,
        parts=tuple(arctangent(*term) for term in terms),
        closed_form=ClosedForm(4, 1, 1, direct=True),
        formula=formula,
        source=source,
        note=note,
    )


_BY_EULER = _row(
    "machin", "Machin 1706", "W. Jones, Synopsis palmariorum matheseos, 1706", *_MACHIN,
    note=f"{_NOTE} The textbook form is 'machin-gregory'.",
)  # fmt: skip
_BY_GREGORY = replace(
    _BY_EULER,
    name="machin-gregory",
    title="Machin 1706, textbook form",
    parts=tuple(gregory(*term) for term in _MACHIN),
    formula=f"{_BY_EULER.formula}, arctan(1/v) = Σ (−1)^k / ((2k + 1) v^(2k+1))",
    note="Each arctangent is summed by Gregory's series, x − x³/3 + x⁵/5 − …, as Machin did; 'machin' takes Euler's.",
)

ROWS = (
    _row(
        "hwang", "Hwang Chien-Lih 1997", "Hwang Chien-Lih, More Machin-type identities, Mathematical Gazette 81 (1997)",
        (183, 239), (32, 1023), (-68, 5832), (12, 110443), (-12, 4841182), (-100, 6826318),
    ),
    _row(
        "takano", "Takano 1982", "Takano Kikuo, 1982, used for 1.24·10^12 digits in 2002",
        (12, 49), (32, 57), (-5, 239), (12, 110443),
    ),
    _row(
        "stormer", "Størmer 1896", "C. Størmer, Sur l'application de la théorie des nombres entiers complexes à la "
        "solution en nombres rationnels de l'équation c₁ arctg x₁ + … = kπ/4, Archiv for Mathematik og Naturvidenskab (1896)",
        (44, 57), (7, 239), (-12, 682), (24, 12943),
    ),
    _row("gauss", "Gauss 1863", "C. F. Gauss, Werke, volume 2, 1863", (12, 18), (8, 57), (-5, 239)),
    _BY_EULER,
    _BY_GREGORY,
    _row(
        "klingenstierna", "Klingenstierna 1730", "S. Klingenstierna, about 1730; see D. H. Lehmer, On arccotangent "
        "relations for π, American Mathematical Monthly 45 (1938)",
        (8, 10), (-1, 239), (-4, 515),
    ),
    _row(
        "euler-vega", "Euler 1755, Vega 1789", "L. Euler 1755, with his series; G. Vega computed 126 digits by it in 1789",
        (5, 7), (2, 79, 3),
    ),
    _row("hutton", "Hutton 1776", "C. Hutton, Philosophical Transactions of the Royal Society 66 (1776)", (2, 3), (1, 7)),
    _row("euler-1738", "Euler 1738", "L. Euler, 1738; see D. H. Lehmer 1938", (1, 2), (1, 3)),
)  # fmt: skip
