"""Merges of large nodes: one at a time, all threads inside each step, every operand transformed once.

Six forward and three inverse transforms a node, see `merge_kernel`, which also holds the bound of the sum. An operand
is released as soon as its last transform has been made.
"""

from __future__ import annotations

import functools
import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import limbs_of, mpz_from_limbs
from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.bigint.limb_products import multiply_limbs
from pi_engine.bigint.ntt.description.layout import ADD, FORWARD_A, FORWARD_B, INVERSE, MULTIPLY
from pi_engine.bigint.ntt.description.sizes import cost, size_for
from pi_engine.bigint.ntt.tables import plan_for
from pi_engine.bigint.ntt.transform import Transformed, apply_to_rows, forward, to_limbs
from pi_engine.bigint.residues.moduli import Residues
from pi_engine.bigint.residues.residues_on_disk import residues_of_run
from pi_engine.bigint.scratch.disk_integer import integer_on_disk
from pi_engine.bigint.scratch.stored_limbs import DiskLimbs, StoredLimbs, reading
from pi_engine.bigint.scratch.streamed_arithmetic import used_limbs
from pi_engine.splitting.compiled.node_residues import require_product
from pi_engine.splitting.compiled.rounding import EXACT, Errors, after_merge, log2_size
from pi_engine.splitting.levels.merge_plans import SUM_BITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.ntt.tables import TransformPlan
    from pi_engine.bigint.scratch.scratch_space import ScratchSpace
    from pi_engine.splitting.records.node_level import NodeLevel


PRIME_BY_PRIME_BITS = 1 << 27
"""Bits of a transform from which the primes are taken one group after another."""


@dataclass(slots=True)
class Number:
    """A signed number that owns its memory, or borrows it (`buffer` None) from a level, or waits on disk.

    Attributes:
        limbs: none while it waits.
        stored: where it waits, from `park` to `fetch`, or where it was made.
        log2: log₂ of its magnitude while it waits.
        residues: modulo both `moduli`, of the number as it was made, and as it would be had no low limbs been cut off
            (`truncation`); None where nothing is checked.
    """

    limbs: Limbs
    negative: bool
    buffer: PooledLimbs | None = None
    residues: tuple[Residues, Residues] | None = None
    stored: DiskLimbs | None = None
    log2: float = 0.0
    released: bool = False

    def __len__(self) -> int:
        return len(self.limbs if self.stored is None else self.stored)

    @property
    def is_there(self) -> bool:
        """Whether its memory, or its place on disk, has not been released."""
        return not self.released and (self.buffer is None or self.buffer.is_there)

    def release(self) -> None:
        """The limbs must not be used any more."""
        if self.buffer is not None:
            self.buffer.release()
        self.released, self.stored = self.released or self.stored is not None, None

    @classmethod
    def on_disk(cls, run: DiskLimbs, *, negative: bool) -> Number:
        """Of limbs that were written to disk as they were made, with leading zeros or without."""
        run = run.part(0, used_limbs(run))
        with reading(run) as read:
            size = log2_size(read(max(len(run) - 2, 0), min(len(run), 2))) + 64 * max(len(run) - 2, 0)
        return cls(np.empty(0, np.uint64), negative and len(run) > 0, stored=run, log2=size)

    def park(self, space: ScratchSpace) -> None:
        """Let it wait on disk, where it is written while others work; nobody else uses its limbs any more."""
        if self.stored is None and space.parks(8 * len(self)):
            self.log2 = log2_size(self.limbs)
            release = (lambda: None) if self.buffer is None else self.buffer.release
            self.stored = DiskLimbs(StoredLimbs(space, self.limbs, release))
            self.limbs, self.buffer = self.limbs[:0].copy(), None

    def fetch(self) -> None:
        """Have it in memory again."""
        if self.stored is not None:
            self.buffer = PooledLimbs(len(self.stored))
            self.stored.read(self.buffer.limbs)
            self.limbs, self.stored = self.buffer.limbs, None

    def operand(self) -> Limbs | DiskLimbs:
        """The limbs, or where they wait."""
        return self.limbs if self.stored is None else self.stored

    def size(self) -> float:
        """log₂ of its magnitude; −∞ for 0."""
        return log2_size(self.limbs) if self.stored is None else self.log2

    def read(self, threads: int) -> Residues:
        """The residues of the limbs as they are in memory, or on disk."""
        found = residues_of_run(self.operand(), threads)
        return found * -1 if self.negative else found

    def require(self, row: int, threads: int, *factors: Number) -> None:
        """Find the residues, where the factors have some, and compare; `row` 0, 1, 2 is P, Q, T.

        factors: x₀, x₁, …, if this is to be x₀·x₁ + x₂·x₃ + ….

        Raises:
            VerificationError: they differ.
        """
        known = [x.residues for x in factors if x.residues is not None]
        if len(known) == len(factors):
            expected, whole = (_sum_of_products([residues[i] for residues in known]) for i in range(2))
            require_product(self.read(threads), expected, row, 64 * len(self))
            self.residues = expected, whole

    def to_mpz(self) -> mpz:
        """The number; one copy, or none where it is on disk, and stays there if memory is short."""
        if self.stored is None:
            return mpz_from_limbs(self.limbs, negative=self.negative)
        return integer_on_disk(self.stored, negative=self.negative)


