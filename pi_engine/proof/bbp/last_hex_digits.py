"""The last hexadecimal digits of a binary fraction beside those of π, which BBP gives without the ones before.

An error in the sum, the root or the quotient makes a difference of π that is not a multiple of a power of two, so that it shows in all
digits after it; what fails to show is a flipped bit far from the end, and that is what the residues of root and quotient are for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gmpy2 import f_mod_2exp, mpz

from pi_engine.errors import VerificationError
from pi_engine.proof.bbp.bbp_sum import kernel_use
from pi_engine.proof.bbp.hex_digits import LAST_POSITION, hex_digits
from pi_engine.runtime.compilation.kernel_set import KernelUse

if TYPE_CHECKING:
    from pi_engine.runtime.progress import Progress

TAIL_DIGITS = 16
_SPARE_BITS = 32
"""Bits between the compared digits and the fraction's error: it moves the last of them once in 2^32, by one."""


class Tail(NamedTuple):
    """`digits` are hexadecimal digits of π from `position` on, 1 being the first after the point."""

    position: int
    digits: str
    formula: str


_EVALUATIONS = 2
"""Of BBP, for this many digits."""


def kernel_use_of_tail(bits: int) -> KernelUse:
    """What the comparison at the end of a given number of bits loads and compiles."""
    return kernel_use(bits // 4, _EVALUATIONS) if bits // 4 <= LAST_POSITION else KernelUse(load=False, compile=False)


def compare_tail(
    mantissa: mpz, bits: int, error: int, *, threads: int, formula: str = "bellard", progress: Progress | None = None
) -> Tail | None:
    """Compare π ≈ mantissa/2^bits, wrong by less than `error` units, with BBP at its end; None where it is out of reach.

    Sixteen digits agree by chance once in 6·10^18; fewer are compared where there are fewer.

    Raises:
        VerificationError: they differ.
    """
    last = (bits - error.bit_length() - _SPARE_BITS) // 4
    count = min(TAIL_DIGITS, last)
    if count < 1 or last > LAST_POSITION:
        return None
    position = last - count + 1
    found = _bits(mantissa, 4 * count, bits - 4 * last)
    digits = hex_digits(position, count=count, formula=formula, threads=threads, progress=progress)
    if (found - int(digits, 16) + 1) % 16**count > 2:
        raise VerificationError(
            f"hexadecimal position {position}: the digits are {found:0{count}X}, but those of π are {digits}"
        )
    return Tail(position, digits, formula)


def _bits(mantissa: mpz, count: int, first: int) -> int:
    """A given number of bits, from bit `first` on."""
    if isinstance(mantissa, (int, type(mpz()))):
        return int(f_mod_2exp(mantissa >> first, count))
    from pi_engine.bigint.scratch.disk_integer import low_bits  # a number on disk, whose module imports numpy

    return low_bits(mantissa, count, first)
