"""∫ e^(−εx⁴−x²) dx: an asymptotic series over all of ℝ, a convergent one over [−M, M].

Expanding e^(−εx⁴) and integrating term by term gives Σ (−ε)^k·Γ(2k + ½)/k! over ℝ: the terms grow like k!·(4ε)^k, because
x ↦ −x⁴ is unbounded and the exchange of sum and integral not allowed; the least one, at k ≈ 1/(4ε), is about
e^(−1/(4ε)). Over [−M, M] the exponential series converges uniformly, and so does the sum.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mpmath import mp

from pi_engine.identities.essays.identity import GUARD_DIGITS, INTEGRAL_DIGITS, Case, Identity
from pi_engine.identities.printed_numbers import figures

if TYPE_CHECKING:
    from collections.abc import Iterator

_EPSILONS = ((1, 1), (1, 10), (1, 50))
_M = 2


def by_quadrature(epsilon: Any, bound: Any) -> Any:
    """The integral over [−bound, bound]."""
    return 2 * mp.quad(lambda x: mp.exp(-x * x * (1 + epsilon * x * x)), [0, bound])


def by_bessel(epsilon: Any) -> Any:
    """e^(1/(8ε))·K_(1/4)(1/(8ε))/(2√ε), the integral over ℝ."""
    z = 1 / (8 * epsilon)
    return mp.exp(z) * mp.besselk(mp.mpf(1) / 4, z) / (2 * mp.sqrt(epsilon))


def asymptotic_terms(epsilon: Any) -> Iterator[Any]:
    """The terms (−ε)^k·Γ(2k + ½)/k! for k = 0, 1, 2, … and so on."""
    term, k = mp.sqrt(mp.pi), 0
    while True:
        yield term
        term = -term * epsilon * (2 * k + mp.mpf(1) / 2) * (2 * k + mp.mpf(3) / 2) / (k + 1)
        k += 1


def to_least_term(epsilon: Any) -> tuple[Any, int]:
    """The asymptotic series up to its least term, and their number."""
    total, last = mp.zero, mp.inf
    for k, term in enumerate(asymptotic_terms(epsilon)):
        if abs(term) >= last:
            return total, k
        total, last = total + term, abs(term)
    raise AssertionError("the terms are infinitely many")


def convergent_series(epsilon: Any, bound: Any) -> Any:
    """Σ (−ε)^k/k!·m_4k, m_s = ∫ x^s·e^(−x²) dx over [−bound, bound], from m_s = ((s−1)·m_(s−2) − 2·bound^(s−1)·e^(−bound²))/2.

    That recurrence cancels, so it is run backwards, from a moment that is summed as a series. The sum cancels, too: its
    largest terms are about e^(ε·bound⁴), and that many more bits are taken.
    """
    with mp.workprec(mp.prec + int(epsilon * bound**4 / mp.ln2) + 10):
        result = _sum_of_moments(epsilon, bound)
    return +result


def _sum_of_moments(epsilon: Any, bound: Any) -> Any:
    square = bound * bound
    count = 1
    while (
        count * mp.log(epsilon * square**2) - mp.loggamma(count + 1) > -mp.prec * mp.ln2 or count < epsilon * square**2
    ):
        count += 1
    order = 4 * count  # m_order = 2·bound^(order+1)·e^(−M²)·Σ (2M²)^i/((order+1)(order+3)…(order+2i+1))
    edge = 2 * mp.exp(-square)
    term = total = 1 / mp.mpf(order + 1)
    i = 0
    while term > mp.ldexp(total, -mp.prec - 5):
        i += 1
        term = term * 2 * square / (order + 2 * i + 1)
        total += term
    moment = edge * bound ** (order + 1) * total
    moments = {order: moment}
    for s in range(order, 0, -2):  # m_(s−2) = (2·m_s + edge·bound^(s−1))/(s−1)
        moment = (2 * moment + edge * bound ** (s - 1)) / (s - 1)
        moments[s - 2] = moment
    result, factor = mp.zero, mp.one
    for k in range(count + 1):
        result += factor * moments[4 * k]
        factor = -factor * epsilon / (k + 1)
    return result


def _bound(digits: int) -> Any:
    return mp.sqrt((digits + GUARD_DIGITS) * mp.log(10))


def _closed_cases(digits: int) -> Iterator[Case]:
    for p, q in _EPSILONS:
        epsilon = mp.mpf(p) / q
        bound = min(_bound(digits), mp.root((digits + GUARD_DIGITS) * mp.log(10) / epsilon, 4))
        yield Case(f"ε = {p}/{q}", by_quadrature(epsilon, bound), by_bessel(epsilon))


def _asymptotic_cases(digits: int) -> Iterator[Case]:
    inverse = math.ceil(4 * (digits + 5) * math.log(10))
    total, count = to_least_term(mp.one / inverse)
    yield Case(f"ε = 1/{inverse}, {count} terms", total, by_bessel(mp.one / inverse))


def _asymptotic_notes() -> list[str]:
    lines = []
    for inverse in (10, 20, 50, 100):
        with mp.workdps(60):
            epsilon = mp.one / inverse
            total, count = to_least_term(epsilon)
            error = abs(total / by_bessel(epsilon) - 1)
            lines.append(
                f"ε = 1/{inverse}: the terms decline for {count} terms and then rise; at best {figures(-mp.log10(error), 3)} digits, "
                f"e^(−1/(4ε)) predicts {figures(inverse / (4 * mp.log(10)), 3)}"
            )
    return lines


def _convergent_cases(digits: int) -> Iterator[Case]:  # noqa: ARG001 (the precision is mpmath's)
    for p, q in ((1, 1), (1, 10)):
        epsilon = mp.mpf(p) / q
        yield Case(f"ε = {p}/{q}, M = {_M}", convergent_series(epsilon, mp.mpf(_M)), by_quadrature(epsilon, mp.mpf(_M)))


IDENTITIES = (
    Identity(
        name="quartic-integral",
        group=7,
        statement="∫ e^(−εx⁴−x²) dx over ℝ = e^(1/(8ε))·K_(1/4)(1/(8ε))/(2√ε), ε = 1, 1/10, 1/50",
        source="DLMF, section 10.32; Bender and Orszag, Advanced mathematical methods (1978), section 6.2",
        cases=_closed_cases,
        default_digits=INTEGRAL_DIGITS,
    ),
    Identity(
        name="quartic-asymptotic",
        group=7,
        statement="∫ e^(−εx⁴−x²) dx over ℝ ~ Σ (−ε)^k·Γ(2k+½)/k!, cut at its least term, about e^(−1/(4ε))",
        source="Watson's lemma; Bender and Orszag, section 6.2; with an ε small enough for the digits",
        cases=_asymptotic_cases,
        notes=_asymptotic_notes,
    ),
    Identity(
        name="quartic-convergent",
        group=7,
        statement="∫ e^(−εx⁴−x²) dx over [−M, M] = Σ (−ε)^k/k!·∫ x^(4k)·e^(−x²) dx over [−M, M], which converges; M = 2",
        source="uniform convergence of the exponential series on [−M, M]",
        cases=_convergent_cases,
        default_digits=INTEGRAL_DIGITS,
    ),
)
