"""All identities, in the order of the gallery."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.identities.essays.identity import Identity

TITLES = {
    "rogers-ramanujan": "Ramanujan's continued fraction at e^(−2π)",
    "ramanujan-1914": "Ramanujan's series for 1/π, with 396",
    "chudnovsky": "the Chudnovskys' series for 1/π, with 640320",
    "near-integer": "e^(π√163) by the j-invariant",
    "log-trig-plus": "log-trigonometric integrals, powers of ln 2",
    "log-trig-minus": "log-trigonometric integrals, powers of 1/ln 2",
    "euler": "e^(iπ) + 1 = 0",
    "stirling-coefficients": "coefficients of Stirling's series, by two ways",
    "stirling-pi": "π from Stirling's series",
    "quartic-integral": "∫ e^(−εx⁴−x²) dx by a Bessel function",
    "quartic-asymptotic": "∫ e^(−εx⁴−x²) dx by its asymptotic series",
    "quartic-convergent": "∫ e^(−εx⁴−x²) dx over [−M, M] by its series",
    "n-ball-exact": "volume and surface of the n-ball, by powers of π",
    "n-ball-recurrence": "volume of the n-ball from that of the (n−1)-ball",
    "n-ball-cosines": "volume of the n-ball by integrals of cosines",
    "gaussian-integral": "∫ e^(−x²) dx = √π, and in n dimensions",
    "gelu-slope": "√(2/π) in the tanh approximation of GELU",
    "gelu-local": "the cubic coefficient of GELU at 0",
    "gelu-minimax": "the cubic coefficient of GELU with the least error",
    "gelu-logistic": "the logistic function nearest to the normal distribution",
    "entropy-gaussian": "the Gaussian has the largest entropy",
    "entropy-parity": "the classifier with the largest entropy",
}
"""Name of each identity, in the order of the gallery → what it is about, for the shell to show without importing mpmath."""

_MODULES = (
    "continued_fraction",
    "ramanujan_series",
    "heegner",
    "log_trigonometric",
    "euler",
    "stirling",
    "quartic",
    "n_ball",
    "gelu",
    "entropy",
)
"""Each has its part of the gallery under the name IDENTITIES."""


@cache
def catalogue() -> tuple[Identity, ...]:
    """Every identity of the gallery."""
    return tuple(
        identity
        for module in _MODULES
        for identity in import_module(f"pi_engine.identities.essays.{module}").IDENTITIES
    )


def get(names: Sequence[str]) -> tuple[Identity, ...]:
    """The identities of these names, or of the groups of these numbers, without doubles; all for no name.

    Raises:
        UsageError: there is none of that name; the message names the one that is near, and says where all are listed.
    """
    if not names:
        return catalogue()
    found: dict[str, Identity] = {}
    for name in names:
        matching = [row for row in catalogue() if name.casefold() in (row.name, str(row.group))]
        if not matching:
            near = get_close_matches(name.casefold(), [row.name for row in catalogue()], n=1)
            question = f"did you mean {near[0]}? " if near else ""
            raise UsageError(
                f"there is no identity {name[:50]!r}: {question}'pi-engine identities' without a name shows all; a number "
                "from 1 to 10 is a part of the gallery"
            )
        found |= {row.name: row for row in matching}
    return tuple(found.values())
