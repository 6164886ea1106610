"""The two moduli of a run's identities, 2^61 − 1 and a random prime, and residues modulo both at once.

2^61 − 1 is fixed, and misses a whole pattern of errors: limbs displaced by a multiple of 61 places. The prime has no such
pattern, because it is drawn from the system's randomness when a process first needs it. It is one of some 10^14 primes,
each as likely as any other, and an error of n bits is a multiple of n/60 of them at most. At 10^9 digits the longest products
have 7·10^9 bits: the prime misses an error in them with a probability below 2·10^−6, whatever the error looks like; one
that looks random is missed with 2^−60.
"""

from __future__ import annotations

import functools
import os
import threading
from dataclasses import dataclass

import gmpy2
from gmpy2 import mpz

from pi_engine.bigint.mersenne import M61, PIECE_BITS, WHOLE_BITS, pieces, require
from pi_engine.runtime.kernel_set import KernelSet

KERNEL_FROM_BITS = 350_000
"""Bits from which a kernel that is at hand finds residues sooner than GMP does."""

_RESIDUES = KernelSet("pi_engine.bigint.transform_kernels:RESIDUE_KERNELS")


GAP_BITS = 52
"""The random prime is 2^61 − c with c < 2^GAP_BITS, one of some 10^14: then 2^61 ≡ c, by which `shadow_blocks` folds."""

_DRAWING = threading.Lock()


@functools.cache
def random_prime() -> int:
    """A prime between 2^61 − 2^52 and 2^61 − 1, each as likely as any other, drawn once in a process."""
    with _DRAWING:  # threads that find the cache empty at once would each draw a prime of their own
        return _drawn_prime()


@functools.cache
def _drawn_prime() -> int:
    while True:
        gap = int.from_bytes(os.urandom(8), "little") >> (64 - GAP_BITS)
        prime = (1 << 61) - gap
        if prime < M61 and gmpy2.is_prime(prime, 40):
            return prime


def moduli() -> tuple[int, int]:
    """2^61 − 1 and the random prime of this process."""
    return M61, random_prime()


def moduli_text() -> str:
    """Both, for people."""
    return f"2^61 − 1 and the random prime {random_prime()}"


@dataclass(frozen=True, slots=True)
class Residues:
    """An integer modulo both `moduli`; sums, differences and products with others and with ints are again such."""

    values: tuple[int, int]

    def __add__(self, other: Residues | int) -> Residues:
        """The sum."""
        x, y = self.values, _values(other)
        return _reduced(x[0] + y[0], x[1] + y[1])

    def __sub__(self, other: Residues | int) -> Residues:
        """The difference."""
        x, y = self.values, _values(other)
        return _reduced(x[0] - y[0], x[1] - y[1])

    def __mul__(self, other: Residues | int) -> Residues:
        """The product."""
        x, y = self.values, _values(other)
        return _reduced(x[0] * y[0], x[1] * y[1])

    def to_the(self, exponent: int) -> Residues:
        """The power, also of a negative exponent."""
        return Residues((power(self.values[0], exponent, M61), power(self.values[1], exponent, random_prime())))


def _values(x: Residues | int) -> tuple[int, int]:
    return x.values if isinstance(x, Residues) else (x, x)


def _reduced(x: int, y: int) -> Residues:
    return Residues((x % M61, y % random_prime()))


def power(base: int, exponent: int, modulus: int) -> int:
    """base^exponent modulo a prime, also for a negative exponent: Python's `pow`, and a tenth of its time."""
    return int(gmpy2.powmod(base, exponent, modulus))


def power_residues(base: int, exponent: int) -> Residues:
    """base^exponent, also for a negative exponent."""
    x, y = moduli()
    return Residues((power(base, exponent, x), power(base, exponent, y)))


def residues(x: mpz | int, threads: int = 1) -> Residues:
    """X modulo both; of what is long at the speed of memory, where the kernel is at hand."""
    if x.bit_length() < KERNEL_FROM_BITS or not _RESIDUES.loaded():
        if x.bit_length() > WHOLE_BITS:
            return _residues_of_pieces(pieces(x))
        return Residues((int(x % M61), int(x % random_prime())))
    from pi_engine.bigint.limbs import limbs_of
    from pi_engine.bigint.residues import residues_of_limbs

    found = residues_of_limbs(limbs_of(mpz(x)), threads)
    return found * -1 if x < 0 else found


def low_residues(x: mpz, bits: int, threads: int = 1) -> Residues:
    """The low bits of x, with its sign: what `x/2^bits` towards zero leaves behind. Read where they lie, if the kernel is at hand."""
    whole = bits // 64
    if 64 * whole < KERNEL_FROM_BITS or x.bit_length() < bits or not _RESIDUES.loaded():
        return residues(gmpy2.t_mod_2exp(x, bits), threads)
    from pi_engine.bigint.limbs import limbs_of
    from pi_engine.bigint.residues import residues_of_limbs

    limbs = limbs_of(x)
    found = residues_of_limbs(limbs[:whole], threads)
    if bits % 64:
        found += power_residues(2, 64 * whole) * (int(limbs[whole]) % 2 ** (bits % 64))
    return found * -1 if x < 0 else found


def _residues_of_pieces(found: list[mpz]) -> Residues:
    """The sum of these pieces, which it is modulo 2^61 − 1, and of each times its place modulo the random prime."""
    prime = random_prime()
    step = gmpy2.powmod(2, PIECE_BITS, prime)
    total, place = mpz(0), mpz(1)
    for piece in found:
        total += piece * place
        place = place * step % prime
    return Residues((int(sum(found) % M61), int(total % prime)))


def require_equal(left: Residues, right: Residues, what: str) -> None:
    """Compare the residues of what must be the same integer.

    Raises:
        VerificationError: they differ, so `what` went wrong; it says modulo which.
    """
    if left.values == right.values:
        return
    for x, y, modulus in zip(left.values, right.values, ("2^61 − 1", f"the prime {random_prime()}"), strict=True):
        require(x == y, f"{what}, compared modulo {modulus},")
