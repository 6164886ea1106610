"""Stirling's series: exact coefficients to any order, the optimal truncation, and π from a factorial.

Γ(x+1) = ∫ t^x·e^(−t) dt. Put t = x·e^u, then u = v/√x, and write q = 1/√x:

    Γ(x+1) = √x·(x/e)^x · ∫ e^(−v²/2)·exp(G(q, v)) dv,   G = q·v − Σ_{k ≥ 3} q^(k−2)·v^k/k!,

as −x·(e^u − 1 − u) + u = −v²/2 + G. Expand exp(G) in powers of the formal q: its coefficient of q^m is a polynomial in v, which
∫ e^(−v²/2)·v^(2i) dv = √(2π)·(2i−1)!! integrates term by term. Odd powers of q vanish, and

    Γ(x+1) ~ √(2πx)·(x/e)^x·(1 + a₁/x + a₂/x² + …),   1/12, 1/288, −139/51840, …
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gmpy2 import mpq
from mpmath import mp

from pi_engine.identities.essays.identity import GUARD_DIGITS, Case, Identity, agm_pi
from pi_engine.identities.printed_numbers import figures, number

if TYPE_CHECKING:
    from collections.abc import Iterator

ORDER = 20
"""The coefficients that are compared; the substitution takes O(order⁴) steps."""


def coefficients_by_substitution(order: int) -> list[mpq]:
    """a₀ … a_order, exact, as described above.

    With exp(G) = Σ p_m(v)·q^m and G = Σ g_j(v)·q^j, differentiating by q gives m·p_m = Σ j·g_j·p_(m−j), where g₁ = v − v³/6
    and g_j = −v^(j+2)/(j+2)!. p_m has degree 3m and the parity of m.
    """
    polynomials: list[dict[int, mpq]] = [{0: mpq(1)}]
    for m in range(1, 2 * order + 1):
        total: dict[int, mpq] = {}
        for j in range(1, m + 1):
            weight = mpq(-j, m * math.factorial(j + 2))
            for power, coefficient in polynomials[m - j].items():
                total[power + j + 2] = total.get(power + j + 2, mpq(0)) + weight * coefficient
        for power, coefficient in polynomials[m - 1].items():
            total[power + 1] = total.get(power + 1, mpq(0)) + coefficient / m
        polynomials.append(total)
    return [
        sum((c * double_factorial(power - 1) for power, c in polynomials[2 * k].items()), mpq(0))
        for k in range(order + 1)
    ]


def double_factorial(n: int) -> int:
    """n·(n − 2)·…, 1 for n = −1: the moment ∫ e^(−v²/2)·v^(n+1) dv/√(2π) for odd n."""
    return math.prod(range(n, 0, -2))


def coefficients_by_bernoulli(order: int) -> list[mpq]:
    """The coefficients of Stirling's series from ln Γ: exp Σ B_2k/(2k(2k−1)·x^(2k−1)), by k·a_k = Σ j·c_j·a_(k−j)."""
    c = [mpq(0)] * (order + 1)
    for j in range(1, order + 1, 2):
        c[j] = mpq(*mp.bernfrac(j + 1)) / (j * (j + 1))
    a = [mpq(1)]
    for k in range(1, order + 1):
        a.append(sum((j * c[j] * a[k - j] for j in range(1, k + 1, 2)), mpq(0)) / k)
    return a


def pi_from_factorial(n: int, terms: int) -> Any:
    """π = (n!·(e/n)^n / (1 + a₁/n + … ))²/(2n), the series cut after `terms` terms."""
    a = coefficients_by_bernoulli(terms)
    series = mp.fsum(number(coefficient) / mp.mpf(n) ** k for k, coefficient in enumerate(a))
    ratio = mp.mpf(math.factorial(n)) * mp.exp(n) / mp.mpf(n) ** n
    return (ratio / series) ** 2 / (2 * n)


def terms_for(n: int, digits: int) -> int:
    """How many terms at n give `digits` digits: a_k is about 2·(k−1)!/(2π)^(k+1), so that the least term is e^(−2πn)."""
    for k in range(1, int(2 * math.pi * n)):
        if math.lgamma(k + 1) - k * math.log(2 * math.pi * n) < -(digits + GUARD_DIGITS) * math.log(10):
            return k
    raise ValueError(f"Stirling's series at {n} never gives {digits} digits")


def _coefficient_cases(digits: int) -> Iterator[Case]:  # noqa: ARG001 (they are exact)
    pairs = zip(coefficients_by_substitution(ORDER), coefficients_by_bernoulli(ORDER), strict=True)
    for k, (left, right) in enumerate(pairs):
        yield Case(f"a{k} = {right}" if k < 8 else f"a{k}", left, right)


def _coefficient_notes() -> list[str]:
    """Decline and rise of the terms at x = 3, and what the series then yields."""
    x = 3
    with mp.workdps(60):
        a = coefficients_by_bernoulli(40)
        exact = mp.factorial(x) / (mp.sqrt(2 * mp.pi * x) * (x / mp.e) ** x)
        partial, lines = mp.zero, [f"x = {x}: terms a_k/x^k, and the error of 3! when the series is cut behind them"]
        for k, coefficient in enumerate(a):
            term = number(coefficient) / mp.mpf(x) ** k
            partial += term
            if k % 4 == 0 or k in (17, 18, 19):
                lines.append(f"  k = {k:2}: {figures(term, 4):>14}   {figures(partial / exact - 1, 4):>14}")
        least = 2 * mp.exp(-2 * mp.pi * x) / mp.sqrt(2 * mp.pi * 2 * mp.pi * x)
        lines.append(
            f"  predicted: least at k ≈ 2πx = {figures(2 * mp.pi * x, 3)}, "
            f"where a_k/x^k ≈ 2·e^(−2πx)/(2π·√x) = {figures(least, 3)}"
        )
        return lines


def _pi_cases(digits: int) -> Iterator[Case]:
    n = max(20, 4 * digits)
    yield Case(f"n = {n}, {terms_for(n, digits)} terms", pi_from_factorial(n, terms_for(n, digits)), agm_pi())


def _pi_notes() -> list[str]:
    lines = []
    for n in (1, 5, 10, 20):
        with mp.workdps(100):
            errors = [abs(pi_from_factorial(n, k) / agm_pi() - 1) for k in range(1, int(2 * math.pi * n) + 8)]
            best = min(errors)
            lines.append(
                f"{n}! yields at most {int(-mp.log10(best))} digits of π, with {errors.index(best) + 1} terms; "
                f"e^(−2πn) predicts {figures(2 * mp.pi * n / mp.log(10), 3)} digits and {figures(2 * mp.pi * n, 3)} terms"
            )
    return lines


IDENTITIES = (
    Identity(
        name="stirling-coefficients",
        group=6,
        statement="Γ(x+1) ~ √(2πx)·(x/e)^x·(1 + 1/(12x) + 1/(288x²) − 139/(51840x³) − …): by t = x·e^u, and from Bernoulli numbers",
        source="Laplace 1774, Stirling 1730; exact rationals, compared one by one up to order 20",
        cases=_coefficient_cases,
        notes=_coefficient_notes,
    ),
    Identity(
        name="stirling-pi",
        group=6,
        statement="π = (n!·(e/n)^n/(1 + a₁/n + a₂/n² + …))²/(2n), cut before the terms rise",
        source="Stirling, Methodus differentialis (1730); the least term is about e^(−2πn)",
        cases=_pi_cases,
        notes=_pi_notes,
    ),
)
