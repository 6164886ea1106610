"""Seconds and bytes of the parts of a run on one machine, with two constants fitted to the forecast's table.

A merge is nine transforms of the length L of its longest product, seven where the node has no P, and a transform of L bits costs
κ·L·log₂ L. Leaves cost λ a term. κ and λ are the least squares, of relative errors, to the sums of 10^7, 10^8 and 10^9 digits in
`pi_engine.engine.planning.forecast`; root, division, conversion and check are that table's. Beyond 10^9 digits root and division
grow like w·log w, the conversion like w·log² w, the check like w; below, the table is interpolated.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.engine.planning.forecast import reference_seconds
from scripts.scaling.node_sizes import SUBTREE_BITS, NodeBits, SumSizes

if TYPE_CHECKING:
    from scripts.scaling.machine import Machine

_FITTED = (10**7, 10**8, 10**9)
MEASURED_TO = 10**9
"""Digits of the last column of the forecast's table."""

RUN_BYTES_PER_BIT = 1.85
"""What a run takes in memory for each bit of w: that of the plan (`footprint`)."""

MERGE_BYTES_PER_BIT = 1.35
"""What a merge takes for each bit of its products: the same by the 1.37·w of the last one (docs/performance.md)."""

PRIMES, POINT_BITS, POINT_BYTES = 8, 184, 8
"""A product on disk: its primes, bits of the operands in a point, bytes of a point modulo a prime."""

RESIDUE_BYTES_PER_BIT = PRIMES * POINT_BYTES / POINT_BITS
"""Of a product, or of its operand, modulo all primes: 0.35."""

STORED_BYTES_PER_BIT = 1 + 2 * RESIDUE_BYTES_PER_BIT + 1 / 8
"""Read or written for each bit of a product, prime by prime: the operands once for each prime, the remainders twice, the product once."""

TILED_FACTOR = 6
"""How many times as many where the transforms modulo one prime do not fit (docs/memory.md)."""

PRIME_BYTES_PER_BIT = 2 * POINT_BYTES / POINT_BITS
"""Memory of both transforms modulo one prime."""

CONVERSION_LEAF_BITS = 64 * 12_000
"""Bits of what the conversion makes within a thread's cache."""


class Cost(NamedTuple):
    """What a piece of work takes on one machine.

    Attributes:
        seconds: of arithmetic, with the threads of the machine.
        disk_bytes: read and written because it does not fit in memory.
    """

    seconds: float
    disk_bytes: float

    def __add__(self, other: object) -> Cost:
        """Both, one after the other."""
        assert isinstance(other, Cost)
        return Cost(self.seconds + other.seconds, self.disk_bytes + other.disk_bytes)


def transform_units(bits: float, transforms: int = 1) -> float:
    """What so many transforms of that length cost, by κ."""
    return transforms * bits * math.log2(max(bits, 2))


def merge_units(left: NodeBits, right: NodeBits) -> float:
    """What a merge costs, by κ."""
    return transform_units(left.q + right.q, 9 if right.p else 7)


def subtree_units(sizes: SumSizes, lo: int, hi: int) -> float:
    """What all merges of a subtree cost above its leaves, by κ."""
    bits = sizes.exact_bits(lo, hi)
    if bits <= SUBTREE_BITS or hi - lo < 2:
        return 0.0
    if sizes.is_exact(lo, hi):
        return sum(share * transform_units(bits, 9) * (1 - i / math.log2(bits)) for i, share in _levels(bits))
    middle = (lo + hi) // 2
    here = merge_units(sizes.node(lo, middle), sizes.node(middle, hi))
    return here + subtree_units(sizes, lo, middle) + subtree_units(sizes, middle, hi)


def _levels(bits: float) -> list[tuple[int, float]]:
    """The levels of an exact subtree from its root down to the leaves; the last one counts as the part of a level that it is."""
    depth = math.log2(bits / SUBTREE_BITS)
    return [(i, min(1.0, depth - i)) for i in range(math.ceil(depth))]


