"""Merges of large nodes: one at a time, all threads inside each step, every operand transformed once.

Six forward and three inverse transforms a node, see `merge_kernel`, which also holds the bound of the sum. An operand
is released as soon as its transform has been made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gmpy2 import mpz

from pi_engine.bigint.layout import ADD, FORWARD_A, FORWARD_B, INVERSE, MULTIPLY
from pi_engine.bigint.limb_products import multiply_limbs
from pi_engine.bigint.limbs import limbs_of, mpz_from_limbs
from pi_engine.bigint.plan import plan_for
from pi_engine.bigint.sizes import cost, size_for
from pi_engine.bigint.transform import Transformed, apply_to_rows, forward, to_limbs
from pi_engine.splitting.lower_tree import SUM_BITS
from pi_engine.splitting.node_level import LimbRoom

if TYPE_CHECKING:
    from pi_engine.bigint.limbs import Limbs
    from pi_engine.bigint.plan import Plan
    from pi_engine.splitting.node_level import NodeLevel


@dataclass(slots=True)
class Number:
    """A signed number that owns its memory, or borrows it (`room` None) from a level."""

    limbs: Limbs
    negative: bool
    room: LimbRoom | None = None

    def __len__(self) -> int:
        return len(self.limbs)

    def release(self) -> None:
        """The limbs must not be used any more."""
        if self.room is not None:
            self.room.release()

    def to_mpz(self) -> mpz:
        """The number; one copy."""
        return mpz_from_limbs(self.limbs, negative=self.negative)


class LargeNode(NamedTuple):
    """A node on its way up; P is None on the right edge."""

    P: Number | None
    Q: Number
    T: Number

    @classmethod
    def of(cls, level: NodeLevel, i: int) -> LargeNode:
        """Node i of a level, whose memory it borrows."""
        P, Q, T = (Number(*level.number(row, i)) for row in range(3))
        return cls(P if len(P) else None, Q, T)


def _finish(x: Transformed, limbs: int, threads: int, *, negative: bool) -> Number:
    room = LimbRoom(limbs)
    return _trimmed(to_limbs(x, limbs, threads, room.limbs), room, negative=negative)


def _trimmed(limbs: Limbs, room: LimbRoom | None, *, negative: bool) -> Number:
    length = len(limbs)
    while length and not limbs[length - 1]:
        length -= 1
    return Number(limbs[:length], negative and length > 0, room)


class _Merge:
    """The steps of one merge: what is transformed, what is multiplied, what is given back when."""

    def __init__(self, plan: Plan, threads: int) -> None:
        self.plan = plan
        self.threads = threads

    def columns(self, *operands: Number) -> list[Transformed]:
        jobs = [(operand.limbs, Transformed(self.plan)) for operand in operands]
        forward(self.plan, jobs, range(self.plan.size.primes), self.threads)
        return [target for _, target in jobs]

    def rows(self, mode: int, x: Transformed, y: Transformed) -> None:
        apply_to_rows(mode, x, y, x.primes, self.threads)

    def result(self, x: Transformed, limbs: int, *, negative: bool) -> Number:
        number = _finish(x, limbs, self.threads, negative=negative)
        x.release()
        return number


def merge_large(left: LargeNode, right: LargeNode, threads: int) -> LargeNode:
    """The node of two neighbours, whose memory is released."""
    (P1, Q1, T1), (P2, Q2, T2) = left, right
    assert P1 is not None
    TQ_limbs, PT_limbs, Q_limbs = len(T1) + len(Q2), len(P1) + len(T2), len(Q1) + len(Q2)
    size = size_for(64 * max(TQ_limbs, PT_limbs, Q_limbs) + SUM_BITS)
    step = _Merge(plan_for(size), threads)

    x, y = step.columns(Q1, Q2)
    step.rows(FORWARD_A | FORWARD_B | MULTIPLY | INVERSE, x, y)
    Q_negative, TQ_negative = Q1.negative != Q2.negative, T1.negative != Q2.negative
    Q1.release()
    Q2.release()
    Q = step.result(x, Q_limbs, negative=Q_negative)

    (x,) = step.columns(T1)
    step.rows(FORWARD_A | MULTIPLY, x, y)
    y.release()
    T1.release()
    y, z = step.columns(T2, P1)
    step.rows(FORWARD_A | FORWARD_B | MULTIPLY, y, z)
    PT_negative = P1.negative != T2.negative
    T2.release()
    if TQ_negative == PT_negative or not len(T1) or not len(T2):
        step.rows(ADD | INVERSE, x, y)
        y.release()
        T = step.result(x, max(TQ_limbs, PT_limbs) + 1, negative=TQ_negative if len(T1) else PT_negative)
    else:
        T = _difference(step, x, TQ_limbs, y, PT_limbs, negative=TQ_negative)

    if P2 is None:
        z.release()
        P1.release()
        return LargeNode(None, Q, T)
    P_negative, P_limbs = P1.negative != P2.negative, len(P1) + len(P2)
    if cost(size_for(64 * P_limbs)) < 2 / 3 * cost(size):
        z.release()
        P = _trimmed(multiply_limbs(P1.limbs, P2.limbs, threads), None, negative=P_negative)
    else:
        (x,) = step.columns(P2)
        step.rows(FORWARD_A | MULTIPLY | INVERSE, x, z)
        z.release()
        P = step.result(x, P_limbs, negative=P_negative)
    P1.release()
    P2.release()
    return LargeNode(P, Q, T)


def _difference(step: _Merge, x: Transformed, x_limbs: int, y: Transformed, y_limbs: int, *, negative: bool) -> Number:
    """The sum of two products of different signs, transformed back one by one: rare, and without hurry."""
    step.rows(INVERSE, x, x)
    step.rows(INVERSE, y, y)
    numbers = [step.result(x, x_limbs, negative=negative), step.result(y, y_limbs, negative=not negative)]
    total = sum((number.to_mpz() for number in numbers), mpz(0))
    for number in numbers:
        number.release()
    return Number(limbs_of(total), total < 0)
