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
from pi_engine.bigint.ntt.description.record import scratch_of
from pi_engine.bigint.ntt.description.sizes import largest_beta, narrow_size_for, size_for
from pi_engine.bigint.ntt.stored_products import limbs_in_memory, stored_sum_of_products, sum_of_products_on_disk
from pi_engine.bigint.ntt.tables import plan_for
from pi_engine.bigint.ntt.transform import Transformed, apply_to_rows, forward, to_limbs
from pi_engine.bigint.scratch.disk_integer import (
    belongs_on_disk,
    integer_on_disk,
    is_on_disk,
    magnitude_limbs,
    power_of_base,
)
from pi_engine.bigint.scratch.parked_numbers import ParkedInteger
from pi_engine.bigint.scratch.space_of_run import scratch_space

if TYPE_CHECKING:
    from pi_engine.bigint.ntt.description.sizes import Size
    from pi_engine.bigint.ntt.stored_products import Operand

# Bits of a transform from which a second thread inside it pays.
THREADS_FROM_BITS = 500_000

# Transformed operands, and results, that a step holds at once at most.
_MOST_OPERANDS, _MOST_RESULTS = 3, 3


class Ring:
    """Integers modulo B^limbs − sign; `negacyclic` has those whose sign is −1."""

    sign = 1

    def __init__(self, least: int, threads: int) -> None:
        """Take the cheapest transform of at least `least` limbs; with a scratch space, where memory is short, a narrow one."""
        self.size = size_for(64 * least)
        space = scratch_space()
        self.space = None if space is None or space.fits(_bytes_at_once(self.size, threads)) else space
        if self.space is not None:
            self.size = narrow_size_for(64 * least)
        self.limbs = self.size.bits // 64
        # Coefficients of a sum of two products are twice as large.
        self.sums = self.size.beta <= largest_beta(self.size.primes, 2 * self.size.points)
        self.threads = threads if self.size.bits >= THREADS_FROM_BITS else 1

    def square(self, a: Operand) -> mpz:
        """a² modulo B^limbs − 1, where 0 may appear as B^limbs − 1."""
        if self.space is not None:
            return self.stored((a, a))
        x = Transformed(plan_for(self.size))
        with limbs_in_memory(a) as limbs:
            forward(x.plan, [(limbs, x)], x.primes, self.threads)
        apply_to_rows(layout.FORWARD_A | layout.SQUARE | layout.INVERSE, x, x, x.primes, self.threads)
        return self.integer(x)

    def sum_of_products(self, a: mpz, x: Factor, b: mpz | ParkedInteger, y: Factor) -> mpz:
        """a·x + b·y where its absolute value is below B^limbs/2, for signed a and b, x and y that have been transformed.

        One inverse transform where the size is large enough for sums, else two. Releases x, unless it is y, before b is transformed.
        """
        other = b if isinstance(b, ParkedInteger) else ParkedInteger(b)
        if not self.sums:
            first = x.times(magnitude_limbs(a))
            if x is not y:
                x.release()
            second = y.times(other)
            return (-first if a < 0 else first) + (-second if other.negative else second)
        # Opposite signs: b as its complement, which is −b in the ring.
        equal = (a < 0) == other.negative
        if self.space is not None:
            if not equal:
                other = ParkedInteger(_complement(other, self.limbs))
            found = self.nearest(self.stored((magnitude_limbs(a), x.operand()), (other, y.operand())))
            if x is not y:
                x.release()
            return -found if a < 0 else found
        u = Transformed(plan_for(self.size))
        with limbs_in_memory(magnitude_limbs(a)) as limbs:
            forward(u.plan, [(limbs, u)], u.primes, self.threads)
        apply_to_rows(layout.FORWARD_A | layout.MULTIPLY, u, x.residues(), u.primes, self.threads)
        if x is not y:
            x.release()
        v = Transformed(plan_for(self.size))
        second = other.value() if equal else _complement(other, self.limbs)
        with limbs_in_memory(magnitude_limbs(second)) as limbs:
            forward(v.plan, [(limbs, v)], v.primes, self.threads)
        del second
        apply_to_rows(layout.FORWARD_A | layout.MULTIPLY, v, y.residues(), v.primes, self.threads)
        apply_to_rows(layout.ADD | layout.INVERSE, u, v, u.primes, self.threads)
        v.release()
        found = self.nearest(self.integer(u))
        return -found if a < 0 else found

    def stored(self, *terms: tuple[Operand, Operand]) -> mpz:
        """The sum of one or two products modulo B^limbs − 1, with the scratch space; of two only where `sums`."""
        assert self.space is not None, "a ring that works in memory"
        if belongs_on_disk(self.space, self.limbs):
            return integer_on_disk(
                sum_of_products_on_disk(plan_for(self.size), self.space, terms, self.limbs, self.threads)
            )
        made: list[LimbBuffer] = []

        def make() -> Limbs:
            made.append(LimbBuffer(self.limbs))
            return made[0].array

        stored_sum_of_products(plan_for(self.size), self.space, terms, self.limbs, self.threads, make)
        return made[0].finish()

    def integer(self, x: Transformed) -> mpz:
        """The integer that has been transformed back except for the columns; releases x."""
        buffer = LimbBuffer(self.limbs)
        to_limbs(x, self.limbs, self.threads, buffer.array)
        x.release()
        return buffer.finish()

    def factor(self, number: mpz | Operand) -> Factor:
        """A number that is in several products."""
        return Factor(self, number)

    def folded(self, x: mpz) -> mpz:
        """A number ≡ x for x ≥ 0, at most a bit longer than the modulus."""
        return fold(x, self.limbs)

    def residual(self, known: mpz, product: mpz) -> mpz:
        """The R nearest to 0 with R ≡ known − product; that R itself where |R| < B^limbs/2."""
        return self.nearest(self.folded(known) - product)

    def raised(self, x: mpz, power: int) -> mpz:
        """x·B^power for 0 ≤ x < B^limbs and power < limbs: its limbs, rotated."""
        if is_on_disk(x):
            return fold(x << 64 * power, self.limbs)
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
        high = shifted(product, drop)
        return self._reduced(self.power(power, drop) - high if power % self.limbs >= drop else -high, drop)

    def power(self, power: int, drop: int = 0) -> mpz:
        """A number ≡ B^power, over B^drop."""
        wraps, place = divmod(power, self.limbs)
        found = power_of_base(place - drop)
        return -found if self.sign < 0 and wraps % 2 else found

    def nearest(self, value: mpz) -> mpz:
        """The R with R ≡ value and |R| < B^limbs/2, for a value of any length and sign; if there is no such R, another R ≡ value."""
        return self._reduced(-self.folded(-value) if value < 0 else self.folded(value), 0)

    def _reduced(self, value: mpz, drop: int) -> mpz:
        bits = 64 * (self.limbs - drop)
        one = 0 if drop else self.sign  # the modulus is a power, and less it where nothing is left out of numbers
        # What has been folded is below 2·B^limbs: one modulus less is at most B^limbs, and another one leaves less than a half.
        for _ in range(2):
            if value.bit_length() < bits:
                break
            modulus = power_of_base(self.limbs - drop)
            value = value - modulus + one if value > 0 else value + modulus - one
        return value


