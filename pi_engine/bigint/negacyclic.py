"""Products modulo B^L + 1, B = 2^64, by the complex transform: what `cyclic` does modulo B^L − 1, for shorter numbers.

A product takes one kernel call, in which all threads work, and is proved by the norms of its very operands. One that is not
proved is made again by GMP; sizes are chosen so that this does not happen to operands of any value.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import LimbBuffer, limbs_of, mpz_from_limbs
from pi_engine.bigint.buffers.workspace import pool
from pi_engine.bigint.cyclic import Factor, Ring, low_limbs
from pi_engine.bigint.fft.description import fft_record as at
from pi_engine.bigint.fft.description.fft_record import ADD, JOIN, MULTIPLY, SPLIT_X, SPLIT_Y, SUBTRACT
from pi_engine.bigint.fft.description.fft_sizes import fourier_size_for
from pi_engine.bigint.fft.fourier_kernels import steps_in_ring
from pi_engine.bigint.fft.fourier_plans import fourier_plan_for, tables_pay
from pi_engine.bigint.fft.ring_crew import crew, shared_memory
from pi_engine.bigint.ntt.stored_products import limbs_in_memory
from pi_engine.bigint.product import thresholds
from pi_engine.bigint.scratch.parked_numbers import ParkedInteger
from pi_engine.bigint.scratch.space_of_run import scratch_space
from pi_engine.runtime.compilation.kernel_folder import has_avx512
from pi_engine.runtime.machine_faults import require_sound

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.ntt.stored_products import Operand

RING_FROM_BITS = 3_600_000 if not has_avx512() else 10_800_000
"""Bits of a ring from which the number-theoretic transform makes its products on one thread, if `tune` has not measured that. Where a
register holds eight doubles it is three times as many."""

_WITH_HELP = 1.4
"""The same with the help of other threads, who wait less for each other inside one kernel call."""

HELPED_FROM_BITS = 700_000
"""Bits of a ring from which other threads of a `crew` help with a product: below, numbers take as long from one processor to another."""

_TRANSFORMED = -1
"""In place of a number of limbs: the operand has been transformed before."""


def ring_for(least: int, threads: int) -> Ring:
    """The ring whose products are cheapest, for operands and residuals of at most `least` limbs."""
    return NegacyclicRing(least, threads) if is_negacyclic(64 * least, threads) else Ring(least, threads)


def is_negacyclic(bits: int, threads: int, *, asked: bool = True) -> bool:
    """Whether the complex transform makes products of a ring of `bits` bits; it does not in the first long rings of a size.

    asked: count this as such a ring.
    """
    if bits >= fourier_below(threads) or scratch_space() is not None:
        return False
    size = fourier_size_for(bits, 2)
    return size is not None and tables_pay(size, asked=asked)


def fourier_below(threads: int) -> float:
    """Bits of a ring from which the number-theoretic transform makes its products."""
    return (thresholds().ring or RING_FROM_BITS) * (_WITH_HELP if threads > 1 else 1)


def helpers_for(bits: int, threads: int) -> AbstractContextManager[None]:
    """Threads that help with products of rings of at most `bits` bits."""
    return crew(threads if bits >= HELPED_FROM_BITS and is_negacyclic(bits, threads, asked=False) else 1)


class NegacyclicRing(Ring):
    """Integers modulo B^limbs + 1; operands have at most `least` limbs, and products are from 0 to B^limbs."""

    sign = -1

    def __init__(self, least: int, threads: int) -> None:
        """Take the shortest transform for operands of `least` limbs."""
        # two operands that fill the size have the bound of a sum of two products that do not wrap
        size = fourier_size_for(64 * least, 2)
        assert size is not None, "a ring of the complex transform has a size"
        self.plan = fourier_plan_for(size)
        self.limbs = size.ring_bits // 64
        self.helped = threads > 1 and size.ring_bits >= HELPED_FROM_BITS
        self.space = None

    def factor(self, number: mpz | Operand) -> NegacyclicFactor:
        """A number that is in several products."""
        return NegacyclicFactor(self, number)

    def square(self, a: Operand) -> mpz:
        """a² modulo B^limbs + 1."""
        with limbs_in_memory(a) as limbs:
            points = Points(self)
            found = self.product(SPLIT_X | MULTIPLY | JOIN, points, points, limbs)
            points.release()
            return self.exact(mpz_from_limbs(limbs) ** 2) if found is None else found

    def sum_of_products(self, a: mpz, x: Factor, b: mpz | ParkedInteger, y: Factor) -> mpz:
        """As in `Ring`, with one inverse transform at every size."""
        assert isinstance(x, NegacyclicFactor)
        assert isinstance(y, NegacyclicFactor)
        b = b.value() if isinstance(b, ParkedInteger) else b
        u, v = x.transformed_product(limbs_of(a)), y.transformed_product(limbs_of(b))
        found = self.product((ADD if (a < 0) == (b < 0) else SUBTRACT) | JOIN, u, v)
        u.release()
        v.release()
        if found is None:
            found = -(a * x.integer() + b * y.integer()) if a < 0 else a * x.integer() + b * y.integer()
        total = self.nearest(-found if a < 0 else found)
        if x is not y:
            x.release()
        return total

    def exact(self, value: mpz) -> mpz:
        """What a product whose value is known is in this ring, from 0 to B^limbs."""
        return value % ((mpz(1) << 64 * self.limbs) + 1)

    def folded(self, x: mpz) -> mpz:
        """A number ≡ x for x ≥ 0, at most a bit longer than the modulus."""
        negative = False
        while x.bit_length() > 64 * self.limbs + 1:
            x = low_limbs(x, self.limbs) - (x >> (64 * self.limbs))
            if x < 0:
                x, negative = -x, not negative
        return -x if negative else x

    def raised(self, x: mpz, power: int) -> mpz:
        """x·B^power for 0 ≤ x < B^limbs and power < limbs; maybe negative."""
        return self.folded(x << 64 * power)

    def product(self, mode: int, x: Points, y: Points, a: Limbs | None = None, b: Limbs | None = None) -> mpz | None:
        """What `mode` (`fft_record`) says of x and y, to which a and b are transformed first, if given.

        Returns the number where `mode` has JOIN and it is proved.

        Raises:
            VerificationError: the tables of the transform were damaged in memory.
        """
        buffer = LimbBuffer(self.limbs if mode & JOIN else 0)
        shared = shared_memory(helped=self.helped)
        status = steps_in_ring(
            mode, buffer.address, x.address, *_place(a), y.address, *_place(b),
            self.plan.address, shared, shared + at.SHARED_BYTES,
        )  # fmt: skip
        require_sound(status != at.DAMAGED)
        if status == at.UNPROVED or not mode & JOIN:
            return None
        return mpz(1) << (64 * self.limbs) if status == at.MINUS_ONE else buffer.finish()


def _place(limbs: Limbs | None) -> tuple[int, int]:
    return (0, _TRANSFORMED) if limbs is None else (limbs.ctypes.data, len(limbs))


class Points:
    """Memory of a transformed operand, and the square of its norm."""

    def __init__(self, ring: NegacyclicRing) -> None:
        """Take it from the pool."""
        self._block = pool.take(ring.plan.size.operand_bytes + at.NORM_BYTES)
        self.address = self._block.address

    def release(self) -> None:
        """Give it back; the operand is unusable afterwards."""
        pool.give(self._block)


class NegacyclicFactor(Factor):
    """A number in several products of a ring, transformed in the first of them; a context that frees it."""

    ring: NegacyclicRing

    def __init__(self, ring: NegacyclicRing, number: mpz | Operand) -> None:
        """Take a number of at most `least` limbs, without its sign."""
        self.ring = ring
        self.number = limbs_of(number) if isinstance(number, mpz) else number
        self.points: Points | None = Points(ring)
        self._mode = SPLIT_Y

    def release(self) -> None:
        """Free it before the context ends; it is in no further product."""
        if self.points is not None:
            self.points.release()
            self.points = self.number = None

    def integer(self) -> mpz:
        """The number."""
        with limbs_in_memory(self.operand()) as limbs:
            return mpz_from_limbs(limbs)

    def place(self) -> int:
        """The address of the transform's points."""
        assert self.points is not None, "a factor that has been released"
        return self.points.address

    def transform(self) -> None:
        """Transform the number now."""
        assert self.points is not None, "a factor that has been released"
        with limbs_in_memory(self.operand()) as own:
            self.ring.product(SPLIT_X, self.points, self.points, own)
        self._mode = 0

    def squared(self) -> mpz:
        """b² modulo B^limbs + 1, of a factor that has been transformed."""
        copy = Points(self.ring)
        ctypes.memmove(copy.address, self.place(), self.ring.plan.size.operand_bytes + at.NORM_BYTES)
        found = self.ring.product(MULTIPLY | JOIN, copy, copy)
        copy.release()
        return self.ring.exact(self.integer() ** 2) if found is None else found

    def times(self, a: Operand) -> mpz:
        """a·b modulo B^limbs + 1."""
        with limbs_in_memory(a) as limbs:
            points = Points(self.ring)
            found = self._multiplied(SPLIT_X | JOIN, points, limbs)
            points.release()
            return self.ring.exact(mpz_from_limbs(limbs) * self.integer()) if found is None else found

    def times_last(self, a: Factor) -> mpz:
        """a·b for an `a` that has been in a product, is in no further one, and is released."""
        assert isinstance(a, NegacyclicFactor)
        assert a.points is not None, "a factor that has been released"
        found = self._multiplied(JOIN, a.points, None)
        if found is None:
            found = self.ring.exact(a.integer() * self.integer())
        a.release()
        return found

    def transformed_product(self, a: Limbs) -> Points:
        """a·b as it is before it is transformed back."""
        points = Points(self.ring)
        self._multiplied(SPLIT_X, points, a)
        return points

    def _multiplied(self, mode: int, points: Points, a: Limbs | None) -> mpz | None:
        assert self.points is not None, "a factor that has been released"
        if not self._mode:
            return self.ring.product(mode | MULTIPLY, points, self.points, a)
        with limbs_in_memory(self.operand()) as own:
            mode |= self._mode
            self._mode = 0
            return self.ring.product(mode | MULTIPLY, points, self.points, a, own)
