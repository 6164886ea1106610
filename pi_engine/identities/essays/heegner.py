"""e^(π√163): j(q) = E₄³/Δ at q = −e^(−π√163), by the sparse series of theta functions and pentagonal numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mpmath import mp

from pi_engine.identities.essays.identity import Case, Identity, agm_pi
from pi_engine.identities.printed_numbers import figures

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOTS = {43: 960, 67: 5280, 163: 640320}
"""d → ∛(−j((1 + √−d)/2))"""


def j_invariant(d: int, digits: int) -> Any:
    """j((1 + √−d)/2) with q = −t, t = e^(−π√d): E₄ = (θ₂⁸ + θ₃⁸ + θ₄⁸)/2 at the nome √q, Δ = q·∏ (1 − qⁿ)^24.

    θ₂⁸ at the nome √q is 256·q·(Σ q^(n(n+1)/2))⁸; √q is imaginary there, but θ₃⁸ + θ₄⁸ is real: twice the real part of
    (Σ i^(n²)·t^(n²/2))⁸, whose even n give real, whose odd n imaginary terms.
    """
    t = mp.exp(-agm_pi() * mp.sqrt(d))
    count = math.isqrt(int((digits + 40) * math.log(10) * 2 / (math.pi * math.sqrt(d)))) + 3
    even = 1 + 2 * mp.fsum(t ** (2 * n * n) for n in range(1, count))
    odd = 2 * mp.sqrt(t) * mp.fsum(t ** (2 * n * (n + 1)) for n in range(count))
    theta2_eighth = 256 * -t * mp.fsum((-t) ** (n * (n + 1) // 2) for n in range(count)) ** 8
    E4 = (theta2_eighth + 2 * mp.re(mp.mpc(even, odd) ** 8)) / 2
    euler = 1 + mp.fsum(
        (-1) ** n * ((-t) ** (n * (3 * n - 1) // 2) + (-t) ** (n * (3 * n + 1) // 2)) for n in range(1, count)
    )
    return E4**3 / (-t * euler**24)


def _cases(digits: int) -> Iterator[Case]:
    for d, root in _ROOTS.items():
        yield Case(f"d = {d}", j_invariant(d, digits), -(root**3))


def _notes() -> list[str]:
    with mp.workdps(60):
        lines = []
        for d, root in _ROOTS.items():
            value = mp.exp(mp.pi * mp.sqrt(d))
            distance = figures(value - (root**3 + 744), 12)
            lines.append(
                f"e^(π√{d}) = {root}³ + 744 + ({distance}); −196884·e^(−π√{d}) = {figures(-196884 / value, 12)}"
            )
        return lines


IDENTITIES = (
    Identity(
        name="near-integer",
        group=3,
        statement="E₄(q)³/Δ(q) = −640320³ at q = −e^(−π√163), so e^(π√163) = 640320³ + 744 − 196884·e^(−π√163) + …",
        source="Hermite 1859; Cox, Primes of the form x² + ny², section 12; likewise 960³ for 43, 5280³ for 67",
        cases=_cases,
        notes=_notes,
    ),
)
