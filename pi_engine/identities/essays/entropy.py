"""Maximum entropy: the Gaussian among all densities of a variance, and a classifier of odd and even numbers with one feature.

For any density p of mean 0 and variance σ², with g the Gaussian, −∫ p·ln g = ½·ln(2πeσ²) depends on the variance only; so
h(p) + ∫ p·ln(p/g) = h(g), and as the second term, a Kullback–Leibler divergence, is never negative, h(p) ≤ h(g).

The classifier learns from N pairs: x = 1 … 100, and y = 1 where x is odd, else 0. Its only feature is χ(x, y) = 1 where x is odd and
y = 1, else 0, with the mean τ = N_χ/N over the sample, N_χ the number of pairs that have it. Among all p(y|x) with that mean,

    E[χ] = 1/N·Σ_x Σ_y p(y|x)·χ(x, y) = τ,

the one with the largest entropy H = −1/N·Σ_x Σ_y p·ln p is wanted. Stationary points of H − λ·(E[χ] − τ) under Σ_y p(y|x) = 1 are

    p(y|x) = e^(−λχ(x, y))/Z(x),   Z(x) = Σ_y e^(−λχ(x, y)) = 1 + e^(−λ) for odd x, 2 for even x,

and since H is strictly concave in p there is only one. Put into the Lagrangian, it gives the dual

    Ψ(λ) = 1/N·Σ_x ln Z(x) + λτ,   Ψ′ = τ − E[χ],   Ψ″ = the mean variance of χ > 0,

which is convex, at least H(p) for every λ and every p that meets the constraint, and equal to it at its minimum, where Ψ′ = 0. Half of
all x are odd, so that E[χ] = ½/(1 + e^λ), which takes all values between 0 and ½, but neither of the two.

Let a share ε of the labels be wrong, as many among odd as among even x. Then N_χ = N/2·(1 − ε), as even x have χ = 0 whatever their
label, and τ = ½·(1 − ε). E[χ] = τ says e^λ = ε/(1 − ε):

    λ = −ln((1 − ε)/ε),   p(1|odd) = 1 − ε,   p(1|even) = ½,   Ψ(λ) = H = ½·ln 2 + ½·(−ε·ln ε − (1 − ε)·ln(1 − ε)).

With no wrong label τ = ½, the supremum of E[χ], and Ψ = ½·ln 2 + ½·ln(1 + e^λ) falls for ever: no λ meets the constraint. Its limit does:
for λ → −∞ p(1|odd) → 1, E[χ] → ½ and Ψ → ½·ln 2, the entropy of the even x alone, because the feature says nothing of them: p(1|even) = ½.
Source: Berger, Della Pietra and Della Pietra, A maximum entropy approach to natural language processing (1996).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mpmath import mp

from pi_engine.identities.essays.identity import GUARD_DIGITS, INTEGRAL_DIGITS, Case, Identity, agm_pi
from pi_engine.identities.printed_numbers import figures, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGEST = 100
"""x = 1 … LARGEST."""

WRONG = (2, 10, 20)
"""How many labels are wrong: half of them among odd x."""


def gaussian_entropy(variance: Any) -> Any:
    """½·ln(2πeσ²), in nats."""
    return mp.log(2 * agm_pi() * mp.e * variance) / 2


def densities(digits: int) -> list[tuple[str, Callable[[Any], Any], Any]]:
    """Even densities of variance 1 with the logarithm of each for x ≥ 0, and where to stop: the rest is below 10^−digits."""
    tail = (digits + 2 * GUARD_DIGITS) * mp.log(10)
    scale = mp.sqrt(3) / mp.pi  # of the logistic density
    return [
        ("Gaussian", lambda x: -x * x / 2 - mp.log(2 * mp.pi) / 2, mp.sqrt(2 * tail)),
        ("uniform", lambda x: -mp.log(12) / 2, mp.sqrt(3)),  # noqa: ARG005
        ("Laplace", lambda x: -mp.sqrt(2) * x - mp.log(2) / 2, tail / mp.sqrt(2)),
        ("logistic", lambda x: -x / scale - mp.log(scale) - 2 * mp.log1p(mp.exp(-x / scale)), tail * scale),
    ]


def entropy_and_divergence(log_density: Callable[[Any], Any], bound: Any) -> tuple[Any, Any]:
    """−∫ p·ln p and ∫ p·ln(p/g), g the Gaussian of variance 1."""
    half_log = mp.log(2 * mp.pi) / 2
    known: dict[Any, tuple[Any, Any]] = {}  # both integrals have the same nodes

    def density(x: Any) -> tuple[Any, Any]:
        if x not in known:
            log = log_density(x)
            known[x] = mp.exp(log), log
        return known[x]

    def entropy(x: Any) -> Any:
        p, log = density(x)
        return -p * log

    def divergence(x: Any) -> Any:
        p, log = density(x)
        return p * (log + x * x / 2 + half_log)

    return 2 * mp.quad(entropy, [0, bound]), 2 * mp.quad(divergence, [0, bound])


def sample(wrong: int = 0) -> list[tuple[int, int]]:
    """The pairs (x, y): y = 1 where x is odd, except for the first `wrong` numbers, whose labels are wrong."""
    return [(x, (x + (x <= wrong)) % 2) for x in range(1, LARGEST + 1)]


def chi(x: int, y: int) -> int:
    """The feature: 1 where x is odd and y = 1, else 0."""
    return x % 2 * y


def feature_mean(pairs: list[tuple[int, int]]) -> Fraction:
    """τ = N_χ/N, the share of the pairs that have the feature."""
    return Fraction(sum(chi(x, y) for x, y in pairs), len(pairs))


def partition(x: int, factor: Any) -> Any:
    """Z(x) = Σ_y e^(−λχ(x, y)), with e^(−λ) as the factor."""
    return sum(factor ** chi(x, y) for y in (0, 1))


def probability(y: int, x: int, weight: Any) -> Any:
    """p(y|x) = e^(−λχ(x, y))/Z(x)."""
    factor = mp.exp(-weight)
    return factor ** chi(x, y) / partition(x, factor)


def expectation(pairs: list[tuple[int, int]], weight: Any) -> Any:
    """E[χ] = 1/N·Σ_x Σ_y p(y|x)·χ(x, y)."""
    factor = mp.exp(-weight)
    return mp.fsum(factor / partition(x, factor) for x, _ in pairs if chi(x, 1)) / len(pairs)


def dual(pairs: list[tuple[int, int]], weight: Any) -> Any:
    """Ψ(λ) = 1/N·Σ_x ln Z(x) + λτ."""
    factor = mp.exp(-weight)
    return mp.fsum(mp.log(partition(x, factor)) for x, _ in pairs) / len(pairs) + weight * number(feature_mean(pairs))


def solve_dual(pairs: list[tuple[int, int]]) -> Any:
    """The λ at which Ψ is least, by Newton's iteration for E[χ] = τ from λ = 0; ∓∞ where τ is the supremum or infimum of E[χ].

    E[χ], proportional to 1/(1 + e^λ), is concave below λ = 0 and convex above, so that its tangent reaches τ before it does: no step
    leads too far.
    """
    mean, supremum = feature_mean(pairs), Fraction(sum(chi(x, 1) for x, _ in pairs), len(pairs))
    if mean in (0, supremum):
        return mp.ninf if mean else mp.inf
    weight = mp.zero
    while True:
        factor = mp.exp(-weight)
        chances = [factor / partition(x, factor) for x, _ in pairs if chi(x, 1)]
        slope = number(mean) - mp.fsum(chances) / len(pairs)
        step = -slope / (mp.fsum(p * (1 - p) for p in chances) / len(pairs))
        weight += step
        if abs(step) < mp.ldexp(1, -mp.prec + 20):
            return weight


def closed_form_weight(share: Fraction) -> Any:
    """λ = −ln((1 − ε)/ε) for a share ε of wrong labels."""
    return -mp.log(number((1 - share) / share))


def closed_form_entropy(share: Fraction) -> Any:
    """H = ½·ln 2 + ½·(−ε·ln ε − (1 − ε)·ln(1 − ε))."""
    return (mp.log(2) - sum(number(p) * mp.log(number(p)) for p in (share, 1 - share))) / 2


def _gaussian_cases(digits: int) -> Iterator[Case]:
    for label, log_density, bound in densities(digits):
        entropy, divergence = entropy_and_divergence(log_density, bound)
        yield Case(
            f"{label}: h = {figures(entropy, 10)}, divergence {figures(divergence, 10)}"
            if label != "Gaussian"
            else label,
            entropy + divergence,
            gaussian_entropy(1),
        )


def _parity_cases(digits: int) -> Iterator[Case]:
    for wrong in WRONG:
        pairs, share = sample(wrong), Fraction(wrong, LARGEST)
        weight = solve_dual(pairs)
        yield Case(f"ε = {share}: λ", weight, closed_form_weight(share))
        yield Case(f"ε = {share}: p(1|odd) = {1 - share}", probability(1, 1, weight), 1 - share)
        yield Case(f"ε = {share}: Ψ = H", dual(pairs, weight), closed_form_entropy(share))
    # For ε = 0 the limit is within 10^−N where e^λ is less.
    pairs, weight = sample(), -(digits + 1) * mp.log(10)
    at = f"ε = 0, λ = −{digits + 1}·ln 10"
    yield Case(f"{at}: p(1|odd) → 1", probability(1, 1, weight), mp.one)
    yield Case(f"{at}: p(1|even) = 1/2", probability(1, 2, weight), Fraction(1, 2))
    yield Case(f"{at}: E[χ] → τ = {feature_mean(pairs)}", expectation(pairs, weight), number(feature_mean(pairs)))
    yield Case(f"{at}: Ψ → ½·ln 2", dual(pairs, weight), mp.log(2) / 2)


def _parity_notes() -> list[str]:
    pairs = sample()
    lines = ["ε = 0: E[χ] = ½/(1 + e^λ) is below τ = ½ for every λ, and reaches it in the limit λ → −∞ only"]
    with mp.workdps(80):
        for weight in (-1, -10, -100):
            missing = number(feature_mean(pairs)) - expectation(pairs, weight)
            above = dual(pairs, weight) - mp.log(2) / 2
            lines.append(
                f"  λ = −{-weight}: p(1|odd) = {figures(probability(1, 1, weight), 12)}, "
                f"τ − E[χ] = {figures(missing, 6)}, Ψ − ½·ln 2 = {figures(above, 6)}"
            )
    return [*lines, "p(1|even) = ½ for every λ: the feature says nothing of even x"]


def _gaussian_notes() -> list[str]:
    return [
        "the divergence is never negative, so that no density of variance 1 has more than ½·ln(2πe) = 1.4189385332…"
    ]


IDENTITIES = (
    Identity(
        name="entropy-gaussian",
        group=10,
        statement="h(p) + ∫ p·ln(p/g) = ½·ln(2πeσ²) ≥ h(p): Gaussian, uniform, Laplace, logistic p of variance σ² = 1, g the Gaussian",
        source="Shannon, A mathematical theory of communication (1948), section 20; Gibbs' inequality",
        cases=_gaussian_cases,
        default_digits=INTEGRAL_DIGITS,
        notes=_gaussian_notes,
    ),
    Identity(
        name="entropy-parity",
        group=10,
        statement="p(y|x) = e^(−λχ)/Z(x) with E[χ] = τ, χ = 1 where x is odd and y = 1: λ = −ln((1−ε)/ε), ε the share of wrong labels",
        source="Berger, Della Pietra and Della Pietra 1996; sample: x = 1 … 100, y = 1 where x is odd; for ε = 0 only λ → −∞ fits",
        cases=_parity_cases,
        notes=_parity_notes,
    ),
)
