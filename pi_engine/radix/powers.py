"""The shape of the conversion tree and the powers of ten that all nodes of a level share.

Words are 19 decimal digits. The tree has leaves of `leaf` words and 2^height of them; a node of level j has leaf·2^j
words and is split into two halves of h = leaf·2^(j−1). Ten to the 19·h is 5^(19·h)·2^(19·h); of its binary zeros the
whole limbs, q = ⌊19·h/64⌋, are divided out, so that every place is a multiple of a limb:

    10^(19·h) = P·2^(64·q),   P < 2^(64·(h − q)), because 10^19 < 2^64.

Downwards. A fraction of k = 2·h words is held in k + 1 limbs, one more than its words: f = X/2^(64·(k+1)). The first h
words are those of X's upper h + 1 limbs. The others are those of frac(f·10^(19·h)) = (X·P mod
2^(64·(k+1−q)))/2^(64·(k+1−q)), for which only the lower k + 1 − q limbs of X count, and of the product only the limbs
from c = h − q to k − q. Hence a product modulo 2^s − 1 with s ≥ 64·(k + 1 − q) is enough, about 0.6 of the full length:
what comes back at the lower end is below 2^(64·(k+1−q))·P/2^s ≤ P, and with the 1 that a wrap past 2^s − 1 brings at
most P < 2^(64·c), that is at most one unit of the result.

Shorter products are made modulo 2^s + 1, by the complex transform: there a wrap is subtracted, so that the result is one unit
less at most.

Error. Let d units of the last limb be the distance of X from the exact fraction, modulo 1. The upper limbs inherit less
than d·2^(−64·h) + 1; the right half inherits d·(10^19/2^64)^h, less than d/100 from h = 8 on, and −1 to +1 of its own,
or −2 to 0 modulo 2^s + 1. So −2.1 < d < 2 at every node, whatever the depth, if it is below 2^16 at the root and the tree
has one level; one guard limb is enough.

Upwards. Integers of h words are held in h limbs, and the whole is high·P·2^(64·q) + low; high·P has less than 2·h − q
limbs and fits the transform of the downward step, so that one set of transforms serves both ways.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import Limbs, limbs_of, mpz_from_limbs
from pi_engine.bigint.negacyclic import NegacyclicRing, helpers_for, is_negacyclic
from pi_engine.bigint.ntt import transform as steps
from pi_engine.bigint.ntt.description import layout
from pi_engine.bigint.ntt.description.sizes import narrow_size_for, size_for
from pi_engine.bigint.ntt.stored_products import limbs_in_memory, stored_sum_of_products, sum_of_products_on_disk
from pi_engine.bigint.ntt.tables import TransformPlan, plan_for
from pi_engine.bigint.residues.moduli import Residues, power_residues, require_equal
from pi_engine.bigint.residues.residues_on_disk import residues_of_run
from pi_engine.bigint.scratch.space_of_run import scratch_space
from pi_engine.bigint.scratch.stored_limbs import DiskLimbs, StoredLimbs, reading
from pi_engine.radix.kernels.digit_words import DECIMALS_PER_WORD
from pi_engine.radix.node_sharing import MOST_WORDS

if TYPE_CHECKING:
    from pi_engine.bigint.negacyclic import NegacyclicFactor
    from pi_engine.bigint.ntt.stored_products import Operand
    from pi_engine.bigint.scratch.scratch_space import ScratchSpace

MOST_LEAF = 80
"""Words of a leaf, in large trees at least half as many; from 30 to 100 nothing changes by 5 % (AMD Zen 3)."""

TRANSFORM_FROM = 60
"""Words of a half from which the transforms are faster than GMP's product in a kernel."""


CHECKED_FROM = 4096
"""Words of a half from which every power is checked by itself, and the largest one always. An error in a smaller one is in
its square too, and so in all that are checked: x² ≡ y² modulo a prime only where x ≡ ±y."""

_MOST_TRANSFORM = 1 / 16
"""The part of a limited memory that the transform of one power may take: those of all levels take less than twice as much."""

THREADS_FROM_BITS = 1_000_000
"""Bits of a product from which a second thread inside it pays for its start."""


def useful(threads: int, bits: int) -> int:
    """How many of the threads a product of that length is given."""
    return threads if bits >= THREADS_FROM_BITS else 1


