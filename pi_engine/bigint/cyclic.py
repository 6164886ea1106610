"""Products modulo B^L − 1, B = 2^64: half the transform where half of the product is known before.

If |R| < B^L/2 for R = U − a·b, and U is known, then a·b modulo B^L − 1 determines R, however long a·b is. In Newton's
iteration R is the residual, short because the iterate is good: its L is about half the length of the product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import LimbBuffer, Limbs, limbs_of, mpz_from_limbs
from pi_engine.bigint.ntt.description import layout
from pi_engine.bigint.ntt.description.sizes import largest_beta, size_for
from pi_engine.bigint.ntt.tables import plan_for
from pi_engine.bigint.ntt.transform import Transformed, apply_to_rows, forward, to_limbs

if TYPE_CHECKING:
    from types import TracebackType

# Bits of a transform from which a second thread inside it pays.
THREADS_FROM_BITS = 500_000


class Ring:
    """Integers modulo B^limbs − 1."""

    def __init__(self, least: int, threads: int) -> None:
        """Take the cheapest transform of at least `least` limbs."""
        self.size = size_for(64 * least)
        self.limbs = self.size.bits // 64
        # Coefficients of a sum of two products are twice as large.
        self.sums = self.size.beta <= largest_beta(self.size.primes, 2 * self.size.points)
        self.threads = threads if self.size.bits >= THREADS_FROM_BITS else 1

    def square(self, a: Limbs) -> mpz:
        """a² modulo B^limbs − 1, where 0 may appear as B^limbs − 1."""
        x = Transformed(plan_for(self.size))
        forward(x.plan, [(a, x)], x.primes, self.threads)
        apply_to_rows(layout.FORWARD_A | layout.SQUARE | layout.INVERSE, x, x, x.primes, self.threads)
        return self.integer(x)

    def integer(self, x: Transformed) -> mpz:
        """The integer that has been transformed back but for the columns; releases x."""
        buffer = LimbBuffer(self.limbs)
        to_limbs(x, self.limbs, self.threads, buffer.array)
        x.release()
        return buffer.finish()

    def residual(self, known: mpz, product: mpz) -> mpz:
        """The R nearest to 0 with R ≡ known − product; that R itself where |R| < B^limbs/2."""
        return self.nearest(fold(known, self.limbs) - product)

    def raised(self, x: mpz, power: int) -> mpz:
        """x·B^power for 0 ≤ x < B^limbs and power < limbs: its limbs, rotated."""
        source, buffer = limbs_of(x), LimbBuffer(self.limbs)
        below = min(len(source), self.limbs - power)
        buffer.array[:power] = 0
        buffer.array[: len(source) - below] = source[below:]
        buffer.array[power : power + below] = source[:below]
        buffer.array[power + below :] = 0
        return buffer.finish()

    def residual_of_power(self, power: int, product: mpz, drop: int) -> mpz:
        """R/B^drop to within 2, for the R nearest to 0 with R ≡ B^power − product; drop ≥ 1.

        Three parts are left out, each below 1 in absolute value: the lowest `drop` limbs of the product, B^power where
        it lies below B^drop, and the 1 of the modulus.
        """
        place = power % self.limbs - drop
        high = shifted(product, drop)
        return self._reduced((mpz(1) << 64 * place) - high if place >= 0 else -high, drop)

    def nearest(self, value: mpz) -> mpz:
        """The R nearest to 0 with R ≡ value, for a value of any length and sign."""
        return self._reduced(-fold(-value, self.limbs) if value < 0 else fold(value, self.limbs), 0)

    def _reduced(self, value: mpz, drop: int) -> mpz:
        bits = 64 * (self.limbs - drop)
        for _ in range(3):  # known + product + 1 moduli away at most
            if value.bit_length() < bits:
                break
            modulus = (mpz(1) << bits) - (drop == 0)
            value = value - modulus if value > 0 else value + modulus
        return value


class Factor:
    """A number in several products of a ring, transformed in the first of them; a context that frees it."""

    def __init__(self, ring: Ring, number: mpz | Limbs) -> None:
        """Take a number below B^limbs, without its sign."""
        self.ring = ring
        self.number: Limbs | None = limbs_of(number) if isinstance(number, mpz) else number
        self.transformed: Transformed | None = Transformed(plan_for(ring.size))

    def __enter__(self) -> Factor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Free it before the context ends; it is in no further product."""
        if self.transformed is not None:
            self.transformed.release()
            self.transformed = None

    def residues(self) -> Transformed:
        """What holds the transform."""
        assert self.transformed is not None, "a factor that has been released"
        return self.transformed

    def times(self, a: Limbs) -> mpz:
        """a·b modulo B^limbs − 1, where 0 may appear as B^limbs − 1."""
        y, ring = self.residues(), self.ring
        x = Transformed(y.plan)
        mode = layout.FORWARD_A | layout.MULTIPLY | layout.INVERSE
        operands = [(a, x)]
        if self.number is not None:
            operands.append((self.number, y))
            mode |= layout.FORWARD_B
            self.number = None
        forward(x.plan, operands, x.primes, ring.threads)
        apply_to_rows(mode, x, y, x.primes, ring.threads)
        return ring.integer(x)

    def times_last(self, a: Factor) -> mpz:
        """a·b for an `a` that has been transformed and is in no further product, and is released: 1 or 2 transforms."""
        x, y, ring = a.residues(), self.residues(), self.ring
        mode = layout.MULTIPLY | layout.INVERSE
        if self.number is not None:
            forward(y.plan, [(self.number, y)], y.primes, ring.threads)
            mode |= layout.FORWARD_B
            self.number = None
        apply_to_rows(mode, x, y, x.primes, ring.threads)
        a.transformed = None
        return ring.integer(x)


