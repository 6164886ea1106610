"""Integers in custody: each carries the residues that it must have, from the step that made it to its last use.

A check of a number says what it was when it was read. Between that and the next use it may change: a bit of memory
flips, a copy goes wrong. So residues are not found anew for every check, but follow from those of the numbers
before, by the same operations:

    x·y, x ± y, x·2^k      the same of the residues
    ⌊x/2^k⌋ = (x − x mod 2^k)/2^k,   ⌊x/d⌋ = (x − x mod d)/d      with the residues of what is lost, which is read

Whatever changes a number then makes it differ from its residues. The next identity in which it takes part, of a division,
a root or the conversion, is written with those residues, and fails. So no copy, cut or sum needs a check of its own, and
no number is unwatched between two identities. A bit that a cut is about to lose may change before it is read: then the residues
of what is left come out wrong, and the next identity fails although the number is right. That is a false alarm, and no
error that is missed.

Without residues (`check="none"`) the operations are the same, and nothing is compared.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import gmpy2

from pi_engine.bigint.residues.moduli import Residues, power_residues, require, require_equal, residues
from pi_engine.bigint.scratch.space_of_run import scratch_space

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmpy2 import mpz


@dataclass(frozen=True, slots=True)
class Tracked:
    """An integer and what it must be modulo both `moduli`; None where nothing is checked."""

    value: mpz
    residues: Residues | None = None

    @classmethod
    def of(cls, x: mpz | Tracked, *, check: bool = True, threads: int = 1) -> Tracked:
        """What is tracked as it is; an integer, which nobody has vouched for, with the residues that are found now, if `check`."""
        if isinstance(x, Tracked):
            return x
        return cls(x, residues(x, threads) if check else None)

    @classmethod
    def power_of_two(cls, exponent: int, *, check: bool = True) -> Tracked:
        """2^exponent, the residues from the definition."""
        return cls(gmpy2.mpz(1) << exponent, power_residues(2, exponent) if check else None)

    @property
    def _in_memory(self) -> bool:
        """Whether the number is an mpz, and no `DiskInteger` that takes the place of one."""
        return isinstance(self.value, (int, type(gmpy2.mpz())))

    @property
    def bits(self) -> int:
        """The length of the magnitude in bits."""
        return self.value.bit_length()

    def require(self, what: str, threads: int = 1) -> None:
        """Read the integer and compare.

        Raises:
            VerificationError: it is not what it must be, so `what` went wrong.
        """
        if self.residues is not None:
            require_equal(residues(self.value, threads), self.residues, what)

    def magnitude(self) -> Tracked:
        """|x|, without the copy that `abs` makes of an x ≥ 0."""
        return self if self.value >= 0 else self * -1

    def __mul__(self, factor: Tracked | int) -> Tracked:
        """The product."""
        if isinstance(factor, Tracked):
            return self._with(self.value * factor.value, factor, operator.mul)
        return Tracked(self.value * factor, None if self.residues is None else self.residues * factor)

    def __add__(self, other: Tracked) -> Tracked:
        """The sum."""
        return self._with(self.value + other.value, other, operator.add)

    def __sub__(self, other: Tracked) -> Tracked:
        """The difference."""
        return self._with(self.value - other.value, other, operator.sub)

    def _with(self, value: mpz, other: Tracked, operation: Callable[[Residues, Residues], Residues]) -> Tracked:
        if self.residues is None or other.residues is None:
            return Tracked(value)
        return Tracked(value, operation(self.residues, other.residues))

    def __lshift__(self, bits: int) -> Tracked:
        """The product with 2^bits."""
        return Tracked(
            self._shifted_up(bits), None if self.residues is None else self.residues * power_residues(2, bits)
        )

    def _shifted_up(self, bits: int) -> mpz:
        if scratch_space() is None:
            return self.value << bits
        from pi_engine.bigint.scratch.disk_integer import shifted_up

        return shifted_up(self.value, bits)

    def cut(self, bits: int, threads: int = 1) -> Tracked:
        """The integer part of x/2^bits, rounded towards zero."""
        if not bits:
            return self
        kept = gmpy2.t_div_2exp(self.value, bits) if self._in_memory else self.value.towards_zero(bits)  # type: ignore[attr-defined]
        if self.residues is None:
            return Tracked(kept)
        left = self.residues - residues(self.value, threads, low_bits=bits)
        return Tracked(kept, left * power_residues(2, -bits))

    def without(self, amount: int) -> Tracked:
        """The difference from a word."""
        return Tracked(self.value - amount, None if self.residues is None else self.residues - amount)

    def quotient(self, divisor: int, what: str) -> Tracked:
        """⌊x/divisor⌋ for a word > 0, checked by q·divisor + r = x and 0 ≤ r < divisor.

        Raises:
            VerificationError: the identity of the division does not hold.
        """
        if self._in_memory:
            value, rest = gmpy2.f_divmod(self.value, divisor)
        else:
            value, rest = self.value.divmod_word(divisor)  # type: ignore[attr-defined]
        found = Tracked.of(value, check=self.residues is not None)
        if self.residues is not None and found.residues is not None:
            require(0 <= rest < divisor, what)
            require_equal(found.residues * divisor + int(rest), self.residues, what)
        return found
