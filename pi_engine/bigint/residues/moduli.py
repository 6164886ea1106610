"""The two moduli of a run's identities, 2^61 − 1 and a random prime, and residues modulo both at once.

2^61 − 1 is fixed, and misses a whole pattern of errors: limbs displaced by a multiple of 61 places. The prime has no such
pattern, because it is drawn from the system's randomness when a process first needs it. It is one of some 10^14 primes,
each as likely as any other, and an error of n bits is a multiple of n/60 of them at most. At 10^9 digits the longest products
have 7·10^9 bits: the prime misses an error in them with a probability below 2·10^−6, whatever the error looks like; one
that looks random is missed with 2^−60.

A number is read modulo both in one of three places:

    residues               one integer, of any length and sign; needs no numpy where it is short or the kernels are not loaded
    residues_of_several    in `residues`: integers and arrays of limbs, which the threads read together
    residues_at            in `residue_kernels`: limbs at an address, inside a kernel
"""

from __future__ import annotations

import functools
import os
import threading
from dataclasses import dataclass

import gmpy2
from gmpy2 import mpz, unpack

from pi_engine.bigint.residues.kernels.mersenne import BITS, M61
from pi_engine.errors import MiscalculationError
from pi_engine.runtime.compilation.kernel_set import KernelSet
from pi_engine.runtime.machine_faults import RUN_AGAIN

KERNEL_FROM_BITS = 350_000
"""Bits from which a kernel that is loaded finds residues sooner than GMP does."""

PIECE_BITS = BITS * 64 * 16
"""GMP divides a long number by a word in 5 to 6 ns a limb on AMD Zen 1, as each step waits for the one before. A number of a
million bits or more, taken apart into pieces of a multiple of 61 bits, whose sum is the same modulo 2^61 − 1, takes 3 to 4.5.
Pieces are whole limbs, and so short that the system does not map their memory anew every time."""

WHOLE_BITS = 8 * PIECE_BITS
"""Up to here a number is divided as it is: modulo 2^61 − 1 both ways take as long at half of it, modulo another prime here."""

_RESIDUES = KernelSet("pi_engine.bigint.residues.stored_residues:RESIDUE_KERNELS")

GAP_BITS = 52
"""The random prime is 2^61 − c with c < 2^GAP_BITS, one of some 10^14: then 2^61 ≡ c, by which `shadow_blocks` folds."""

_DRAWING = threading.Lock()
_adopted: list[int] = []


@functools.cache
def random_prime() -> int:
    """A prime between 2^61 − 2^52 and 2^61 − 1, each as likely as any other, drawn once in a process or adopted."""
    with _DRAWING:  # threads that find the cache empty at once would each draw a prime of their own
        return _adopted[0] if _adopted else _drawn_prime()


def is_random_prime(number: int) -> bool:
    """Whether a number is one of those that `random_prime` draws from."""
    return (1 << BITS) - (1 << GAP_BITS) < number < M61 and bool(gmpy2.is_prime(number, 40))


def adopt_prime(prime: int) -> None:
    """Take the random prime that another process has drawn, so that numbers with residues of its go on here.

    Residues that this process has found before are worth nothing from here on, so this comes before a computation, and nothing else may be
    computing meanwhile.

    Raises:
        ValueError: `is_random_prime` is false.
    """
    if not is_random_prime(prime):
        raise ValueError(f"{prime} is not a prime between 2^61 − 2^52 and 2^61 − 1")
    _adopted[:] = [prime]
    random_prime.cache_clear()


@functools.cache
def _drawn_prime() -> int:
    while True:
        gap = int.from_bytes(os.urandom(8), "little") >> (64 - GAP_BITS)
        prime = (1 << BITS) - gap
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


def residues(x: mpz | int, threads: int = 1, *, low_bits: int | None = None) -> Residues:
    """An integer modulo both `moduli`, with its sign; a long one is read at the speed of memory where the kernels are loaded.

    With `low_bits` these bits of it only, where they lie: what `x/2^low_bits`, rounded towards zero, leaves behind.
    """
    if not isinstance(x, (int, type(mpz()))):  # a DiskInteger, which takes the place of an mpz
        from pi_engine.bigint.residues.residues_on_disk import residues_of_integer

        return residues_of_integer(x, threads, low_bits=low_bits)
    bits = x.bit_length() if low_bits is None else min(low_bits, x.bit_length())
    cut = bits < x.bit_length()
    if bits < KERNEL_FROM_BITS or not _RESIDUES.loaded():
        x = gmpy2.t_mod_2exp(x, bits) if cut else x
        return _residues_of_pieces(x) if bits > WHOLE_BITS else Residues((int(x % M61), int(x % random_prime())))
    from pi_engine.bigint.buffers.limbs import limbs_of
    from pi_engine.bigint.residues.limb_residues import residues_of_several

    limbs, whole = limbs_of(mpz(x)), bits // 64
    found = residues_of_several([limbs[:whole] if cut else limbs], threads)[0]
    if cut and bits % 64:
        found += power_residues(2, 64 * whole) * (int(limbs[whole]) % 2 ** (bits % 64))
    return found * -1 if x < 0 else found


def _residues_of_pieces(x: mpz | int) -> Residues:
    """The sum of x's pieces, which is x modulo 2^61 − 1, and of each times its place, which is x modulo the random prime."""
    magnitude = mpz(x if x >= 0 else -x)  # not abs(x), which copies
    prime = random_prime()
    step = gmpy2.powmod(2, PIECE_BITS, prime)
    plain, weighted, place = mpz(0), mpz(0), mpz(1)
    for piece in unpack(magnitude, PIECE_BITS):
        plain += piece
        weighted += piece * place
        place = place * step % prime
    found = Residues((int(plain % M61), int(weighted % prime)))
    return found * -1 if x < 0 else found


def require(condition: bool, what: str) -> None:  # noqa: FBT001 (what an assertion takes)
    """Raise MiscalculationError, saying that the check of `what` failed, unless the condition holds."""
    if not condition:
        raise _failed(what)


def _failed(what: str, sides: tuple[tuple[int, ...], tuple[int, ...]] | None = None) -> MiscalculationError:
    message = (
        f"{what} failed its check: either the arithmetic of this machine went wrong, or this program has a bug; "
        f"{RUN_AGAIN}, then report it with the output of 'pi-engine info'"
    )
    return MiscalculationError(message, reason=f"{what.removesuffix(',')} failed its check", sides=sides)


def require_equal(left: Residues, right: Residues, what: str) -> None:
    """Compare the residues of what must be the same integer.

    Raises:
        MiscalculationError: they differ, so `what` went wrong; it says modulo which, and has both.
    """
    if left.values == right.values:
        return
    modulus = "2^61 − 1" if left.values[0] != right.values[0] else f"the prime {random_prime()}"
    raise _failed(f"{what}, compared modulo {modulus},", (left.values, right.values))
