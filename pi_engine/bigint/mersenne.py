"""Residues modulo the Mersenne prime M = 2^61 − 1, the cheap independent check of large results.

An error that is not a multiple of M is seen; a random one is missed with probability 2^−61.

GMP divides a long number by a word in 5 ns a limb on AMD Zen 1, as each step waits for the one before; cut in two and
added up, X = X₁·2^h + X₀ ≡ X₁ + X₀ where 61 divides h, it takes 1.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmpy2 import f_mod_2exp

from pi_engine.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gmpy2 import mpz

M61 = 2**61 - 1

_DIVIDED_BITS = 61 * 64 * 16
"""Bits that are divided at once; longer numbers are cut at 2^i times as many, which are whole limbs and a multiple of 61 bits."""

_LARGEST_CUT = _DIVIDED_BITS << 8
"""From twice as many bits on the parts' memory, which the system maps anew every time, takes longer than the division saves."""


def residue(x: mpz | int) -> int:
    """X mod M, in 0 … M − 1; linear in the size of x."""
    for places in cuts(x):
        x = (x >> places) + f_mod_2exp(x, places)
    return int(x % M61)


def cuts(x: mpz | int) -> Iterable[int]:
    """Where to cut a number in two, then what its parts make together, and so on: each place half of the one before."""
    bits = x.bit_length()
    if bits <= 2 * _DIVIDED_BITS or bits > 2 * _LARGEST_CUT:
        return ()
    places = _DIVIDED_BITS
    while 2 * places < bits:
        places *= 2
    return (places >> i for i in range((places // _DIVIDED_BITS).bit_length()))


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
