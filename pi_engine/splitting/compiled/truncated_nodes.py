"""Nodes of the tree without the low limbs that no digit depends on.

A node is exact until it has more bits than the sum needs of it (`series.model.truncation` has the bound). Then P, Q and T lose
their low limbs, all the same number of them: a merge is linear in either node's triple, and only T/Q of the root matters,
so their common exponent need not be known. For Chudnovsky's series, without its common factors, that happens on the right
edge: exact, the root has some 1.7 times the bits that the digits do, its halves fewer than those; but the node of m ≤ k < n
counts for a tail only, of which the leading bits are enough. Slow series outgrow the digits on many levels.

The shadow compares exact residues. A number that has lost limbs therefore goes on with two: its own, for the merges that
it goes into, and that of the number that it would be. Of the cut itself is checked that the limbs that are left and those
that are lost are the number as it was made.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.limbs import copy_limbs
from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.bigint.residues.limb_residues import residues_of_several
from pi_engine.bigint.residues.moduli import power_residues, require_equal
from pi_engine.splitting.compiled.rounding import after_cut, log2_size
from pi_engine.splitting.compiled.upper_tree import LargeNode, Number

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs

WORTH = 32
"""A node is cut only if Q loses at least one limb of so many: for less, moving the rest does not pay."""


def truncated(node: LargeNode, bits: float, threads: int, *, copy: bool) -> LargeNode:
    """P, Q and T without low limbs, so that Q has still more than `bits` bits; the same node where little would go.

    copy: give back the memory of a number that has its own, by moving what is left to a smaller buffer.

    Raises:
        VerificationError: what is left is not what it was before.
    """
    limbs = len(node.Q)
    # Of the highest limb one bit is sure, hence bits/64 + 1 limbs at least; and no number becomes 0 that was not.
    lost = limbs - math.ceil(bits / 64) - 1 if bits < 64 * limbs else 0
    numbers = node[:3]
    lost = min([lost, *(len(x) - 1 for x in numbers if x is not None and len(x))])
    if lost < max(limbs // WORTH, 1):
        return node
    P, Q, T = (None if x is None else _without(x, lost, threads, copy=copy) for x in numbers)
    assert Q is not None
    assert T is not None
    sizes = (-math.inf if x is None else log2_size(x.limbs) for x in (P, Q, T))
    return LargeNode(P, Q, T, after_cut(node.errors, *sizes))


def _without(x: Number, lost: int, threads: int, *, copy: bool) -> Number:
    rest: Limbs = x.limbs[lost:]
    buffer = x.buffer
    if copy and x.buffer is not None:
        buffer = PooledLimbs(len(rest))
        copy_limbs(buffer.limbs, rest, threads)
        rest = buffer.limbs
    cut = Number(rest, x.negative, buffer)
    if x.residues is not None:
        before, whole = x.residues
        low, left = residues_of_several([x.limbs[:lost], cut.limbs], threads)
        found = (left * power_residues(2, 64 * lost) + low) * (-1 if x.negative else 1)
        require_equal(found, before, "a number of the sum that lost its low limbs")
        cut.residues = left * (-1 if x.negative else 1), whole
    if buffer is not x.buffer:
        x.release()
    return cut