@functools.cache
def constants() -> tuple[float, float]:
    """κ and λ: seconds with one thread on the machine of the forecast's tables."""
    rows = []
    for digits in _FITTED:
        sizes, seconds = SumSizes.of(digits), reference_seconds(digits, 1)["sum"]
        rows.append((subtree_units(sizes, 0, sizes.terms) / seconds, sizes.terms / seconds))
    aa, ab, bb = (sum(x[i] * x[j] for x in rows) for i, j in ((0, 0), (0, 1), (1, 1)))
    a, b = (sum(x[i] for x in rows) for i in (0, 1))
    determinant = aa * bb - ab * ab
    return (a * bb - b * ab) / determinant, (b * aa - a * ab) / determinant


@dataclass(frozen=True)
class Work:
    """The parts of a run of N digits on a machine."""

    sizes: SumSizes
    machine: Machine

    @functools.cached_property
    def _speed(self) -> float:
        """Seconds of this machine for one of the tables' machine with one thread."""
        both = (reference_seconds(MEASURED_TO, threads)["sum"] for threads in (self.machine.threads, 1))
        return next(both) / next(both) * self.machine.factor

    def seconds(self, units: float) -> float:
        """Of so many units of κ."""
        return constants()[0] * units * self._speed

    def _disk_bytes(self, product_bits: float, largest: float) -> float:
        """What products of so many bits together move, the largest of which has that many."""
        if MERGE_BYTES_PER_BIT * largest <= self.machine.memory:
            return 0.0
        fits = PRIME_BYTES_PER_BIT * largest <= self.machine.memory
        return STORED_BYTES_PER_BIT * product_bits * (1 if fits else TILED_FACTOR)

    def merge(self, left: NodeBits, right: NodeBits) -> Cost:
        """A merge of two nodes that are in files here, without reading and writing those."""
        length = left.q + right.q
        products = 2 * length + left.p + right.p
        return Cost(self.seconds(merge_units(left, right)), self._disk_bytes(products, length))

    def subtree(self, lo: int, hi: int) -> Cost:
        """A whole subtree in one process."""
        leaves = constants()[1] * (hi - lo) * self._speed
        units = subtree_units(self.sizes, lo, hi)
        return Cost(self.seconds(units) + leaves, self._subtree_disk_bytes(lo, hi))

    def _subtree_disk_bytes(self, lo: int, hi: int) -> float:
        bits = self.sizes.exact_bits(lo, hi)
        if MERGE_BYTES_PER_BIT * bits <= self.machine.memory:
            return 0.0
        if self.sizes.is_exact(lo, hi):
            return sum(self._disk_bytes(3 * bits, bits / 2**i) * share for i, share in _levels(bits))
        middle = (lo + hi) // 2
        here = self.merge(self.sizes.node(lo, middle), self.sizes.node(middle, hi)).disk_bytes
        return here + self._subtree_disk_bytes(lo, middle) + self._subtree_disk_bytes(middle, hi)

    def phases(self) -> dict[str, Cost]:
        """What follows the sum, all on one machine."""
        bits = self.sizes.bits
        found = {}
        for name, seconds in root_seconds(self.sizes.digits, self.machine.threads).items():
            cost = Cost(seconds * self.machine.factor, 0.0)
            moved = self._disk_bytes(self.transformed_bits(cost) / 3, bits * RUN_BYTES_PER_BIT / MERGE_BYTES_PER_BIT)
            found[name] = Cost(cost.seconds, moved * self._share_beyond_memory(name))
        return found

    def transformed_bits(self, cost: Cost) -> float:
        """Bits of all transforms of a phase that takes so long, if transforms are all that it does."""
        return cost.seconds / self.seconds(1.0) / math.log2(self.sizes.bits)

    def _share_beyond_memory(self, phase: str) -> float:
        """Half of Newton's products are in its last step, a conversion has levels of equal cost, and a check is one pass."""
        beyond = RUN_BYTES_PER_BIT * self.sizes.bits / self.machine.memory
        if beyond <= 1 or phase == "check":
            return 0.0
        if phase == "conversion":
            return min(1.0, math.log2(beyond) / math.log2(self.sizes.bits / CONVERSION_LEAF_BITS))
        return 1 - 1 / beyond


def root_seconds(digits: int, threads: int) -> dict[str, float]:
    """Root, division, conversion and check on the machine of the forecast's tables."""
    known = min(digits, MEASURED_TO)
    found = reference_seconds(known, threads)
    del found["sum"]
    logs = math.log(digits) / math.log(known)
    powers = {"root": 1, "division": 1, "conversion": 2, "check": 0}
    return {name: seconds * digits / known * logs ** powers[name] for name, seconds in found.items()}