class Factor:
    """A number in several products of a ring, transformed in the first of them; a context that frees it.

    In a ring that works with the scratch space it is transformed in each of them: to read a transform takes longer.
    """

    def __init__(self, ring: Ring, number: mpz | Operand) -> None:
        """Take a number below B^limbs, without its sign."""
        self.ring = ring
        self.number: Operand | None = limbs_of(number) if isinstance(number, mpz) else number
        self.transformed = None if ring.space is not None else Transformed(plan_for(ring.size))

    def __enter__(self) -> Factor:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Free it before the context ends; it is in no further product."""
        if self.transformed is not None:
            self.transformed.release()
            self.transformed = None
        if self.ring.space is not None:
            self.number = None

    def residues(self) -> Transformed:
        """What holds the transform."""
        assert self.transformed is not None, "a factor that has been released"
        return self.transformed

    def operand(self) -> Operand:
        """The number, where nothing holds its transform."""
        assert self.number is not None, "a factor that has been released"
        return self.number

    def times(self, a: Operand) -> mpz:
        """a·b modulo B^limbs − 1, where 0 may appear as B^limbs − 1."""
        ring = self.ring
        if ring.space is not None:
            return ring.stored((a, self.operand()))
        y = self.residues()
        x = Transformed(y.plan)
        mode = layout.FORWARD_A | layout.MULTIPLY | layout.INVERSE
        with limbs_in_memory(a) as limbs:
            if self.number is None:
                forward(x.plan, [(limbs, x)], x.primes, ring.threads)
            else:
                mode |= layout.FORWARD_B
                with limbs_in_memory(self.number) as own:
                    forward(x.plan, [(limbs, x), (own, y)], x.primes, ring.threads)
                self.number = None
        apply_to_rows(mode, x, y, x.primes, ring.threads)
        return ring.integer(x)

    def times_last(self, a: Factor) -> mpz:
        """a·b for an `a` that is in no further product, and is released: 1 or 2 transforms where `a` has been transformed."""
        ring = self.ring
        if ring.space is not None:
            product = ring.stored((a.operand(), self.operand()))
            a.release()
            return product
        x, y = a.residues(), self.residues()
        mode = layout.MULTIPLY | layout.INVERSE
        if self.number is not None:
            with limbs_in_memory(self.number) as own:
                forward(y.plan, [(own, y)], y.primes, ring.threads)
            mode |= layout.FORWARD_B
            self.number = None
        apply_to_rows(mode, x, y, x.primes, ring.threads)
        a.transformed = None
        return ring.integer(x)


def _complement(x: ParkedInteger, limbs: int) -> mpz:
    """B^limbs − 1 − |x|: every bit the other one."""
    space = scratch_space()
    if space is not None and belongs_on_disk(space, limbs):
        return power_of_base(limbs) - x.value() - 1
    buffer = LimbBuffer(limbs)
    with x.limbs() as digits:
        np.invert(digits, out=buffer.array[: len(digits)])
    buffer.array[len(x) :] = np.uint64(2**64 - 1)
    return buffer.finish()


def _bytes_at_once(size: Size, threads: int) -> int:
    """What a step of a ring takes in memory at once, at most."""
    operands, results = _MOST_OPERANDS * 8 * size.primes * size.prime_stride, _MOST_RESULTS * size.bits // 8
    return operands + results + threads * scratch_of(size).largest


def fold(x: mpz, limbs: int) -> mpz:
    """A number ≡ x modulo B^limbs − 1, for x ≥ 0: below B^limbs, or a little more where x is no longer than 2·limbs."""
    while x.bit_length() > 64 * limbs + 1:
        x = low_limbs(x, limbs) + (x >> (64 * limbs))
    return x


def low_limbs(x: mpz, limbs: int) -> mpz:
    """X mod B^limbs for x ≥ 0."""
    return x.low(limbs) if is_on_disk(x) else mpz_from_limbs(limbs_of(x)[:limbs])


def top_limbs(x: Limbs, count: int) -> Limbs:
    """⌊x·B^(count − len(x))⌋: the highest `count` limbs, or x followed by zeros."""
    if count <= len(x):
        return x[len(x) - count :]
    return np.concatenate([np.zeros(count - len(x), np.uint64), x])


def shifted(x: mpz, drop: int) -> mpz:
    """⌊x/B^drop⌋."""
    return x >> (64 * drop)
