"""What P and Q of all nodes of a size have in common: known from the polynomials, without a gcd and without a sieve.

Among any n consecutive values of αk + β, at least ⌊n/ℓ^i⌋ are multiples of ℓ^i, for a prime ℓ that does not divide α. So
their product is a multiple of ℓ^v with v = Σ_i ⌊n/ℓ^i⌋, the exponent of ℓ in n!. If p has at least d linear factors
whose α is prime to ℓ, and so has q, then ℓ^(d·v) divides both ∏p(k) and ∏q(k) over any n consecutive k ≥ 1. The product
of these powers is G(n), near (n!)^d; for Chudnovsky's series (n!)³ without its twos and with a third of its threes.
(gmp-chudnovsky divides out the whole greatest common divisor of P₁ and Q₂, found by a sieve, and another one at every
merge; benchmarks/arithmetic/bench_common_factors.py compares what is left.)

Because it is the same for all nodes of a level, dividing every P and Q of that level by G leaves everything above as it
is: all T of M nodes together lose G^(M−1), and so does Q if the first node keeps its own, hence T/Q is the same. A
node's T is not touched by its own level's division. With G(n)^2 a divisor of G(2n), a level that has been divided can
be divided again higher up, by G(2n)/G(n)².

Twos stay: no numerator of a known series for π has any.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from gmpy2 import bit_scan1, divexact, fac, mpz, remove, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pi_engine.series.model.hypergeometric import HypergeometricSeries
    from pi_engine.series.model.polynomial import IntegerPolynomial

LEAST_BITS = 64
"""A smaller divisor is left for the next level: the division would cost about what it gains."""


def _slopes(f: IntegerPolynomial) -> list[int]:
    """|α| of every linear factor, made primitive. Factors that are not linear go without: a bound below, as is needed."""
    return [abs(c[1]) // math.gcd(*c) for c in f.factors if len(c) == 2]


def _odd_primes(number: int, limit: int) -> tuple[int, ...]:
    """The odd primes up to `limit` that divide it."""
    number >>= (number & -number).bit_length() - 1
    found = []
    for prime in range(3, min(limit, math.isqrt(number)) + 1, 2):
        if prime * prime > number:
            break
        if number % prime == 0:
            found.append(prime)
            while number % prime == 0:
                number //= prime
    if 1 < number <= limit:  # no two primes are left
        found.append(number)
    return tuple(found)


@functools.lru_cache(maxsize=16)
def universal_divisor(series: HypergeometricSeries, terms: int) -> mpz:
    """G(n): odd, and a divisor of ∏p(k) and of ∏q(k) over any n = `terms` consecutive k ≥ 1; O(M(n log n)).

    Kept for the next sum: of 10⁵ digits they take a fiftieth of the time.
    """
    slopes = [_slopes(f) for f in (series.p, series.q)]
    degree = min(map(len, slopes))
    factorial = fac(terms)
    rest = factorial >> (bit_scan1(factorial) or 0)
    special = mpz(1)
    for prime in sorted({prime for row in slopes for slope in row for prime in _odd_primes(slope, terms)}):
        rest, exponent = remove(rest, prime)
        common = min(sum(slope % prime != 0 for slope in row) for row in slopes)
        special *= mpz(prime) ** (exponent * min(degree, common))
    return rest**degree * special


def divisors_by_level(series: HypergeometricSeries, least_terms: dict[int, int]) -> dict[int, mpz]:
    """What to divide P and Q of every node of 2^j blocks by, by j; 1 where it is not worth it.

    least_terms: how many terms such a node has at least, by ascending j; at least twice as many as for j − 1. The node of
    k = 0 has a term less to give: hence G(n − 1), and (n − 1) + (n − 1) ≤ 2n − 1.
    """
    divisors: dict[int, mpz] = {}
    removed, before = mpz(1), 0
    for j, least in least_terms.items():
        removed **= 1 << (j - before)
        before = j
        divisor = divexact(universal_divisor(series, max(0, least - 1)), removed)
        if divisor.bit_length() <= LEAST_BITS:
            divisor = mpz(1)
        removed *= divisor
        divisors[j] = divisor
    return divisors


class DivisorTable(NamedTuple):
    """Divisors as a kernel takes them, in digits to base 2^b.

    Attributes:
        lengths: int64[levels], digits; 0 where there is nothing to divide by.
        rows: uint64[levels][1 + digits], the inverse of the lowest digit modulo 2^b, then the digits.
    """

    lengths: NDArray[np.int64]
    rows: NDArray[np.uint64]


def divisor_table(divisors: Sequence[mpz], digit_bits: int = 64) -> DivisorTable:
    """The table; a divisor of 1 has length 0."""
    lengths = np.array([-(-d.bit_length() // digit_bits) if d > 1 else 0 for d in divisors], np.int64)
    rows = np.zeros((len(divisors), 1 + max([1, *lengths.tolist()])), np.uint64)
    for row, divisor, length in zip(rows, divisors, lengths.tolist(), strict=True):
        if length:
            digits = [int(digit) for digit in unpack(divisor, digit_bits)]
            row[0] = pow(digits[0], -1, 1 << digit_bits)
            row[1 : 1 + length] = digits
    return DivisorTable(lengths, rows)
