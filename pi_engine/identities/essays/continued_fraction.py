"""The Rogers–Ramanujan continued fraction at e^(−2π)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mpmath import mp

from pi_engine.identities.essays.identity import Case, Identity, agm_pi

if TYPE_CHECKING:
    from collections.abc import Iterator


def continued_fraction(depth: int) -> Any:
    """e^(−2π/5)/(1 + e^(−2π)/(1 + … e^(−2π·depth))), from the innermost denominator outwards."""
    q = mp.exp(-2 * agm_pi())
    value = mp.one
    for k in range(depth, 0, -1):
        value = 1 + q**k / value
    return mp.root(q, 5) / value


def depth_for(digits: int) -> int:
    """How deep `digits` digits need to go: a level k moves the value by about q·q²·…·q^k = e^(−πk(k+1))."""
    return math.isqrt(int((digits + 40) * math.log(10) / math.pi)) + 2


def _cases(digits: int) -> Iterator[Case]:
    phi = (1 + mp.sqrt(5)) / 2
    yield Case("", continued_fraction(depth_for(digits)), mp.sqrt(phi + 2) - phi)


IDENTITIES = (
    Identity(
        name="rogers-ramanujan",
        group=1,
        statement="e^(−2π/5)/(1 + e^(−2π)/(1 + e^(−4π)/(1 + …))) = √(φ + 2) − φ, φ = (1 + √5)/2",
        source="Ramanujan's first letter to Hardy, 1913; Watson 1929",
        cases=_cases,
    ),
)