def sum_of_products(a: mpz, x: Factor, b: mpz, y: Factor) -> mpz:
    """a·x + b·y where its absolute value is below B^limbs/2, for signed a and b, x and y that have been transformed.

    One inverse transform where the size is large enough for sums, else two. Releases x, unless it is y, before b is transformed.
    """
    ring = x.ring
    if not ring.sums:
        first = x.times(limbs_of(a))
        if x is not y:
            x.release()
        second = y.times(limbs_of(b))
        return (-first if a < 0 else first) + (-second if b < 0 else second)
    u = Transformed(plan_for(ring.size))
    forward(u.plan, [(limbs_of(a), u)], u.primes, ring.threads)
    apply_to_rows(layout.FORWARD_A | layout.MULTIPLY, u, x.residues(), u.primes, ring.threads)
    if x is not y:
        x.release()
    v = Transformed(plan_for(ring.size))
    # Opposite signs: a negative number as its complement in the ring.
    second = b if (a < 0) == (b < 0) else (mpz(1) << (64 * ring.limbs)) - 1 - abs(b)
    forward(v.plan, [(limbs_of(second), v)], v.primes, ring.threads)
    del second
    apply_to_rows(layout.FORWARD_A | layout.MULTIPLY, v, y.residues(), v.primes, ring.threads)
    apply_to_rows(layout.ADD | layout.INVERSE, u, v, u.primes, ring.threads)
    v.release()
    found = ring.nearest(ring.integer(u))
    return -found if a < 0 else found


def fold(x: mpz, limbs: int) -> mpz:
    """A number ≡ x modulo B^limbs − 1, for x ≥ 0: below B^limbs, or a little more where x is no longer than 2·limbs."""
    while x.bit_length() > 64 * limbs + 1:
        x = low_limbs(x, limbs) + (x >> (64 * limbs))
    return x


def low_limbs(x: mpz, limbs: int) -> mpz:
    """X mod B^limbs for x ≥ 0."""
    return mpz_from_limbs(limbs_of(x)[:limbs])


def top_limbs(x: Limbs, count: int) -> Limbs:
    """⌊x·B^(count − len(x))⌋: the highest `count` limbs, or x followed by zeros."""
    if count <= len(x):
        return x[len(x) - count :]
    return np.concatenate([np.zeros(count - len(x), np.uint64), x])


def shifted(x: mpz, drop: int) -> mpz:
    """⌊x/B^drop⌋."""
    return x >> (64 * drop)
