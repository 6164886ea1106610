"""An integer on disk that takes the place of an mpz where numbers are only added, shifted, cut, and multiplied or divided by words.

`DiskInteger` has those operations of an mpz, and what comes out is a new number: on disk again, an mpz where it is small
or there is room. Products of two of them are the transform's (`bigint.ntt.stored_products`), which reads them as operands. Shifts by
whole limbs and parts of a number cost nothing: they are other runs of the same file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard, cast

from gmpy2 import f_mod_2exp, mpz, t_div_2exp

from pi_engine.bigint.buffers.limbs import LimbBuffer, limb_count, limbs_of, mpz_from_limbs
from pi_engine.bigint.scratch.space_of_run import scratch_space
from pi_engine.bigint.scratch.stored_limbs import DiskLimbs, StoredLimbs, reading
from pi_engine.bigint.scratch.streamed_arithmetic import (
    compare,
    difference_of,
    multiple_of,
    quotient_of,
    shifted_down,
    total_of,
    used_limbs,
)
from pi_engine.runtime.machine_faults import machine_fault

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.scratch.scratch_space import ScratchSpace
    from pi_engine.bigint.scratch.streamed_arithmetic import Run

ROOM = 4
"""A number is in memory only if there is room for this multiple of its length: work on it makes one or two more."""


class DiskInteger(DiskLimbs):
    """An integer that is not 0, its magnitude on disk without leading zeros.

    It is typed as an mpz where it takes the place of one.
    """

    def __init__(self, magnitude: DiskLimbs, *, negative: bool = False) -> None:
        """Of a magnitude whose highest limb is not 0."""
        super().__init__(magnitude.stored, magnitude.start, magnitude.length, magnitude.zeros)
        self.negative = negative
        self._highest: int | None = None

    @property
    def space(self) -> ScratchSpace:
        """Where it is."""
        return self.stored.space

    def value(self) -> mpz:
        """The same as an mpz, in memory."""
        buffer = LimbBuffer(self.length)
        self.read(buffer.array)
        return buffer.finish(negative=self.negative)

    def bit_length(self) -> int:
        """Bits of the magnitude."""
        if self._highest is None:
            with reading(self) as read:
                self._highest = int(read(self.length - 1, 1)[0]).bit_length()
            if not self._highest:
                raise machine_fault("a number on disk has lost its highest limb")
        return 64 * (self.length - 1) + self._highest

    def low(self, limbs: int) -> mpz:
        """|x| mod 2^(64·limbs)."""
        return integer_on_disk(self.part(0, min(limbs, self.length)))

    def __bool__(self) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]  # equal numbers are rarely asked for, and would have to be read

    def __neg__(self) -> mpz:
        return _as_mpz(DiskInteger(self, negative=not self.negative))

    def __abs__(self) -> mpz:
        return -self if self.negative else _as_mpz(self)

    def __add__(self, other: mpz | int) -> mpz:
        return self._sum(other, negative=False)

    __radd__ = __add__

    def __sub__(self, other: mpz | int) -> mpz:
        return self._sum(other, negative=True)

    def __rsub__(self, other: mpz | int) -> mpz:
        return (-self)._sum(other, negative=False)  # type: ignore[attr-defined, no-any-return]  # -self is one too

    def _sum(self, other: mpz | int, *, negative: bool) -> mpz:
        """Itself and another, which is taken `negative`."""
        if not other:
            return _as_mpz(self)
        other_run, other_negative = _run_of(other)
        other_negative ^= negative
        if other_negative == self.negative:
            found = total_of(self.space, self, other_run)
            return integer_on_disk(found, negative=self.negative)
        order = self._against(other_run)
        if order == 0:
            return mpz(0)
        if order > 0:
            return integer_on_disk(difference_of(self.space, self, other_run), negative=self.negative)
        return integer_on_disk(difference_of(self.space, other_run, self), negative=other_negative)

    def _against(self, other: Run) -> int:
        """1, 0 or −1 as the magnitude is greater than another, equal, or less."""
        if len(other) != self.length:
            return 1 if self.length > len(other) else -1
        return compare(self, other, self.stored.piece_limbs)

    def __mul__(self, factor: mpz | int) -> mpz:
        if not factor:
            return mpz(0)
        negative = self.negative != (factor < 0)
        magnitude = factor if factor > 0 else -factor
        if magnitude == 1:
            return _as_mpz(DiskInteger(self, negative=negative))
        return integer_on_disk(multiple_of(self.space, self, magnitude), negative=negative)

    __rmul__ = __mul__

    def __lshift__(self, bits: int) -> mpz:
        found = self * (1 << bits % 64)
        if not is_on_disk(found):
            return found << (bits - bits % 64)
        limbs = bits // 64
        return integer_on_disk(found.part(-limbs, found.length), negative=self.negative)

    def __rshift__(self, bits: int) -> mpz:
        found = self.towards_zero(bits)
        return found - 1 if self.negative and self._has_below(bits) else found

    def towards_zero(self, bits: int) -> mpz:
        """x/2^bits without its fraction."""
        limbs, rest = divmod(bits, 64)
        if limbs >= self.length:
            return mpz(0)
        above = self.part(limbs, self.length)
        return integer_on_disk(shifted_down(self.space, above, rest) if rest else above, negative=self.negative)

    def _has_below(self, bits: int) -> bool:
        """Whether one of the lowest bits is 1."""
        limbs, rest = divmod(bits, 64)
        if used_limbs(self.part(0, min(limbs, self.length))):
            return True
        with reading(self) as read:
            return bool(int(read(limbs, 1)[0]) & ((1 << rest) - 1))

    def divmod_word(self, divisor: int) -> tuple[mpz, mpz]:
        """⌊x/divisor⌋ and what is left, for a short divisor > 0 and x > 0."""
        assert not self.negative, "a quotient of a negative number on disk"
        found, rest = quotient_of(self.space, self, divisor)
        return integer_on_disk(found), rest

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (int, type(mpz()), DiskInteger)) and self._compared(other) == 0

    def __lt__(self, other: mpz | int) -> bool:
        return self._compared(other) < 0

    def __le__(self, other: mpz | int) -> bool:
        return self._compared(other) <= 0

    def __gt__(self, other: mpz | int) -> bool:
        return self._compared(other) > 0

    def __ge__(self, other: mpz | int) -> bool:
        return self._compared(other) >= 0

    def _compared(self, other: mpz | int | DiskInteger) -> int:
        sign = -1 if self.negative else 1
        if not other:
            return sign
        run, negative = _run_of(other)
        return sign if negative != self.negative else sign * self._against(run)


def is_on_disk(x: object) -> TypeGuard[DiskInteger]:
    """Whether what is typed as an mpz is a `DiskInteger`."""
    return isinstance(x, DiskInteger)


def _as_mpz(x: DiskInteger) -> mpz:
    return cast("mpz", x)


def _run_of(x: mpz | int | DiskInteger) -> tuple[Run, bool]:
    """The limbs of the magnitude, and whether it is negative."""
    if isinstance(x, DiskInteger):
        return x, x.negative
    return limbs_of(mpz(x)), x < 0


def integer_on_disk(magnitude: DiskLimbs, *, negative: bool = False) -> mpz:
    """The integer of these limbs, leading zeros allowed: where they are, or in memory if it is small or there is room."""
    used = used_limbs(magnitude)
    if not used:
        return mpz(0)
    found = DiskInteger(magnitude.part(0, used), negative=negative)
    return _as_mpz(found) if belongs_on_disk(found.space, used) else found.value()


def belongs_on_disk(space: ScratchSpace, limbs: int) -> bool:
    """Whether a number of a given number of limbs is on disk while it is worked on."""
    return space.parks(8 * limbs) and not space.fits(ROOM * 8 * limbs)


def power_of_base(limbs: int) -> mpz:
    """2^(64·limbs); on disk, where it takes no room there, if the run has a scratch space and memory is short."""
    return shifted_up(mpz(1), 64 * limbs)


def shifted_up(x: mpz, bits: int) -> mpz:
    """x·2^bits; on disk, if the run has a scratch space and memory is short."""
    space = scratch_space()
    if not x or space is None or is_on_disk(x):
        return x << bits
    return (_as_mpz(stored_integer(x, space)) if belongs_on_disk(space, limb_count(x) + bits // 64) else x) << bits


def in_memory(x: mpz) -> mpz:
    """The same number as an mpz, whatever room there is."""
    return x.value() if is_on_disk(x) else x


def stored_integer(x: mpz, space: ScratchSpace) -> DiskInteger:
    """An integer that is not 0, written to disk unless it is there."""
    if is_on_disk(x):
        return x
    return DiskInteger(DiskLimbs(StoredLimbs(space, limbs_of(x))), negative=x < 0)


def towards_zero(x: mpz, limbs: int) -> mpz:
    """x/2^(64·limbs) without its fraction."""
    if is_on_disk(x):
        return x.towards_zero(64 * limbs)
    return t_div_2exp(x, 64 * limbs)


def low_bits(x: mpz, bits: int, first: int = 0) -> int:
    """A given number of bits of x ≥ 0, few enough for memory, from bit `first` on."""
    if not is_on_disk(x):
        return int(f_mod_2exp(x >> first, bits))
    limb = first // 64
    above = x.part(min(limb, len(x)), min(limb + bits // 64 + 2, len(x)))
    with above.limbs() as limbs:
        return int(f_mod_2exp(mpz_from_limbs(limbs) >> first % 64, bits))


def magnitude_limbs(x: mpz) -> DiskLimbs | Limbs:
    """The limbs of |x| as an operand of products."""
    return x if is_on_disk(x) else limbs_of(x)


def length_in_limbs(x: mpz) -> int:
    """Number of limbs of |x|."""
    return len(x) if is_on_disk(x) else limb_count(x)
