"""A real number as an integer and a power of two, with a bound of its error: what the sum of a series becomes before its digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gmpy2 import mpz

    from pi_engine.bigint.residues.moduli import Residues


class BinaryFraction(NamedTuple):
    """A real number v as an integer: |v·2^bits − mantissa| < error.

    Attributes:
        residues: what the mantissa must be modulo both `moduli`; None where that is not known.
    """

    mantissa: mpz
    bits: int
    error: int
    residues: Residues | None = None