class LargeNode(NamedTuple):
    """A node on its way up; P is None on the right edge."""

    P: Number | None
    Q: Number
    T: Number
    errors: Errors = EXACT

    @classmethod
    def of(cls, level: NodeLevel, i: int) -> LargeNode:
        """Node i of a level, whose memory it borrows."""
        P, Q, T = (Number(*level.number(row, i)) for row in range(3))
        if level.residues is not None:
            for number, (first, second) in zip((P, Q, T), level.residues[:, i].tolist(), strict=True):
                number.residues = (Residues((first, second)),) * 2
        return cls(P if len(P) else None, Q, T)

    def numbers(self) -> Iterator[Number]:
        """P, if there is one, Q and T."""
        return (x for x in (self.P, self.Q, self.T) if x is not None)


def _finish(x: Transformed, limbs: int, threads: int, *, negative: bool) -> Number:
    buffer = PooledLimbs(limbs)
    return trimmed(to_limbs(x, limbs, threads, buffer.limbs), buffer, negative=negative)


def trimmed(limbs: Limbs, buffer: PooledLimbs | None, *, negative: bool) -> Number:
    """The number of these limbs, without its leading zeros."""
    length = len(limbs)
    while length and not limbs[length - 1]:
        length -= 1
    return Number(limbs[:length], negative and length > 0, buffer)


class _Merge:
    """The steps of one merge. Where memory counts more than time, T₂ and P₁ are never held modulo all primes."""

    def __init__(self, plan: TransformPlan, threads: int) -> None:
        self.plan, self.threads, self.primes = plan, threads, range(plan.size.primes)

    def groups(self, operands: int, spare: int) -> list[range]:
        """Groups of primes: as many at a time as `spare` bytes hold of a given number of operands, and one more."""
        size = self.plan.size
        if size.bits < PRIME_BY_PRIME_BITS:
            return [self.primes]
        each = 1 + spare // (8 * operands * size.prime_stride)
        return [self.primes[k : k + each] for k in range(0, size.primes, each)]

    def columns(self, primes: range, *jobs: tuple[Number, Transformed]) -> None:
        forward(self.plan, [(operand.limbs, target) for operand, target in jobs], primes, self.threads)

    def rows(self, mode: int, x: Transformed, y: Transformed, primes: range) -> None:
        apply_to_rows(mode, x, y, primes, self.threads)

    def times(self, operand: Number, y: Transformed) -> None:
        """Multiply y, which has been transformed, by an operand that is in no other product, and transform it back."""
        x = Transformed(self.plan)
        self.columns(self.primes, (operand, x))
        self.rows(FORWARD_B | MULTIPLY | INVERSE, y, x, self.primes)
        x.release()

    def result(self, x: Transformed, limbs: int, *, negative: bool) -> Number:
        number = _finish(x, limbs, self.threads, negative=negative)
        x.release()
        return number


