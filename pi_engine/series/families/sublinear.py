"""Series whose error falls like a power of the number of terms: lessons in convergence, too slow to compute with.

Each further digit of Leibniz' series takes ten times as many terms. `compute` refuses them (`PiSeries.order`); their first
terms can be looked at.
"""

from __future__ import annotations

from pi_engine.series.model.closed_form import ClosedForm
from pi_engine.series.model.pi_series import SingleSeries
from pi_engine.series.model.polynomial import IntegerPolynomial

FAMILY = "too slow to compute with"
_SLOW = "Each further digit takes ten times as many terms."

ROWS = (
    SingleSeries(
        name="leibniz",
        title="Mādhava about 1400, Gregory 1671, Leibniz 1673: arctan(1)",
        family=FAMILY,
        p=IntegerPolynomial(-1, ((-1, 2),)),
        q=IntegerPolynomial(1, ((1, 2),)),
        a=IntegerPolynomial(1),
        closed_form=ClosedForm(4, 1, 1, direct=True),
        formula="π/4 = 1 − 1/3 + 1/5 − … = Σ (−1)^k / (2k + 1)",
        source="R. Roy, The discovery of the series formula for π by Leibniz, Gregory and Nilakantha, Mathematics Magazine 63 (1990)",
        note=f"{_SLOW} 'euler' sums the same arctan(1) after Euler's transformation, 0.30 digits per term.",
    ),
    SingleSeries(
        name="basel",
        title="Euler 1735, ζ(2)",
        family=FAMILY,
        p=IntegerPolynomial(1, ((0, 1), (0, 1))),
        q=IntegerPolynomial(1, ((1, 1), (1, 1))),
        a=IntegerPolynomial(1),
        closed_form=ClosedForm(6, 1, 1, direct=True, power=2),
        formula="π²/6 = 1 + 1/4 + 1/9 + … = Σ 1 / (k + 1)²",
        source="L. Euler, De summis serierum reciprocarum, Commentarii academiae scientiarum Petropolitanae 7 (1740)",
        note=_SLOW,
    ),
)
