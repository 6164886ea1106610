"""Series for π as data, and the bounds that follow from their polynomials.

>>> from pi_engine import series
>>> series.catalogue()[0]
SingleSeries(chudnovsky, 14.18 digits a term)
>>> series.get("ramanujan")
SingleSeries(ramanujan, 7.98 digits a term)
>>> print(series.get("ramanujan").closed_form)
π = 9801·√2·Q / (4·T)

`derive(163)` derives the series of a discriminant, `load("my.toml")` reads one from a file. `compute` sums them all.
The modules that derive series and read files are loaded on first use.

`catalogue` lists the series that the program knows. `get` also takes the name of a derived series or of a file. A
series is data: polynomials p, q, a and a closed form. Nothing here sums one.
"""

from typing import TYPE_CHECKING

from pi_engine.series.catalogue import CHUDNOVSKY, RAMANUJAN_1914, catalogue, is_catalogued, lessons
from pi_engine.series.lookup import get
from pi_engine.series.model.closed_form import ClosedForm
from pi_engine.series.model.hypergeometric import HypergeometricSeries
from pi_engine.series.model.pi_series import CombinedSeries, Component, PiSeries, SingleSeries
from pi_engine.series.model.polynomial import IntegerPolynomial

if TYPE_CHECKING:
    from pi_engine.engine.checks.agreement import derive as derive
    from pi_engine.series.modular_forms.derivation import Derivation as Derivation
    from pi_engine.series.user.user_file import load as load

_HOME = {
    "Derivation": "pi_engine.series.modular_forms.derivation",
    "derive": "pi_engine.engine.checks.agreement",
    "load": "pi_engine.series.user.user_file",
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
