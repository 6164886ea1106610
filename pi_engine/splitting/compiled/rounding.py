"""How far a node's T/Q and P/Q are off at most, once low limbs have been cut off: bounds that go up with the nodes.

`series.model.truncation` says before a node is cut how many bits it needs, from the series. This says afterwards what the cuts
have done, from the numbers as they are, and from nothing else: what a merge makes is

    T/Q = t₁ + p₁·t₂,   P/Q = p₁·p₂,   t = T/Q and p = P/Q of its nodes,

and with errors of at most δ for t and π for p that is off by at most δ₁ + |p₁|·δ₂ + π₁·|t₂| + π₁·δ₂ and |p₁|·π₂ + |p₂|·π₁ + π₁·π₂. A
cut that leaves |Q| ≥ q adds (1 + |t|)/q and (1 + |p|)/q, as each number is off by less than one unit of what is left. Logarithms to
base 2 in double precision, of sizes below 2^40, are off by less than 2^−10; the root's bound has bits to spare.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.runtime.machine_faults import machine_fault

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs


class Errors(NamedTuple):
    """log₂ of δ and of π; −∞ where the number is exact."""

    T: float = -math.inf
    P: float = -math.inf


EXACT = Errors()


def log2_size(limbs: Limbs) -> float:
    """log₂ of the number of these limbs; −∞ for none.

    Raises:
        VerificationError: the highest limb is 0, which no number's is.
    """
    if not len(limbs):
        return -math.inf
    if not limbs[-1]:
        raise machine_fault("a number of the sum has lost its highest limb")
    top = int(limbs[-1]) << 64 | (int(limbs[-2]) if len(limbs) > 1 else 0)
    return math.log2(top) + 64 * (len(limbs) - 2)


def log2_sum(*logarithms: float) -> float:
    """log₂ of the sum of the numbers with these logarithms."""
    largest = max(logarithms)
    if largest == -math.inf:
        return largest
    return largest + math.log2(sum(2.0 ** (x - largest) for x in logarithms))


def after_merge(left: Errors, right: Errors, p1: float, t2: float, p2: float) -> Errors:
    """The errors of a merge's T/Q and P/Q; p1, t2, p2: log₂ of |p₁|, |t₂|, |p₂|."""
    return Errors(
        log2_sum(left.T, p1 + right.T, left.P + t2, left.P + right.T),
        log2_sum(p1 + right.P, p2 + left.P, left.P + right.P),
    )


def after_cut(before: Errors, P: float, Q: float, T: float) -> Errors:
    """The errors once a node has been cut; P, Q, T: log₂ of what is left of its numbers."""
    return Errors(
        log2_sum(before.T, log2_sum(0, T - Q) - Q),
        log2_sum(before.P, log2_sum(0, P - Q) - Q),
    )
