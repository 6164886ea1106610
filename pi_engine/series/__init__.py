"""What is summed: hypergeometric series for π as data, and the bounds that follow from their polynomials."""

from pi_engine.series.catalogue import CHUDNOVSKY, RAMANUJAN_1914, catalogue, get
from pi_engine.series.hypergeometric import ClosedForm, HypergeometricSeries
from pi_engine.series.polynomial import IntegerPolynomial

__all__ = [
    "CHUDNOVSKY",
    "RAMANUJAN_1914",
    "ClosedForm",
    "HypergeometricSeries",
    "IntegerPolynomial",
    "catalogue",
    "get",
]
