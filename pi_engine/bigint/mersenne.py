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
    require((left - right) % M61 == 0, what)


def require(condition: bool, what: str) -> None:  # noqa: FBT001 (what an assertion takes)
    """Raise VerificationError, saying that the check of `what` failed, unless the condition holds."""
    if not condition:
        raise VerificationError(
            f"{what} failed its check: either the arithmetic of this machine went wrong, or this program has a bug; "
            "run again, and if it happens twice test the memory, then report it with the output of 'pi-engine info'"
        )
