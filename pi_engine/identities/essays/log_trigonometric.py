"""The log-trigonometric integrals R⁺ₙ = (ln 2)^(1/2ⁿ) and R⁻ₙ = (ln 2)^(−1/2ⁿ).

Let w(x) = −ln cos x − i·x = −ln((1 + z)/2) with z = e^(2ix), and F(w) = w^(±1/2ⁿ). F(−ln((1 + z)/2)) is analytic for |z| < 1, so
its mean over the circle is its value at z = 0, F(ln 2). |w|² = x² + ln²cos x, and cos arg w = |ln cos x|/|w|; n halvings
of the angle are n nested roots √(½ + ½·…). That is the integral, as the imaginary part cancels between x and −x.

At z = 1, where x = 0, w vanishes like −(z − 1)/2. The singularity is integrable for every exponent but −1: R⁻₀ has a simple
pole on the contour. There the mean gains half of the residue of F(z)/z, −2: R⁻₀ = 1/ln 2 − 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mpmath import mp

from pi_engine.identities.essays.identity import INTEGRAL_DIGITS, Case, Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ORDERS = range(6)


class Integrand:
    """|w|^(±1/2ⁿ)·cos(arg w/2ⁿ) for all n of ORDERS; a node of the quadrature is evaluated once for all of them."""

    def __init__(self) -> None:
        """Know no node yet."""
        self._near_zero: dict[Any, list[tuple[Any, Any]]] = {}
        self._near_end: dict[Any, list[tuple[Any, Any]]] = {}

    def integral(self, n: int, sign: int) -> Any:
        """(2/π)∫ from 0 to π/2: x = s² up to π/4, as x^(−1/2) is too steep for the quadrature; beyond, from the end."""
        middle = mp.pi / 4

        def lower(s: Any) -> Any:
            modulus, cosine = self._node(self._near_zero, s, n)
            return 2 * s * modulus**sign * cosine if modulus else mp.zero

        def upper(y: Any) -> Any:
            modulus, cosine = self._node(self._near_end, y, n)
            return modulus**sign * cosine if modulus else mp.zero

        return 2 / mp.pi * (mp.quad(lower, [0, mp.sqrt(middle)]) + mp.quad(upper, [0, middle]))

    def _node(self, known: dict[Any, list[tuple[Any, Any]]], argument: Any, n: int) -> tuple[Any, Any]:
        if argument not in known:
            if known is self._near_zero:
                x = argument * argument
                log = -mp.log1p(-(mp.sin(x) ** 2)) / 2  # −ln cos x
            else:
                x = mp.pi / 2 - argument
                log = -mp.log(mp.sin(argument)) if argument else mp.zero
            known[argument] = nested_roots(x, log) if argument else [(mp.zero, mp.zero)] * len(ORDERS)
        return known[argument][n]


def nested_roots(x: Any, log: Any) -> list[tuple[Any, Any]]:
    """(x² + log²)^(1/2^(n+1)) and the nested root with n halvings, for each n."""
    modulus = mp.sqrt(x * x + log * log)
    cosine = log / modulus
    rows = []
    for _ in ORDERS:
        rows.append((modulus, cosine))
        modulus, cosine = mp.sqrt(modulus), mp.sqrt((1 + cosine) / 2)
    return rows


def _cases(sign: int) -> Callable[[int], Iterator[Case]]:
    def cases(digits: int) -> Iterator[Case]:  # noqa: ARG001 (the precision is mpmath's)
        integrand = Integrand()
        for n in ORDERS:
            right = mp.log(2) ** (sign * mp.ldexp(1, -n))
            label = f"n = {n}"
            if n == 0 and sign < 0:
                right, label = right - 1, "n = 0: 1/ln 2 − 1, as the pole lies on the contour"
            yield Case(label, integrand.integral(n, sign), right)

    return cases


def _notes() -> list[str]:
    return [
        "w = −ln((1 + z)/2) with z = e^(2ix): the mean of the analytic w^(±1/2ⁿ) over |z| = 1 is its value at z = 0.",
        "R⁻₀ has the simple pole of 1/w at z = 1 on the contour: half its residue, −1, is added to 1/ln 2.",
    ]


_ROOTS = "·√(½+½√(½+…+½√(ln²cos x/(x²+ln²cos x))))"
IDENTITIES = (
    Identity(
        name="log-trig-plus",
        group=4,
        statement=f"R⁺ₙ = (2/π)∫₀^(π/2) (x²+ln²cos x)^(1/2^(n+1)){_ROOTS} dx = (ln 2)^(1/2ⁿ), n = 0 … 5",
        source="mean value theorem for (−ln((1+z)/2))^(1/2ⁿ) on |z| = 1; n halvings of an angle; n = 0 is Euler's ∫ ln cos x dx",
        cases=_cases(1),
        default_digits=INTEGRAL_DIGITS,
        notes=_notes,
    ),
    Identity(
        name="log-trig-minus",
        group=4,
        statement=f"R⁻ₙ = (2/π)∫₀^(π/2) (x²+ln²cos x)^(−1/2^(n+1)){_ROOTS} dx = (ln 2)^(−1/2ⁿ), n = 1 … 5; R⁻₀ = 1/ln 2 − 1",
        source="as log-trig-plus; at n = 0 the pole of 1/w lies on the contour and contributes half its residue",
        cases=_cases(-1),
        default_digits=INTEGRAL_DIGITS,
        notes=_notes,
    ),
)
