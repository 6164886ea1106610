"""Residues modulo the Mersenne prime M = 2^61 − 1, the cheap independent check of large results.

An error that is not a multiple of M is seen; a random one is missed with probability 2^−61.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.errors import VerificationError

if TYPE_CHECKING:
    from gmpy2 import mpz

M61 = 2**61 - 1


def residue(x: mpz | int) -> int:
    """X mod M, in 0 … M − 1; linear in the size of x."""
    return int(x % M61)


def check_identity(left: int, right: int, what: str) -> None:
    """Compare two residues of what must be the same integer.

    Raises:
        VerificationError: they differ, so `what` went wrong.
    """
    if (left - right) % M61:
        raise VerificationError(
            f"{what} failed its check modulo 2^61 − 1: the arithmetic of this machine went wrong; "
            "run again, and test the memory and the processor if it happens twice"
        )
