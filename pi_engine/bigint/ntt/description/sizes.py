"""Which transform for which product: primes, points, bits a coefficient."""

import itertools
import math
import operator
from dataclasses import dataclass
from functools import cache, cached_property

from pi_engine.bigint.ntt.description.layout import FINAL_DOUBLES, table_doubles
from pi_engine.bigint.ntt.description.primes import PRIMES

# β-bit digits a coefficient has, by number of primes; the kernels handle D·β bits a coefficient.
DIGITS = {3: 2, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4}
# A digit and its carries must stay exact in doubles (`crt_and_carry`).
MAX_BETA = 48
OUTER_RADICES = (1, 2, 3, 6)
# Points over the outer radix, log2: the roots of unity of the primes end there.
MAX_POINTS_LOG = 28
# X < P·(1 − 2^-21), so that ⌊Σ y/p⌋, which `crt_and_carry` finds in doubles, is never in doubt.
_MARGIN_BITS = 1e-6

# Measured on two cores of an AMD Zen 5 (AVX-512, 1 MiB L2, 32 MiB L3), one thread, by benchmarks/arithmetic/bench_shapes.py.
# Row levels (4^levels columns) by log2 of points over the outer radix: (below, levels). Longer rows cost the last caches, shorter
# ones leave the column pass more rows than it can keep.
_ROW_LEVELS = ((11, 4), (15, 5), (18, 6), (23, 7), (31, 8))
# (log2 of points, nanoseconds a point and prime of a product): overhead, then L2, then L3, then memory.
_COSTS = (
    (8, 23.0),
    (9, 13.5),
    (10, 8.2),
    (11.6, 5.1),
    (13, 3.9),
    (15, 3.95),
    (16.6, 4.2),
    (18.6, 4.5),
    (20.6, 4.65),
    (22, 5.1),
    (24, 5.7),
    (31, 7.5),
)
# What a point and prime costs by the number of primes, relative to six: what points cost whatever the primes, and the odd
# prime's share of their digits. Medians of all shapes of twelve thousand to four million points, by the same script.
_PRIMES_COST = {3: 1.15, 4: 1.06, 5: 1.035, 6: 1.0, 7: 1.03, 8: 1.0}
# Heads begin with rows half filled at a lower price; without them a level more has to be made of zeros.
_OUTER_RADIX_COST = {1: 1.04, 2: 1.0, 3: 1.0, 6: 1.0}


