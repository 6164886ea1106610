"""e^(iπ) + 1 = 0, by the exponential series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mpmath import mp

from pi_engine.identities.essays.identity import Case, Identity, agm_pi

if TYPE_CHECKING:
    from collections.abc import Iterator


def exponential_series(z: Any) -> Any:
    """Σ zⁿ/n!, until a term no longer counts; for |z| < 10."""
    total = term = mp.mpc(1)
    n = 0
    while n < 20 or abs(term) > mp.ldexp(1, -mp.prec - 10):
        n += 1
        term = term * z / n
        total += term
    return total


def _cases(digits: int) -> Iterator[Case]:  # noqa: ARG001 (the precision is mpmath's)
    yield Case("", exponential_series(mp.mpc(0, agm_pi())) + 1, 0)


IDENTITIES = (
    Identity(
        name="euler",
        group=5,
        statement="e^(iπ) + 1 = 0, with e^z = Σ zⁿ/n!",
        source="Euler, Introductio in analysin infinitorum (1748), chapter 8",
        cases=_cases,
    ),
)
