"""Ramanujan's and the Chudnovskys' series for 1/π, added term by term, against π by the arithmetic-geometric mean."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mpmath import mp

from pi_engine.identities.essays.identity import Case, Identity, agm_pi
from pi_engine.identities.printed_numbers import figures
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TERMS_SHOWN = 5


def ramanujan_terms() -> Iterator[Any]:
    """(2√2/9801)·(4k)!·(1103 + 26390·k)/(k!⁴·396^(4k)) for k = 0, 1, 2 and so on."""
    factor, k = 2 * mp.sqrt(2) / 9801, 0
    while True:
        yield factor * (1103 + 26390 * k)
        k += 1
        factor = factor * ((4 * k - 3) * (4 * k - 2) * (4 * k - 1) * 4 * k) / (k**4 * 396**4)


def chudnovsky_terms() -> Iterator[Any]:
    """12·(−1)^k·(6k)!·(13591409 + 545140134·k)/((3k)!·k!³·640320^(3k + 3/2)) for k = 0, 1, 2 and so on."""
    factor, k = 12 / mp.sqrt(mp.mpf(640320) ** 3), 0
    while True:
        yield factor * (13591409 + 545140134 * k)
        k += 1
        factor = -factor * (24 * (6 * k - 5) * (2 * k - 1) * (6 * k - 1)) / (k**3 * 640320**3)


def _cases(terms: Callable[[], Iterator[Any]], digits_per_term: float) -> Callable[[int], Iterator[Case]]:
    def cases(digits: int) -> Iterator[Case]:
        count = math.ceil((digits + 25) / digits_per_term) + 1
        yield Case("", sum((term for _, term in zip(range(count), terms(), strict=False)), mp.zero), 1 / agm_pi())

    return cases


def _notes(terms: Callable[[], Iterator[Any]]) -> Callable[[], list[str]]:
    def notes() -> list[str]:
        lines = []
        with mp.workdps(120):
            partial = mp.zero
            for count, term in zip(range(1, _TERMS_SHOWN + 1), terms(), strict=False):
                partial += term
                error = abs(1 / partial - agm_pi())
                lines.append(f"{counted(count, 'term')}: π = {figures(1 / partial, 16)}, error {figures(error, 3)}")
        return lines

    return notes


IDENTITIES = (
    Identity(
        name="ramanujan-1914",
        group=2,
        statement="(2√2/9801)·Σ (4k)!·(1103 + 26390·k)/(k!⁴·396^(4k)) = 1/π",
        source="Ramanujan, Modular equations and approximations to π (1914), equation (44)",
        cases=_cases(ramanujan_terms, 7.98),
        notes=_notes(ramanujan_terms),
    ),
    Identity(
        name="chudnovsky",
        group=2,
        statement="12·Σ (−1)^k·(6k)!·(13591409 + 545140134·k)/((3k)!·k!³·640320^(3k+3/2)) = 1/π",
        source="D. and G. Chudnovsky, Approximations and complex multiplication according to Ramanujan (1988)",
        cases=_cases(chudnovsky_terms, 14.18),
        notes=_notes(chudnovsky_terms),
    ),
)