@dataclass(frozen=True)
class Shape:
    """A tree of 2^height leaves of `leaf` words each."""

    leaf: int
    height: int

    @property
    def words(self) -> int:
        """Words of the whole tree."""
        return self.leaf << self.height

    def half(self, level: int) -> int:
        """Words of half a node of that level, 1 ≤ level ≤ height."""
        return self.leaf << (level - 1)

    def shift(self, level: int) -> int:
        """Whole limbs of 2^(19·half)."""
        return DECIMALS_PER_WORD * self.half(level) // 64


def shape_for(words: int) -> Shape:
    """The tree of one level or more that holds a given number of words; less than 1/40 of a large one stays unused."""
    height = 1
    while -(-words // (1 << height)) > MOST_LEAF:
        height += 1
    return Shape(max(-(-words // (1 << height)), 8), height)


@dataclass
class Power:
    """P of one level, and from TRANSFORM_FROM on its transform, modulo 2^size.bits − 1, or, in a scratch space, P on disk.

    Attributes:
        factor: instead of plan and transform where products are made modulo 2^n + 1.
    """

    limbs: Limbs
    plan: TransformPlan | None = None
    transformed: steps.Transformed | None = None
    stored: DiskLimbs | None = None
    factor: NegacyclicFactor | None = None

    def __len__(self) -> int:
        return len(self.limbs if self.stored is None else self.stored)

    @property
    def modulus(self) -> tuple[int, int]:
        """(s, e) for products modulo 2^s − e, e being 1 or −1; (0, 1) where they are whole."""
        if self.factor is not None:
            return 64 * self.factor.ring.limbs, -1
        return (0 if self.plan is None else self.plan.size.bits), 1

    def release(self) -> None:
        """Give the transform's memory back, and the disk."""
        if self.factor is not None:
            self.factor.release()
            self.factor = None
        if self.transformed is not None:
            self.transformed.release()
            self.transformed = None
        self.stored = None

    def product(self, operand: Limbs, limbs: int, threads: int) -> Limbs:
        """The lowest `limbs` limbs of operand·P modulo 2^size.bits − 1, on disk."""
        plan, space, stored = self._on_disk()
        return stored_sum_of_products(
            plan, space, [(operand, stored)], limbs, threads, lambda: np.empty(limbs, np.uint64)
        )

    def product_on_disk(self, operand: Operand | None, limbs: int, threads: int) -> DiskLimbs:
        """The same on disk; P² if there is no operand."""
        plan, space, stored = self._on_disk()
        term = (stored if operand is None else operand, stored)
        return sum_of_products_on_disk(plan, space, [term], limbs, threads)

    def _on_disk(self) -> tuple[TransformPlan, ScratchSpace, DiskLimbs]:
        assert self.plan is not None
        assert self.stored is not None
        return self.plan, self.stored.stored.space, self.stored


@dataclass
class Powers:
    """The powers of a shape, entry j for level j; entry 0 is unused."""

    shape: Shape
    levels: list[Power | None] = field(default_factory=lambda: [None])

    def at(self, level: int) -> Power:
        """The power of a level that has not been released."""
        power = self.levels[level]
        assert power is not None
        return power

    def up_to(self, level: int) -> Powers:
        """The same powers as those of the smaller tree of a node of that level."""
        return Powers(Shape(self.shape.leaf, level), self.levels[: level + 1])

    def release(self, level: int) -> None:
        """Forget the power of a level."""
        power, self.levels[level] = self.levels[level], None
        if power is not None:
            power.release()

    def release_all(self) -> None:
        """Forget them all."""
        for level in range(1, len(self.levels)):
            self.release(level)

    def whole(self, threads: int) -> mpz:
        """5^(19·shape.words)."""
        height = self.shape.height
        excess = 2 * (DECIMALS_PER_WORD * self.shape.half(height) - 64 * self.shape.shift(height))
        square = _square(self.at(height), threads)
        with limbs_in_memory(square) as limbs:
            return mpz_from_limbs(limbs) >> excess


def powers_of(shape: Shape, threads: int, *, check: bool = True) -> Powers:
    """Make all powers, by squaring; each one's transform serves its square too.

    Costs about two products of the largest one's length.

    Raises:
        VerificationError: a power is wrong modulo one of the moduli.
    """
    powers = Powers(shape)
    with helpers_for(64 * shape.words, threads):
        _fill(powers, threads, check=check)
    return powers


def _fill(powers: Powers, threads: int, *, check: bool) -> None:
    """Make the powers of all levels."""
    shape = powers.shape
    limbs: Limbs | DiskLimbs | None = None
    for level in range(1, shape.height + 1):
        half, shift = shape.half(level), shape.shift(level)
        if limbs is None:
            limbs = limbs_of(mpz(5) ** (DECIMALS_PER_WORD * half) << (DECIMALS_PER_WORD * half - 64 * shift))
        else:
            # (P·2^(64·q))^2 = P²·2^(128·q), and the new q is 2·q or 2·q + 1: then the lowest limb of P² is 0 and is
            # left out.
            square = _square(powers.at(level - 1), threads)
            limbs = _part(square, shift - 2 * shape.shift(level - 1), len(square))
            limbs = _part(limbs, 0, len(limbs) - int(_highest(limbs) == 0))
        if check and (half >= CHECKED_FROM or level == shape.height):
            require_equal(residues_of_run(limbs, threads), expected_power(shape, level), "a power of ten")
        power = Power(limbs) if isinstance(limbs, np.ndarray) else Power(np.empty(0, np.uint64), stored=limbs)
        if half >= TRANSFORM_FROM:
            _transform(power, 64 * (2 * half + 1 - shift), threads)
        powers.levels.append(power)
        if power.stored is not None:
            limbs = power.limbs


def _part(limbs: Limbs | DiskLimbs, first: int, last: int) -> Limbs | DiskLimbs:
    return limbs[first:last] if isinstance(limbs, np.ndarray) else limbs.part(first, last)


def _highest(limbs: Limbs | DiskLimbs) -> int:
    with reading(limbs) as read:
        return int(read(len(limbs) - 1, 1)[0])


def _transform(power: Power, bits: int, threads: int) -> None:
    """Transform a power for products of these bits; or put it on disk, if memory has no room for all transforms."""
    space, size = scratch_space(), size_for(bits)
    large = space is not None and 8 * size.primes * size.prime_stride > space.limit * _MOST_TRANSFORM
    large = large and bits > 64 * MOST_WORDS  # the kernels that work on whole subtrees have their powers in memory
    if space is not None and (large or power.stored is not None):
        power.plan = plan_for(narrow_size_for(bits))
        if power.stored is None:
            power.stored = DiskLimbs(StoredLimbs(space, power.limbs))
            power.limbs = power.limbs[:0].copy()
        return
    if is_negacyclic(bits, threads):
        power.factor = NegacyclicRing(bits // 64, threads).factor(power.limbs)
        power.factor.transform()
        return
    power.plan = plan_for(size)
    power.transformed = steps.transform(power.limbs, size, useful(threads, size.bits))


def expected_power(shape: Shape, level: int) -> Residues:
    """P modulo both `moduli`, from its definition."""
    return power_residues(10, DECIMALS_PER_WORD * shape.half(level)) * power_residues(2, -64 * shape.shift(level))


def _square(power: Power, threads: int) -> Limbs | DiskLimbs:
    limbs = 2 * len(power)
    if power.stored is not None:
        return power.product_on_disk(None, limbs, threads)
    if power.factor is not None:
        # nor does it modulo 2^n + 1
        square = limbs_of(power.factor.squared())
        return np.concatenate([square, np.zeros(limbs - len(square), np.uint64)])
    if power.plan is None or power.transformed is None:
        square = limbs_of(mpz_from_limbs(power.limbs) ** 2)
        return np.concatenate([square, np.zeros(limbs - len(square), np.uint64)])
    # P² has less than 2·(h − q) limbs and does not wrap.
    copy = steps.Transformed(power.plan)
    ctypes.memmove(copy.address(0), power.transformed.address(0), 8 * len(copy.primes) * power.plan.size.prime_stride)
    threads = useful(threads, power.plan.size.bits)
    steps.apply_to_rows(layout.SQUARE | layout.INVERSE, copy, copy, copy.primes, threads)
    square = steps.to_limbs(copy, limbs, threads)
    copy.release()
    return square
