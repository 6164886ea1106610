"""Sums, products by words, shifts and quotients by words of magnitudes on disk or in memory, piece by piece, to a file.

A piece is an mpz, and what passes its end goes on to the next one. The magnitudes are runs of limbs, `DiskLimbs` or arrays.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from gmpy2 import f_divmod, f_mod_2exp, mpz

from pi_engine.bigint.buffers.limbs import limb_count, limbs_of, mpz_from_limbs
from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.bigint.scratch.stored_limbs import DiskLimbs, StoredLimbs, reading
from pi_engine.runtime.machine_faults import machine_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.scratch.scratch_space import ScratchSpace

    Run = DiskLimbs | Limbs


class _Pieces:
    """A number on its way to a file, a piece at a time."""

    def __init__(self, space: ScratchSpace, length: int) -> None:
        self.stored = StoredLimbs(space, length)
        self._buffer = PooledLimbs(min(self.stored.piece_limbs, length))
        self._used = 0

    def places(self) -> list[tuple[int, int]]:
        """Pairs of a piece's first limb and how many it has."""
        step, length = self.stored.piece_limbs, len(self.stored)
        return [(first, min(step, length - first)) for first in range(0, length, step)]

    def put(self, first: int, count: int, value: mpz) -> mpz:
        """Write the lowest limbs of a value as that piece; returns what is above them, rounded down."""
        bits = 64 * count
        low = f_mod_2exp(value, bits)
        limbs = limbs_of(low)
        used = len(limbs)
        piece = self._buffer.limbs[:count]
        piece[:used] = limbs
        piece[used:] = 0
        self.stored.write_piece(first, piece)
        if used:
            self._used = max(self._used, first + used)
        return value >> bits

    def close(self) -> None:
        self._buffer.release()

    def finish(self, rest: mpz) -> DiskLimbs:
        """The number, without its leading zeros; nothing may be left."""
        if rest:
            raise machine_fault("a number on disk is longer than it can be")
        return DiskLimbs(self.stored, 0, self._used)


@contextmanager
def _written(space: ScratchSpace, length: int) -> Iterator[_Pieces]:
    pieces = _Pieces(space, length)
    try:
        yield pieces
    finally:
        pieces.close()


def total_of(space: ScratchSpace, a: Run, b: Run) -> DiskLimbs:
    """The sum a + b."""
    with _written(space, max(len(a), len(b)) + 1) as out, reading(a) as x, reading(b) as y:
        rest = mpz(0)
        for first, count in out.places():
            rest += mpz_from_limbs(x(first, count))
            rest += mpz_from_limbs(y(first, count))
            rest = out.put(first, count, rest)
        return out.finish(rest)


def difference_of(space: ScratchSpace, a: Run, b: Run) -> DiskLimbs:
    """The difference a − b, which is not negative."""
    with _written(space, max(len(a), len(b))) as out, reading(a) as x, reading(b) as y:
        rest = mpz(0)
        for first, count in out.places():
            rest += mpz_from_limbs(x(first, count))
            rest -= mpz_from_limbs(y(first, count))
            rest = out.put(first, count, rest)
        return out.finish(rest)


def multiple_of(space: ScratchSpace, a: Run, factor: int | mpz) -> DiskLimbs:
    """a·factor, for a short factor > 0."""
    with _written(space, len(a) + limb_count(mpz(factor))) as out, reading(a) as x:
        rest = mpz(0)
        for first, count in out.places():
            rest += mpz_from_limbs(x(first, count)) * factor
            rest = out.put(first, count, rest)
        return out.finish(rest)


def shifted_down(space: ScratchSpace, a: Run, bits: int) -> DiskLimbs:
    """⌊a/2^bits⌋ for bits < 64."""
    with _written(space, len(a)) as out, reading(a) as x:
        for first, count in out.places():
            out.put(first, count, mpz_from_limbs(x(first, count + 1)) >> bits)
        return out.finish(mpz(0))


def quotient_of(space: ScratchSpace, a: Run, divisor: int | mpz) -> tuple[DiskLimbs, mpz]:
    """⌊a/divisor⌋ and what is left, for a short divisor > 0."""
    with _written(space, len(a)) as out, reading(a) as x:
        rest, above = mpz(0), mpz(0)
        for first, count in reversed(out.places()):
            value, rest = f_divmod((rest << (64 * count)) + mpz_from_limbs(x(first, count)), divisor)
            above = above or out.put(first, count, value)
        return out.finish(above), rest


def compare(a: Run, b: Run, piece_limbs: int) -> int:
    """1, 0 or −1 as a is greater than b, equal, or less."""
    with reading(a) as x, reading(b) as y:
        for first in reversed(range(0, max(len(a), len(b)), piece_limbs)):
            left, right = (mpz_from_limbs(read(first, piece_limbs)) for read in (x, y))
            if left != right:
                return 1 if left > right else -1
    return 0


def used_limbs(a: DiskLimbs) -> int:
    """Limbs without leading zeros."""
    step = a.stored.piece_limbs
    with reading(a) as x:
        for first in reversed(range(0, len(a), step)):
            used = limb_count(mpz_from_limbs(x(first, min(step, len(a) - first))))
            if used:
                return first + used
    return 0
