"""What is summed: series for π as data, and the bounds that follow from their polynomials."""

from pi_engine.series.catalogue import CHUDNOVSKY, RAMANUJAN_1914, catalogue, get
from pi_engine.series.closed_form import ClosedForm
from pi_engine.series.hypergeometric import HypergeometricSeries
from pi_engine.series.polynomial import IntegerPolynomial
from pi_engine.series.rows import CombinedSeries, Component, PiSeries, SingleSeries

__all__ = [
    "CHUDNOVSKY",
    "RAMANUJAN_1914",
    "ClosedForm",
    "CombinedSeries",
    "Component",
    "HypergeometricSeries",
    "IntegerPolynomial",
    "PiSeries",
    "SingleSeries",
    "catalogue",
    "get",
]
