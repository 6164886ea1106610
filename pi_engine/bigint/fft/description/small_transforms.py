"""One step of the complex transform: a ring C[x]/(x^n − s) split into r rings, and back, for r = 2 to 8.

With w = s^(1/r) the r-th roots of s are w·e(k/r), e(t) = exp(2πit), so that the parts a_0 … a_(r−1) of a polynomial, n/r coefficients
each, leave modulo x^(n/r) − w·e(k/r)

    y_k = Σ_j (a_j·w^j)·e(jk/r):

r − 1 twiddles, the same for all coefficients, and a discrete Fourier transform of r numbers. The inverse is its conjugate
transpose, r times as large.

The same functions serve twice: with LLVM's vectors they are the kernels (`complex_vectors`), with linear forms they say how much
rounding a step adds (`error_bound`). So the bound is of the operations that run, in their order.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

V = TypeVar("V")

RADICES = (4, 5, 6, 7, 8)
"""Radices of a first step."""


class Arithmetic(Protocol[V]):
    """Operations on complex numbers, each rounded as its docstring says, u = 2^−53."""

    def add(self, x: V, y: V) -> V:
        """The sum x + y; an error of at most u·|x + y|."""

    def subtract(self, x: V, y: V) -> V:
        """The difference x − y, likewise."""

    def add_turned(self, x: V, y: V) -> V:
        """The sum x + i·y, likewise."""

    def subtract_turned(self, x: V, y: V) -> V:
        """The difference x − i·y, likewise."""

    def add_scaled(self, x: V, y: V, factor: float) -> V:
        """The sum x + f·y, rounded once, f being correctly rounded from the factor that is meant: u·|x + f·y| + u·|f·y|."""

    def scale(self, y: V, factor: float) -> V:
        """The product f·y, likewise: 2u·|f·y|."""

    def twist(self, x: V, twiddle: object) -> V:
        """The product x·w for a correctly rounded w of modulus 1: (2 + 1/√2)·u·|x|."""

    def twist_back(self, x: V, twiddle: object) -> V:
        """The product of x and the conjugate of w, likewise."""


def split(on: Arithmetic[V], parts: Sequence[V], twiddles: Sequence[object]) -> list[V]:
    """y_0 … y_(r−1) of a_0 … a_(r−1); twiddles: w … w^(r−1)."""
    twisted = [parts[0], *(on.twist(part, twiddle) for part, twiddle in zip(parts[1:], twiddles, strict=True))]
    return fourier(on, twisted)


def join(on: Arithmetic[V], values: Sequence[V], twiddles: Sequence[object]) -> list[V]:
    """r·a_0 … r·a_(r−1) of y_0 … y_(r−1)."""
    twisted = fourier(on, values, inverse=True)
    return [
        twisted[0],
        *(on.twist_back(value, twiddle) for value, twiddle in zip(twisted[1:], twiddles, strict=True)),
    ]


def fourier(on: Arithmetic[V], a: Sequence[V], *, inverse: bool = False) -> list[V]:
    """The sums Σ_j a_j·e(±jk/r), minus for the inverse, for k from 0 on; r = len(a) is 2 to 8."""
    r = len(a)
    if r == 2:
        return [on.add(a[0], a[1]), on.subtract(a[0], a[1])]
    if r == 6:
        # Good's mapping: j = 3j₁ + 2j₂ and k = 3k₁ + 4k₂ modulo 6 leave no twiddle between the two steps.
        triples = [fourier(on, [a[(3 * j + 2 * i) % 6] for i in range(3)], inverse=inverse) for j in range(2)]
        sixths: list[Any] = [None] * 6
        for k in range(3):
            sixths[4 * k % 6], sixths[(4 * k + 3) % 6] = fourier(on, [triples[0][k], triples[1][k]])
        return sixths
    if r % 2:
        return _odd_fourier(on, a, inverse=inverse)
    turned, turned_back = (on.subtract_turned, on.add_turned) if inverse else (on.add_turned, on.subtract_turned)
    if r == 4:
        plus, odd_plus = on.add(a[0], a[2]), on.add(a[1], a[3])
        minus, odd_minus = on.subtract(a[0], a[2]), on.subtract(a[1], a[3])
        return [
            on.add(plus, odd_plus), turned(minus, odd_minus), on.subtract(plus, odd_plus), turned_back(minus, odd_minus),
        ]  # fmt: skip
    even, odd = fourier(on, a[::2], inverse=inverse), fourier(on, a[1::2], inverse=inverse)
    half = math.sqrt(0.5)
    one, three = turned(odd[1], odd[1]), turned_back(odd[3], odd[3])
    return [
        on.add(even[0], odd[0]), on.add_scaled(even[1], one, half), turned(even[2], odd[2]), on.add_scaled(even[3], three, -half),
        on.subtract(even[0], odd[0]), on.add_scaled(even[1], one, -half), turned_back(even[2], odd[2]),
        on.add_scaled(even[3], three, half),
    ]  # fmt: skip


def _odd_fourier(on: Arithmetic[V], a: Sequence[V], *, inverse: bool) -> list[V]:
    """By sums and differences of a_j and a_(r−j): Σ a_j·e(jk/r) = (a_0 + Σ s_j·cos) ± i·Σ d_j·sin."""
    r = len(a)
    sums = [on.add(a[j], a[r - j]) for j in range(1, (r + 1) // 2)]
    differences = [on.subtract(a[j], a[r - j]) for j in range(1, (r + 1) // 2)]
    total = a[0]
    for value in sums:
        total = on.add(total, value)
    y: list[Any] = [total] + [None] * (r - 1)
    for k in range(1, (r + 1) // 2):
        along, across = a[0], a[0]
        for j, (value, difference) in enumerate(zip(sums, differences, strict=True), 1):
            along = on.add_scaled(along, value, _cosine(j * k, r))
            sine = _sine(j * k, r)
            across = on.scale(difference, sine) if j == 1 else on.add_scaled(across, difference, sine)
        plus, minus = on.add_turned(along, across), on.subtract_turned(along, across)
        y[k], y[r - k] = (minus, plus) if inverse else (plus, minus)
    return y


def _cosine(number: int, r: int) -> float:
    """cos(2π·number/r), correctly rounded."""
    import gmpy2

    with gmpy2.context(precision=120):
        return float(gmpy2.cos(2 * gmpy2.const_pi() * (number % r) / r))


def _sine(number: int, r: int) -> float:
    import gmpy2

    with gmpy2.context(precision=120):
        return float(gmpy2.sin(2 * gmpy2.const_pi() * (number % r) / r))
