"""Volume Vₙ and surface Sₙ of the unit ball in n dimensions, for real n, in four ways; and the Gaussian integral.

Γ                Vₙ = π^(n/2)/Γ(n/2 + 1), Sₙ = n·Vₙ
two steps back   Vₙ = Vₙ₋₂·2π/n: for integer n a rational times π^⌊n/2⌋
slices           Vₙ = Vₙ₋₁·∫ (1 − x²)^((n−1)/2) dx over [−1, 1]
cosines          the same with x = sin θ, down to V₀ = 1: Vₙ = ∏ ∫ cos^k θ dθ over [−π/2, π/2], k = 1 … n
polar            (∫ e^(−x²) dx)ⁿ = Sₙ·∫ r^(n−1)·e^(−r²) dr, so G(n) = π^(n/2)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gmpy2 import mpq
from mpmath import mp

from pi_engine.identities.essays.identity import GUARD_DIGITS, INTEGRAL_DIGITS, Case, Identity, agm_pi
from pi_engine.identities.printed_numbers import figures, number

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTEGERS = 20
_COSINES = 8


def volume(n: Any) -> Any:
    """π^(n/2)/Γ(n/2 + 1)."""
    return agm_pi() ** (mp.mpf(n) / 2) / mp.gamma(mp.mpf(n) / 2 + 1)


def surface(n: Any) -> Any:
    """2·π^(n/2)/Γ(n/2)."""
    return 2 * agm_pi() ** (mp.mpf(n) / 2) / mp.gamma(mp.mpf(n) / 2)


def rational_volume(n: int) -> tuple[mpq, int]:
    """(r, k) with Vₙ = r·π^k, exact, for integer n ≥ 0."""
    r, k = mpq(2 if n % 2 else 1), 0
    for m in range(2 + n % 2, n + 1, 2):
        r, k = r * 2 / m, k + 1
    return r, k


def slices(n: Any) -> Any:
    """∫ (1 − x²)^((n−1)/2) dx over [−1, 1] for n ≥ 1; in u = 1 − x, so that the end is met exactly."""
    return 2 * mp.quad(lambda u: (u * (2 - u)) ** ((n - 1) / 2), [0, 1])


def cosine_integral(k: int) -> Any:
    """∫ cos^k θ dθ over [−π/2, π/2]."""
    return 2 * mp.quad(lambda angle: mp.cos(angle) ** k, [0, mp.pi / 2])


def _dimensions() -> list[tuple[str, Any]]:
    """Real numbers of dimensions, integers and others."""
    return [("3/2", mp.mpf(3) / 2), ("2", mp.mpf(2)), ("5/2", mp.mpf(5) / 2), ("π", +mp.pi), ("7.25", mp.mpf("7.25"))]


def _exact_cases(digits: int) -> Iterator[Case]:  # noqa: ARG001 (the precision is mpmath's)
    for n in range(_INTEGERS + 1):
        r, k = rational_volume(n)
        label = f"V_{n} = {r}" + (f"·π^{k}" if k else "")
        yield Case(label, volume(n), number(r) * agm_pi() ** k if k else r)
    for n in range(1, _INTEGERS + 1):
        r, k = rational_volume(n)
        yield Case(f"S_{n}", surface(n), number(n * r) * agm_pi() ** k if k else n * r)


def _recurrence_cases(digits: int) -> Iterator[Case]:  # noqa: ARG001
    for label, n in _dimensions():
        yield Case(f"n = {label}", volume(n - 1) * slices(n), volume(n))


def _cosine_cases(digits: int) -> Iterator[Case]:  # noqa: ARG001
    product = mp.one
    for n in range(1, _COSINES + 1):
        product *= cosine_integral(n)
        yield Case(f"n = {n}", product, volume(n))


def _gaussian_cases(digits: int) -> Iterator[Case]:
    bound = mp.sqrt((digits + 2 * GUARD_DIGITS) * mp.log(10))
    yield Case("∫ e^(−x²) dx", 2 * mp.quad(lambda x: mp.exp(-x * x), [0, bound]), mp.sqrt(agm_pi()))
    for label, n in _dimensions():
        radial = mp.quad(lambda r, n=n: r ** (n - 1) * mp.exp(-r * r), [0, bound])
        yield Case(f"n = {label}", surface(n) * radial, agm_pi() ** (n / 2))


def _notes() -> list[str]:
    with mp.workdps(30):
        largest_volume = mp.findroot(lambda n: mp.log(mp.pi) - mp.digamma(n / 2 + 1), 5)
        largest_surface = mp.findroot(lambda n: mp.log(mp.pi) - mp.digamma(n / 2), 7)
        return [
            f"Vₙ is largest at n = {figures(largest_volume, 12)}, where it is {figures(volume(largest_volume), 12)}",
            f"Sₙ is largest at n = {figures(largest_surface, 12)}, where it is {figures(surface(largest_surface), 12)}",
        ]


_SOURCE = "Schläfli 1852; DLMF, section 5.19(iii)"
IDENTITIES = (
    Identity(
        name="n-ball-exact",
        group=8,
        statement="Vₙ = π^(n/2)/Γ(n/2+1) and Sₙ = n·Vₙ = 2π^(n/2)/Γ(n/2) are rational multiples of π^⌊n/2⌋, n = 0 … 20",
        source=_SOURCE,
        cases=_exact_cases,
        notes=_notes,
    ),
    Identity(
        name="n-ball-recurrence",
        group=8,
        statement="Vₙ = Vₙ₋₁·∫ (1 − x²)^((n−1)/2) dx over [−1, 1], n = 3/2, 2, 5/2, π, 7.25",
        source=_SOURCE,
        cases=_recurrence_cases,
        default_digits=INTEGRAL_DIGITS,
    ),
    Identity(
        name="n-ball-cosines",
        group=8,
        statement="Vₙ = ∏ ∫ cos^k θ dθ over [−π/2, π/2], k = 1 … n, for n = 1 … 8",
        source=_SOURCE,
        cases=_cosine_cases,
        default_digits=INTEGRAL_DIGITS,
    ),
    Identity(
        name="gaussian-integral",
        group=8,
        statement="G(n) = Sₙ·∫ r^(n−1)·e^(−r²) dr over [0, ∞) = π^(n/2), n = 3/2, 2, 5/2, π, 7.25; G(1) = ∫ e^(−x²) dx = √π",
        source="Poisson's polar coordinates; Gauss 1809",
        cases=_gaussian_cases,
        default_digits=INTEGRAL_DIGITS,
    ),
)