def merge_large(left: LargeNode, right: LargeNode, threads: int) -> LargeNode:
    """The node of two neighbours, whose memory is released.

    Where the numbers have residues, those of the results are compared with them, and VerificationError is raised where they
    differ. At the same time there are in memory, as residues modulo all primes: T₁Q₂, later T, and Q₂, and P₁ if it is shared
    with P₁P₂; and P₁ and T₂ modulo one group of primes. To cut an operand into digits takes as long as the columns of one to two
    primes, and every group cuts it anew. So groups have the memory that T₁ and Q₂ had.
    """
    P1, Q1, T1, _ = left
    P2, Q2, T2, _ = right
    assert P1 is not None
    errors = errors_of_merge(left, right)
    TQ_limbs, PT_limbs, Q_limbs = len(T1) + len(Q2), len(P1) + len(T2), len(Q1) + len(Q2)
    size = size_for(64 * max(TQ_limbs, PT_limbs, Q_limbs) + SUM_BITS)
    step = _Merge(plan_for(size), threads)
    shared = P2 is not None and cost(size_for(64 * (len(P1) + len(P2)))) >= 2 / 3 * cost(size)
    TQ_negative, PT_negative = T1.negative != Q2.negative, P1.negative != T2.negative
    one_sign = TQ_negative == PT_negative or not len(T1) or not len(T2)

    x, y = Transformed(step.plan), Transformed(step.plan)
    z = Transformed(step.plan) if shared else None
    step.columns(step.primes, (T1, x), (Q2, y))
    spare = sum(8 * len(number) for number in (T1, Q2) if number.buffer is not None)
    T1.release()
    Q2.release()
    step.rows(FORWARD_A | FORWARD_B | MULTIPLY, x, y, step.primes)
    for primes in step.groups(1 if shared else 2, spare) if one_sign else [step.primes]:
        u = Transformed(step.plan, primes)
        v = Transformed(step.plan, primes) if z is None else z
        step.columns(primes, (T2, u), (P1, v))
        step.rows(FORWARD_A | FORWARD_B | MULTIPLY, u, v, primes)
        if v is not z:
            v.release()
        if one_sign:
            step.rows(ADD | INVERSE, x, u, primes)
            u.release()
    T2.release()
    if one_sign:
        T = step.result(x, max(TQ_limbs, PT_limbs) + 1, negative=TQ_negative if len(T1) else PT_negative)
    else:
        T = _difference(step, x, TQ_limbs, u, PT_limbs, negative=TQ_negative)
    T.require(2, threads, T1, Q2, P1, T2)

    step.times(Q1, y)
    Q_negative = Q1.negative != Q2.negative
    Q1.release()
    Q = step.result(y, Q_limbs, negative=Q_negative)
    Q.require(1, threads, Q1, Q2)

    if P2 is None:
        P1.release()
        return LargeNode(None, Q, T, errors)
    P_negative, P_limbs = P1.negative != P2.negative, len(P1) + len(P2)
    if z is None:
        P = _product(P1, P2, threads, negative=P_negative)
        P1.release()
    else:
        P1.release()
        step.times(P2, z)
        P = step.result(z, P_limbs, negative=P_negative)
    P.require(0, threads, P1, P2)
    P2.release()
    return LargeNode(P, Q, T, errors)


def errors_of_merge(left: LargeNode, right: LargeNode) -> Errors:
    """Those of the node of two neighbours."""
    if left.errors == right.errors == EXACT:
        return EXACT
    p1, p2 = (-math.inf if x.P is None else x.P.size() - x.Q.size() for x in (left, right))
    return after_merge(left.errors, right.errors, p1, right.T.size() - right.Q.size(), p2)


def _sum_of_products(factors: list[Residues]) -> Residues:
    """x₀·x₁ + x₂·x₃ + …."""
    products = (x * y for x, y in zip(factors[::2], factors[1::2], strict=True))
    return functools.reduce(operator.add, products)


def _product(x: Number, y: Number, threads: int, *, negative: bool) -> Number:
    buffer = PooledLimbs(len(x) + len(y))
    multiply_limbs(x.limbs, y.limbs, threads, out=buffer.limbs)
    return trimmed(buffer.limbs, buffer, negative=negative)


def _difference(step: _Merge, x: Transformed, x_limbs: int, y: Transformed, y_limbs: int, *, negative: bool) -> Number:
    """The sum of two products of different signs, transformed back one by one: rare, and without hurry."""
    for number in (x, y):
        step.rows(INVERSE, number, number, number.primes)
    results = [step.result(x, x_limbs, negative=negative), step.result(y, y_limbs, negative=not negative)]
    total = sum((result.to_mpz() for result in results), mpz(0))
    for result in results:
        result.release()
    return Number(limbs_of(total), total < 0)
