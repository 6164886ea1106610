"""Which complex transform for which product: steps, points, bits of a digit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

from pi_engine.bigint.fft.description.error_bound import relative_error
from pi_engine.bigint.fft.description.small_transforms import RADICES

TAIL = 16
"""Points of a ring that the last two steps, of radix 4, split in registers."""

LEAST_RING = 2 * TAIL
"""Points of the smallest ring that a first step leaves: where a register holds eight doubles, two tails are split side by side."""

MOST_POINTS = 1 << 19

RANDOM_ERROR = 0.32
"""The bound that random operands may have. Those of the largest norm have thrice that: every digit is then 2^(bits − 1) in size,
and a digit of random operands has (2^bits)²/12 as the mean of its square."""

MOST_BITS = 20
"""A field is a digit and the bit below it, and fits, wherever in a byte it begins, into 32 bits."""


@dataclass(frozen=True)
class FourierSize:
    """A transform of 2·points digits of `bits` bits: modulo x^(2·points) + 1.

    Attributes:
        radix: of the first step.
        quarterings: steps of radix 4 between the first one and the tail.
        halving: whether there is a step of radix 2 among them.
        bits: of a digit.
    """

    radix: int
    quarterings: int
    halving: bool
    bits: int

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """The radices of all steps in the order in which the kernels take them (`ring_passes`)."""
        return (self.radix, *([4] * self.quarterings), *([2] if self.halving else []), 4, 4)

    @property
    def points(self) -> int:
        """Complex points of a transform."""
        return math.prod(self.steps)

    @property
    def product_bits(self) -> int:
        """Products below 2^product_bits in size are found; a digit is left for what the others carry."""
        return (2 * self.points - 1) * self.bits

    @property
    def ring_bits(self) -> int:
        """The transform's own ring is that of integers modulo 2^ring_bits + 1; a multiple of 64, as are `points`."""
        return 2 * self.points * self.bits

    @property
    def operand_bytes(self) -> int:
        """Bytes of a transformed operand."""
        return 16 * self.points

    @property
    def epsilon(self) -> float:
        """The error of a coefficient is at most epsilon·|x|·|y|, of a sum of two products by that of both."""
        return relative_error(self.steps)


def random_error(size: FourierSize, products: int) -> float:
    """The bound of the error for a sum of a given number of products of random operands that fill the size."""
    return size.epsilon * products * size.points * 4.0**size.bits / 12


def _with_most_bits(radix: int, quarterings: int, products: int, *, halving: bool) -> FourierSize:
    size = FourierSize(radix, quarterings, halving, 0)
    spare = RANDOM_ERROR / random_error(size, products)
    return FourierSize(radix, quarterings, halving, min(MOST_BITS, int(math.log(spare, 4))))


@cache
def all_fourier_sizes(products: int) -> tuple[FourierSize, ...]:
    """Every size for sums of 1 or 2 products, the shortest first; of two equal lengths that of longer digits, or fewer steps."""
    sizes: list[FourierSize] = []
    for radix in RADICES:
        for quarterings in range(9):
            for halving in (False, True):
                ring = TAIL << 2 * quarterings + halving
                if LEAST_RING <= ring <= MOST_POINTS // radix:
                    sizes.append(_with_most_bits(radix, quarterings, products, halving=halving))
    sizes.sort(key=lambda size: (size.points, -size.bits, size.halving))
    return tuple(size for k, size in enumerate(sizes) if k == 0 or sizes[k - 1].points != size.points)


@cache
def fourier_size_for(bits: int, products: int = 1) -> FourierSize | None:
    """The shortest size for a product of a given number of bits, or a sum of two; None past the largest."""
    return next((size for size in all_fourier_sizes(products) if size.product_bits >= bits), None)


_COSTS = ((8, 4.6), (10, 4.0), (12, 4.0), (14, 4.6), (16, 5.0), (19, 6.0))
"""Log2 of points, nanoseconds a digit of a product: in the L1 cache, in the L2 cache, beyond."""


def fourier_cost(size: FourierSize) -> float:
    """Nanoseconds of a product on one thread of an AMD Zen 3 at 3.2 GHz; only ratios matter."""
    log = math.log2(max(size.points, 256))
    (low, low_cost), (high, high_cost) = next(span for span in pairwise(_COSTS) if log <= span[1][0])
    return 2 * size.points * (low_cost + (high_cost - low_cost) * (log - low) / (high - low))
