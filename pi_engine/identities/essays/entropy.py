"""Maximum entropy: the Gaussian among all densities of a variance, and a classifier whose features are parities.

For any density p of mean 0 and variance σ², with g the Gaussian, −∫ p·ln g = ½·ln(2πeσ²) depends on the variance only; so
h(p) + ∫ p·ln(p/g) = h(g), and as the second term, a Kullback–Leibler divergence, is never negative, h(p) ≤ h(g).

The classifier: y ∈ {0, 1} from a number x, by the features y and y·(−1)^x. Of all p(y|x) that reproduce the features' means over
the sample, the one of largest conditional entropy is p(1|x) = 1/(1 + e^(−λ₁−λ₂·(−1)^x)), and λ maximises the dual, the likelihood. With two
parities and two weights it must reproduce the share of y = 1 among even and among odd x: that is the closed form.
Source: Berger, Della Pietra and Della Pietra, A maximum entropy approach to natural language processing (1996).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mpmath import mp

from pi_engine.identities.essays.identity import GUARD_DIGITS, INTEGRAL_DIGITS, Case, Identity, agm_pi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SAMPLE = {0: (7, 31), 1: (29, 4)}
"""x modulo 2 → how often y = 0 and y = 1."""


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


def solve_dual(sample: dict[int, tuple[int, int]]) -> tuple[Any, Any]:
    """The weights λ₁, λ₂ that maximise Σ y·(λ₁ + λ₂·s) − ln(1 + e^(λ₁ + λ₂·s)) over the sample, s = (−1)^x, by Newton's iteration."""
    weights = mp.matrix([0, 0])
    for _ in range(200):
        gradient, curvature = mp.matrix(2, 1), mp.matrix(2, 2)
        for parity, (zeros, ones) in sample.items():
            features = mp.matrix([1, -1 if parity else 1])
            p = 1 / (1 + mp.exp(-(weights.T * features)[0]))
            gradient += (ones - (zeros + ones) * p) * features
            curvature += (zeros + ones) * p * (1 - p) * (features * features.T)
        step = mp.lu_solve(curvature, gradient)
        weights += step
        if mp.norm(step) < mp.ldexp(1, -mp.prec + 20):
            break
    return weights[0], weights[1]


def closed_form_weights(sample: dict[int, tuple[int, int]]) -> tuple[Any, Any]:
    """Half the sum and half the difference of ln(ones/zeros) for even and for odd x."""
    even, odd = (mp.log(mp.mpf(sample[parity][1]) / sample[parity][0]) for parity in (0, 1))
    return (even + odd) / 2, (even - odd) / 2


def _gaussian_cases(digits: int) -> Iterator[Case]:
    for label, log_density, bound in densities(digits):
        entropy, divergence = entropy_and_divergence(log_density, bound)
        yield Case(
            f"{label}: h = {mp.nstr(entropy, 10)}, divergence {mp.nstr(abs(divergence), 10)}"
            if label != "Gaussian"
            else label,
            entropy + divergence,
            gaussian_entropy(1),
        )


def _parity_cases(digits: int) -> Iterator[Case]:  # noqa: ARG001 (the precision is mpmath's)
    dual, exact = solve_dual(SAMPLE), closed_form_weights(SAMPLE)
    for name, one, other in zip(("λ₁", "λ₂"), dual, exact, strict=True):
        yield Case(name, one, other)
    for parity, sign in ((0, 1), (1, -1)):
        zeros, ones = SAMPLE[parity]
        share = Fraction(ones, zeros + ones)
        found = 1 / (1 + mp.exp(-dual[0] - sign * dual[1]))
        yield Case(f"p(1|{'odd' if parity else 'even'}) = {share}", found, mp.mpf(share.numerator) / share.denominator)


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
        statement="the classifier of largest entropy with features y, y·(−1)^x: its dual's λ = half sum and difference of the log odds",
        source="Berger, Della Pietra and Della Pietra 1996; sample: 31 of 38 even and 4 of 33 odd x have y = 1",
        cases=_parity_cases,
    ),
)