@dataclass(frozen=True)
class Size:
    """A transform of outer_radix·4^column_levels rows and 4^row_levels columns modulo the first `primes` primes."""

    primes: int
    outer_radix: int
    column_levels: int
    row_levels: int
    beta: int

    @cached_property
    def digits(self) -> int:
        """Digits of β bits a coefficient has."""
        return DIGITS[self.primes]

    @cached_property
    def rows(self) -> int:
        """Rows of the matrix of points."""
        return self.outer_radix << (2 * self.column_levels)

    @cached_property
    def columns(self) -> int:
        """Columns of the matrix of points."""
        return 1 << (2 * self.row_levels)

    @cached_property
    def points(self) -> int:
        """Coefficients of a polynomial, and values of its transform."""
        return self.rows * self.columns

    @cached_property
    def coefficient_bits(self) -> int:
        """Bits of the operands in a coefficient."""
        return self.digits * self.beta

    @cached_property
    def bits(self) -> int:
        """Products are found modulo 2^bits − 1."""
        return self.points * self.coefficient_bits

    @cached_property
    def row_stride(self) -> int:
        """Doubles from one row of residues to the next: a cache line more than a row has, or all rows would compete for the same sets."""
        return self.columns + 8

    @cached_property
    def prime_stride(self) -> int:
        """Doubles from one prime's residues to the next's."""
        return self.rows * self.row_stride

    @cached_property
    def row_passes(self) -> int:
        """Radix-4 passes of a row; products modulo x^4 − t take the place of the last one."""
        return self.row_levels - 1

    @cached_property
    def row_table_doubles(self) -> int:
        """Doubles in the table of a row's twiddles."""
        return table_doubles(self.row_passes)

    @cached_property
    def part_doubles(self) -> int:
        """Doubles in the table of the column twiddles of one of the `outer_radix` parts."""
        return table_doubles(self.column_levels) + FINAL_DOUBLES

    @cached_property
    def quarter_count(self) -> int:
        """Roots of unity that the twiddles of all rows and parts are made from."""
        return max(self.columns // 16, (1 << 2 * self.column_levels) // 4, 4)


@cache
def _modulus_bits(primes: int) -> float:
    return sum(math.log2(p) for p in PRIMES[:primes]) - _MARGIN_BITS


def largest_beta(primes: int, points: int) -> int:
    """The largest β with points·(2^(D·β) − 1)^2 < ∏p·(1 − 2^−21)."""
    return min(MAX_BETA, int((_modulus_bits(primes) - math.log2(points)) / (2 * DIGITS[primes])))


def _shape(log: int) -> tuple[int, int]:
    """Column and row levels for outer_radix·2^log points, log even."""
    row_levels = next(levels for limit, levels in _ROW_LEVELS if log < limit)
    return log // 2 - row_levels, row_levels


@cache
def _every_size() -> tuple[tuple[int, Size], ...]:
    """Every size there is after its bits, cheapest first: made once, in a millisecond."""
    found = []
    for outer_radix in OUTER_RADICES:
        for log in range(8, MAX_POINTS_LOG + 1, 2):
            column_levels, row_levels = _shape(log)
            if column_levels < 0:
                continue
            points = outer_radix << log
            for primes, digits in DIGITS.items():
                beta = largest_beta(primes, points)
                size = Size(primes, outer_radix, column_levels, row_levels, beta)
                found.append((_cost(points, primes, outer_radix), points * digits * beta, size))
    return tuple((bits, size) for _, bits, size in sorted(found, key=operator.itemgetter(0)))


@cache
def _some_sizes(most: int) -> tuple[tuple[int, Size], ...]:
    """Every size of at most twice as many bits, after its bits, cheapest first."""
    return tuple((bits, size) for bits, size in _every_size() if bits <= 2 * most)


def sizes_for(bits: int) -> list[Size]:
    """The sizes with Size.bits ≥ bits that may be the best in some way, cheapest first.

    Raises:
        ValueError: there is none.
    """
    found = [size for length, size in _some_sizes(1 << max(bits.bit_length(), 16)) if length >= bits]
    if not found:
        raise ValueError(f"no transform is long enough for {bits} bits: split the operands")
    return found


def cost(size: Size) -> float:
    """Nanoseconds a product takes on one thread of the machine the constants come from; only ratios matter."""
    return _cost(size.points, size.primes, size.outer_radix)


def _cost(points: int, primes: int, outer_radix: int) -> float:
    log = math.log2(points)
    spans = itertools.pairwise(_COSTS)
    (low, low_cost), (high, high_cost) = next(span for span in spans if log <= span[1][0])
    each = low_cost + (high_cost - low_cost) * (log - low) / (high - low)
    return points * primes * each * _PRIMES_COST[primes] * _OUTER_RADIX_COST[outer_radix]


@cache
def size_for(bits: int) -> Size:
    """The cheapest size with Size.bits ≥ bits; ValueError past the largest."""
    return sizes_for(bits)[0]


_NARROW = 1.2
"""How much more memory a prime may take than with the size that takes least, if the product is quicker so."""


@cache
def narrow_size_for(bits: int) -> Size:
    """The cheapest of the sizes with Size.bits ≥ bits whose remainders modulo one prime take nearly the least memory.

    ValueError past the largest.
    """
    sizes = sizes_for(bits)
    least = min(size.prime_stride for size in sizes)
    return next(size for size in sizes if size.prime_stride <= _NARROW * least)
