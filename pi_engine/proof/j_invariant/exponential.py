"""e^x of a long real number by bit bursts: Taylor's series on pieces of x, each summed by binary splitting.

x/2^r < 2^−b is cut into pieces p/2^k, the first of b bits, each next one twice as long, so that a piece with many bits is
small and needs few terms. Each gives 1 + T/(Q·2^(kM)) with

    T(a, b) = Σ p^(i−a)·(b!/i!)·2^(k(b−i)), a < i ≤ b,   T(a, b) = T(a, m)·(b!/m!)·2^(k(b−m)) + p^(m−a)·T(m, b).

The nodes of a level have equally many terms, so one power of p serves them all. The product of all pieces is divided
once by the product of all Q, and squared r times. O(M(w)·log² w), where MPFR's exp is the same method on GMP's products.
Source: Brent, The complexity of multiple-precision arithmetic (1976), section 6; MPFR, exp3.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from gmpy2 import mpz, t_mod_2exp

from pi_engine.bigint.division import divide
from pi_engine.bigint.product import multiply
from pi_engine.runtime.thread_count import available_threads

FIRST_PIECE_BITS = 64
"""Doubling it saves the piece with the most terms, and costs 64 more squarings: at 10^6 digits 32, 64 and 128 differ by
a tenth, at 10^5 64 is the best."""

GUARD = 10
"""Bits that the pieces and squarings lose beyond those that r squarings double: see `exponential`."""

_LEAF_TERMS = 8
_LONG_PIECE_BITS = 512
"""From here on a term is long enough for a node of its own."""


class Float(NamedTuple):
    """The positive number mantissa·2^exponent."""

    mantissa: mpz
    exponent: int


def exponential(x: mpz, fraction_bits: int, bits: int, *, threads: int | None = None) -> Float:
    """e^(x/2^fraction_bits) for x ≥ 0, with a relative error below 2^−bits.

    With w = bits + r + GUARD and in units of 2^−w, relative errors are at most:
      x/2^r cut to w bits                                                          1.01
      each of J pieces: its tail, 0.26; T cut, 1; the factor and the product cut to w bits, 2 + 2
      the quotient, 1 for its floor and 2 for its cut to w bits                    3
    J ≤ 30, as every piece is twice as long as the one before, b·2^29 > 2^34: less than 164 together, and less than 2^8
    with the products of errors. Each squaring doubles the error and adds 2 for the cut, so that r of them leave less
    than 2^r·(2^8 + 2) < 2^(r+9).

    Cost: 10^6 digits like 60 products of that length.

    Raises:
        VerificationError: a product's or the quotient's residue is wrong.
    """
    threads = threads or available_threads()
    squarings = max(x.bit_length() - fraction_bits + FIRST_PIECE_BITS, 0)
    w = bits + squarings + GUARD
    rest = _shifted(x, w - squarings - fraction_bits)
    numerator, denominator = Float(mpz(1) << (w - 1), 1 - w), mpz(1)
    before, after = FIRST_PIECE_BITS, 2 * FIRST_PIECE_BITS
    while rest:
        after = min(after, w)
        p = rest >> (w - after)
        rest = t_mod_2exp(rest, w - after)
        if p:
            T, Q, terms = _sum(p, after, terms_needed(before, w), threads)
            factor = _cut(Float((Q << w) + _shifted(T, w - after * terms), -w), w)
            numerator = _product(numerator, factor, w, threads)
            denominator = multiply(denominator, Q, threads=threads)
        before, after = after, 2 * after
    shift = max(w + denominator.bit_length() - numerator.mantissa.bit_length(), 0)
    quotient = divide(numerator.mantissa << shift, denominator, threads=threads)
    result = _cut(Float(quotient, numerator.exponent - shift), w)
    for _ in range(squarings):
        result = _product(result, result, w, threads)
    return result


def terms_needed(zeros: int, w: int) -> int:
    """The least M with y^(M+1)/(M+1)! < 2^−(w+2) for all y < 2^−zeros: the tail after M terms is below 2^−w·0.26."""
    low, high = 1, w // zeros + 2
    while low < high:
        middle = (low + high) // 2
        # lgamma's relative error, 10^-15, of 10^12 bits is less than the 1 added here.
        if (middle + 1) * zeros + math.lgamma(middle + 2) / math.log(2) >= w + 3:
            high = middle
        else:
            low = middle + 1
    return low


def _sum(p: mpz, k: int, least: int, threads: int) -> tuple[mpz, mpz, int]:
    """T(0, M), Q = M! and M ≥ least: Σ (p/2^k)^i/i!, 1 ≤ i ≤ M, is T/(Q·2^(kM)). Iterative, the leaves of equal length."""
    leaf = _LEAF_TERMS if k <= _LONG_PIECE_BITS else 1
    levels = max((least // leaf).bit_length() - 1, 0)
    length = -(-least >> levels) if levels else least
    T, Q = [], []
    for start in range(0, length << levels, length):
        node = _leaf(p, k, start, length)
        T.append(node[0])
        Q.append(node[1])
    power = p**length
    while len(T) > 1:
        shift = k * length
        T = [
            (multiply(T[i], Q[i + 1], threads=threads) << shift) + multiply(power, T[i + 1], threads=threads)
            for i in range(0, len(T), 2)
        ]
        Q = [multiply(Q[i], Q[i + 1], threads=threads) for i in range(0, len(Q), 2)]
        length *= 2
        if len(T) > 1:
            power = multiply(power, power, threads=threads)
    return T[0], Q[0], length


def _leaf(p: mpz, k: int, start: int, length: int) -> tuple[mpz, mpz]:
    """T(start, start + length) and Q = (start + length)!/start!, by Horner's rule from the last term."""
    quotient, T, shift = mpz(1), mpz(1), 0
    for i in range(start + length, start + 1, -1):
        quotient *= i
        shift += k
        T = T * p + (quotient << shift)
    return T * p, quotient * (start + 1)


def _product(a: Float, b: Float, w: int, threads: int) -> Float:
    return _cut(Float(multiply(a.mantissa, b.mantissa, threads=threads), a.exponent + b.exponent), w)


def _cut(x: Float, w: int) -> Float:
    """The number with the highest w bits of its mantissa, too small by less than a relative 2^(1−w)."""
    excess = max(x.mantissa.bit_length() - w, 0)
    return Float(x.mantissa >> excess, x.exponent + excess)


def _shifted(x: mpz, places: int) -> mpz:
    """⌊x·2^places⌋."""
    return x << places if places >= 0 else x >> -places
