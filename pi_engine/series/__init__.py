"""What is summed: series for π as data, and the bounds that follow from their polynomials.

>>> from pi_engine import series
>>> series.catalogue()[0]
SingleSeries(chudnovsky, 14.18 digits a term)
>>> series.get("ramanujan")
SingleSeries(ramanujan, 7.98 digits a term)
>>> print(series.get("ramanujan").closed_form)
π = 9801·√2·Q / (4·T)

`derive(163)` derives the series of a discriminant, `load("my.toml")` reads one from a file; `compute` sums them all.
What derives series and what reads them from files is loaded on first use.
"""

from typing import TYPE_CHECKING

from pi_engine.series.catalogue import CHUDNOVSKY, RAMANUJAN_1914, catalogue, is_catalogued, lessons
from pi_engine.series.closed_form import ClosedForm
from pi_engine.series.hypergeometric import HypergeometricSeries
from pi_engine.series.lookup import get
from pi_engine.series.polynomial import IntegerPolynomial
from pi_engine.series.rows import CombinedSeries, Component, PiSeries, SingleSeries

if TYPE_CHECKING:
    from pi_engine.series.derivation import Derivation as Derivation
    from pi_engine.series.user_file import load as load
    from pi_engine.verify.agreement import derive as derive

_HOME = {
    "Derivation": "pi_engine.series.derivation",
    "derive": "pi_engine.verify.agreement",
    "load": "pi_engine.series.user_file",
}
__all__ = [
    "CHUDNOVSKY",
    "RAMANUJAN_1914",
    "ClosedForm",
    "CombinedSeries",
    "Component",
    "Derivation",
    "HypergeometricSeries",
    "IntegerPolynomial",
    "PiSeries",
    "SingleSeries",
    "catalogue",
    "derive",
    "get",
    "is_catalogued",
    "lessons",
    "load",
]


if not TYPE_CHECKING:  # a type checker would take every name for one of this module

    def __getattr__(name: str) -> object:
        """Import the module that a public name lives in, at its first use (PEP 562)."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
