"""The Mersenne prime M = 2^61 − 1, and how a long number is taken apart so that its residue modulo M is found sooner.

GMP divides a long number by a word in 5 to 6 ns a limb on AMD Zen 1, as each step waits for the one before. A number of
a million bits or more, taken apart into pieces of a multiple of 61 bits, whose sum is the same modulo M, takes 3 to 4.5.
"""

from __future__ import annotations

from gmpy2 import mpz, unpack

from pi_engine.errors import VerificationError

M61 = 2**61 - 1

PIECE_BITS = 61 * 64 * 16
"""Bits of a piece: whole limbs, and few enough that the system does not map the pieces' memory anew every time."""

WHOLE_BITS = 8 * PIECE_BITS
"""Up to here a number is divided as it is; both ways take as long at about half as many modulo M, and here modulo another prime."""


def pieces(x: mpz | int) -> list[mpz]:
    """What x is made of, from its low end on: x = Σ pieces[i]·2^(i·PIECE_BITS), the pieces of the sign of x."""
    magnitude = mpz(x if x >= 0 else -x)  # not abs(x), which copies
    found = unpack(magnitude, PIECE_BITS)
    return found if x >= 0 else [-piece for piece in found]


def require(condition: bool, what: str) -> None:  # noqa: FBT001 (what an assertion takes)
    """Raise VerificationError, saying that the check of `what` failed, unless the condition holds."""
    if not condition:
        raise VerificationError(
            f"{what} failed its check: either the arithmetic of this machine went wrong, or this program has a bug; "
            "run again, and if it happens twice test the memory, then report it with the output of 'pi-engine info'"
        )
