"""Series whose terms are fractions over powers of two, by which single digits can be found: Σ ±1/2^(bk) · Σ cᵢ/(mᵢk + nᵢ)."""

from __future__ import annotations

from fractions import Fraction

from pi_engine.series.model.closed_form import ClosedForm
from pi_engine.series.model.hypergeometric import HypergeometricSeries
from pi_engine.series.model.pi_series import CombinedSeries, Component
from pi_engine.series.model.polynomial import IntegerPolynomial

FAMILY = "digit extraction"


def fraction_series(c: Fraction, n: int, m: int, base: int) -> Component:
    """The component c·Σ 1/(base^k·(mk + n)), base ≠ 0: its terms are ∏ (mj − m + n)/(base·(mj + n)) and 1/n."""
    summed = HypergeometricSeries(
        p=IntegerPolynomial(1 if base > 0 else -1, ((n - m, m),)),
        q=IntegerPolynomial(abs(base), ((n, m),)),
        a=IntegerPolynomial(1),
    )
    sign = "(−1)^k" if base < 0 else "1"
    return Component(c / n, summed, f"Σ {sign}/({abs(base)}^k ({m}k + {n}))")


def _row(name: str, title: str, source: str, formula: str, parts: tuple[Component, ...]) -> CombinedSeries:
    form = ClosedForm(1, 1, 1, direct=True)
    return CombinedSeries(
        name=name, title=title, family=FAMILY, parts=parts, closed_form=form, formula=formula, source=source
    )


ROWS = (
    _row(
        "bellard",
        "Bellard 1997",
        "F. Bellard, A new formula to compute the n-th binary digit of π, 1997",
        "π = 1/64 Σ (−1)^k/1024^k (−32/(4k+1) − 1/(4k+3) + 256/(10k+1) − 64/(10k+3) − 4/(10k+5) − 4/(10k+7) + 1/(10k+9))",
        tuple(
            fraction_series(Fraction(c, 64), n, m, -1024)
            for c, n, m in ((-32, 1, 4), (-1, 3, 4), (256, 1, 10), (-64, 3, 10), (-4, 5, 10), (-4, 7, 10), (1, 9, 10))
        ),
    ),
    _row(
        "bbp",
        "Bailey, Borwein and Plouffe 1997",
        "D. Bailey, P. Borwein and S. Plouffe, On the rapid computation of various polylogarithmic constants, "
        "Mathematics of Computation 66 (1997)",
        "π = Σ 1/16^k (4/(8k+1) − 2/(8k+4) − 1/(8k+5) − 1/(8k+6))",
        tuple(fraction_series(Fraction(c), n, 8, 16) for c, n in ((4, 1), (-2, 4), (-1, 5), (-1, 6))),
    ),
    _row(
        "adamchik-wagon",
        "Adamchik and Wagon 1997",
        "V. Adamchik and S. Wagon, A simple formula for π, American Mathematical Monthly 104 (1997)",
        "π = Σ (−1)^k/4^k (2/(4k+1) + 2/(4k+2) + 1/(4k+3))",
        tuple(fraction_series(Fraction(c), n, 4, -4) for c, n in ((2, 1), (2, 2), (1, 3))),
    ),
)
