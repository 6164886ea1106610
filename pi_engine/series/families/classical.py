"""Series of one component for π itself: the slow end of the catalogue, and Gosper's."""

from __future__ import annotations

from pi_engine.series.model.closed_form import ClosedForm
from pi_engine.series.model.pi_series import SingleSeries
from pi_engine.series.model.polynomial import IntegerPolynomial

FAMILY = "classical"
_K = (0, 1)

ROWS = (
    SingleSeries(
        name="gosper",
        title="Gosper 1974",
        family=FAMILY,
        p=IntegerPolynomial(1, (_K, (-1, 2))),
        q=IntegerPolynomial(3, ((-1, 3), (-2, 3))),
        a=IntegerPolynomial(2, ((-3, 25),)),
        closed_form=ClosedForm(1, 1, 1, direct=True),
        formula="π = Σ (50k − 6) / (2^k C(3k, k))",
        source="R. W. Gosper, 1974; G. Almkvist, C. Krattenthaler and J. Petersson, Some new formulas for π, Experimental "
        "Mathematics 12 (2003)",
    ),
    SingleSeries(
        name="newton",
        title="Newton 1676, arcsin(1/2)",
        family=FAMILY,
        p=IntegerPolynomial(1, ((-1, 2), (-1, 2))),
        q=IntegerPolynomial(8, ((1, 2), _K)),
        a=IntegerPolynomial(1),
        closed_form=ClosedForm(3, 1, 1, direct=True),
        formula="π/6 = arcsin(1/2) = ½ Σ C(2k, k) / ((2k + 1) 16^k)",
        source="I. Newton, letter to Oldenburg, 1676",
    ),
    SingleSeries(
        name="sharp",
        title="Sharp 1699, arctan(1/√3)",
        family=FAMILY,
        p=IntegerPolynomial(-1, ((-1, 2),)),
        q=IntegerPolynomial(3, ((1, 2),)),
        a=IntegerPolynomial(1),
        closed_form=ClosedForm(2, 3, 1, direct=True),
        formula="π/6 = arctan(1/√3) = (1/√3) Σ (−1)^k / (3^k (2k + 1))",
        source="A. Sharp computed 71 digits by it in 1699; known to Mādhava about 1400",
    ),
    SingleSeries(
        name="euler",
        title="Euler 1755, arctan(1)",
        family=FAMILY,
        p=IntegerPolynomial(1, (_K,)),
        q=IntegerPolynomial(1, ((1, 2),)),
        a=IntegerPolynomial(1),
        closed_form=ClosedForm(2, 1, 1, direct=True),
        formula="π/2 = Σ k! / (2k + 1)!!",
        source="L. Euler, Institutiones calculi differentialis, 1755",
    ),
)
