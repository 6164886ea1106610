"""Binary fraction → ⌊v·base^N⌋ → text.

base^N = odd^N·2^t, with odd^N = 5^N, t = N for base 10 and odd^N = 1, t = 4N for base 16. From an integer X with
|v·2^w − X| < E, let L = (X − E)·odd^N = D·2^(w−t) + R with 0 ≤ R < 2^(w−t). Then

    L/2^(w−t) < v·base^N < (L + 2E·odd^N)/2^(w−t),

so that D = ⌊v·base^N⌋ is certain if R + 2E·odd^N ≤ 2^(w−t). Otherwise v·base^N lies so near an integer that more
bits are needed. At random this happens with probability 2E·base^N/2^w.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gmpy2 import f_mod_2exp, mpz

from pi_engine.bigint.residues.moduli import Residues, power_residues, require_equal, residues
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.runtime.integers import as_mpz

if TYPE_CHECKING:
    from typing import SupportsIndex

    from pi_engine.bigint.binary_fraction import BinaryFraction


class ScaledInteger(NamedTuple):
    """D = ⌊v·base^digits⌋ and its residues modulo both `moduli` as they follow from the binary fraction."""

    value: mpz
    residues: Residues


def fraction_bits(digits: int, base: int, guard_bits: int) -> int:
    """Bits w of a binary fraction that determine `digits` digits except for a chance of 2^(4−guard_bits)."""
    return math.ceil(digits * math.log2(base) * (1 + 2**-50)) + guard_bits


def scale(fraction: BinaryFraction, digits: int, base: int) -> ScaledInteger | None:
    """⌊v·base^digits⌋, or None where the fraction's error leaves it open; one product of the result's size.

    The residues come from the identity L = D·2^(w−t) + R with L's following from the fraction's and those of the power
    base^digits·2^(−t) from its definition, so that they check the power, the product and the shift.
    """
    X, w, E = as_mpz(fraction.mantissa, "scale"), fraction.bits, fraction.error
    odd, t = (mpz(5) ** digits, digits) if base == 10 else (mpz(1), 4 * digits)
    shift = w - t
    lower = Tracked(X, fraction.residues or residues(X)).without(E)
    L = lower.value * odd if base == 10 else lower.value
    R = f_mod_2exp(L, shift)
    if R + 2 * E * odd > mpz(1) << shift:
        return None
    D = L >> shift
    power = power_residues(base, digits) * power_residues(2, -t)
    assert lower.residues is not None
    return ScaledInteger(D, (lower.residues * power - residues(R)) * power_residues(2, -shift))


def check_scaled(scaled: ScaledInteger) -> None:
    """Compare D with the residues that the binary fraction gives it.

    Raises:
        VerificationError: the multiplication by the power of the base, or the shift, went wrong.
    """
    require_equal(residues(scaled.value), scaled.residues, "the scaling to the base of the digits")


def digit_text(scaled: SupportsIndex, base: int) -> str:
    """The digits of ⌊v·base^N⌋ for 1 ≤ v < base: the one before the point, then N more, upper case.

    GMP's conversion: O(M(n)·log n), on one thread, holding the interpreter's lock.
    """
    text = as_mpz(scaled, "digit_text").digits(base)
    return text if base == 10 else text.upper()
