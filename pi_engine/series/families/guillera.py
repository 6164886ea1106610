"""Guillera's series for 1/π² whose sum is a rational multiple of it, proved by WZ pairs; π is a square root.

(x)ₖ = x·(x + 1)⋯(x + k − 1). That of 1 + 8k + 20k² and of 13 + 180k + 820k² have terms (½)ₖ⁵/k!⁵, which is C(2k, k)⁵/2^(10k).
"""

from __future__ import annotations

from pi_engine.series.model.closed_form import ClosedForm
from pi_engine.series.model.pi_series import SingleSeries
from pi_engine.series.model.polynomial import IntegerPolynomial

_HALF = (-1, 2)
_K5 = ((0, 1),) * 5
FAMILY = "Guillera, 1/π²"


def _row(
    p: IntegerPolynomial, q: int, a: tuple[int, int, int], value: int, *, terms: str, power: str, source: str
) -> SingleSeries:
    polynomial = f"{a[0]} + {a[1]}k + {a[2]}k²"
    return SingleSeries(
        name=f"guillera-{a[2]}",
        title=f"Guillera, {a[2]}k² + {a[1]}k + {a[0]}",
        family=FAMILY,
        p=p,
        q=IntegerPolynomial(q, _K5),
        a=IntegerPolynomial(1, (a,)),
        closed_form=ClosedForm(value, 1, 1, power=2),
        formula=f"Σ {terms}/k!⁵ · ({polynomial}) · {power} = {value}/π²",
        source=f"J. Guillera, {source}",
    )


ROWS = (
    _row(
        IntegerPolynomial(-1, (_HALF,) * 5), 2**15, (13, 180, 820), 128, terms="(½)ₖ⁵", power="(−1)^k/2^(10k)",
        source="Some binomial series obtained by the WZ-method, Advances in Applied Mathematics 29 (2002)",
    ),
    _row(
        IntegerPolynomial(1, ((-3, 4), (-1, 4), *(_HALF,) * 3)), 2**11, (3, 34, 120), 32, terms="(½)ₖ³ (¼)ₖ (¾)ₖ", power="1/2^(4k)",
        source="Generators of some Ramanujan formulas, The Ramanujan Journal 11 (2006)",
    ),
    _row(
        IntegerPolynomial(-1, (_HALF,) * 5), 2**7, (1, 8, 20), 8, terms="(½)ₖ⁵", power="(−1)^k/2^(2k)",
        source="Some binomial series obtained by the WZ-method, Advances in Applied Mathematics 29 (2002)",
    ),
    _row(
        IntegerPolynomial(3, ((-2, 3), (-1, 3), *(_HALF,) * 3)), 2**9, (3, 27, 74), 48, terms="(½)ₖ³ (⅓)ₖ (⅔)ₖ", power="(27/64)^k",
        source="A new Ramanujan-like series for 1/π², The Ramanujan Journal 26 (2011)",
    ),
)  # fmt: skip
