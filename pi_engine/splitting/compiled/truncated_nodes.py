"""Nodes of the tree without the low limbs that no digit depends on.

A node is exact until it has more bits than the sum needs of it (`series.model.truncation` has the bound). Then P, Q and T lose
their low limbs, all the same number of them: a merge is linear in either node's triple, and only T/Q of the root matters,
so their common exponent need not be known. For Chudnovsky's series, without its common factors, that happens on the right
edge: exact, the root has some 1.7 times the bits that the digits do, its halves fewer than those; but the node of m ≤ k < n
counts for a tail only, and the leading bits of that are enough. Slow series outgrow the digits on many levels.

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
from pi_engine.bigint.residues.residues_on_disk import residues_of_run
from pi_engine.splitting.compiled.rounding import after_cut
from pi_engine.splitting.compiled.upper_tree import LargeNode, Number

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.residues.moduli import Residues
    from pi_engine.bigint.scratch.stored_limbs import DiskLimbs

WORTH = 32
"""A node is cut only if Q loses at least one limb of this many: for less, moving the rest does not pay."""


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
    sizes = (-math.inf if x is None else x.size() for x in (P, Q, T))
    return LargeNode(P, Q, T, after_cut(node.errors, *sizes))


def _without(x: Number, lost: int, threads: int, *, copy: bool) -> Number:
    if x.stored is not None:
        return _without_on_disk(x, x.stored, lost, threads)
    rest: Limbs = x.limbs[lost:]
    buffer = x.buffer
    if copy and x.buffer is not None:
        buffer = PooledLimbs(len(rest))
        copy_limbs(buffer.limbs, rest, threads)
        rest = buffer.limbs
    cut = Number(rest, x.negative, buffer)
    if x.residues is not None:
        whole = x.residues[1]
        low, left = residues_of_several([x.limbs[:lost], cut.limbs], threads)
        cut.residues = _checked(x, low, left, lost), whole
    if buffer is not x.buffer:
        x.release()
    return cut


def _without_on_disk(x: Number, stored: DiskLimbs, lost: int, threads: int) -> Number:
    if lost >= len(stored):
        return x  # it is 0
    rest = stored.part(lost, len(stored))
    cut = Number(x.limbs, x.negative, stored=rest, log2=x.log2 - 64 * lost)
    if x.residues is not None:
        low, left = (residues_of_run(run, threads) for run in (stored.part(0, lost), rest))
        cut.residues = _checked(x, low, left, lost), x.residues[1]
    return cut


def _checked(x: Number, low: Residues, left: Residues, lost: int) -> Residues:
    """The residues of what is left of a number; `low`, `left`: those of the limbs that are lost, and of the others."""
    assert x.residues is not None
    sign = -1 if x.negative else 1
    found = (left * power_residues(2, 64 * lost) + low) * sign
    require_equal(found, x.residues[0], "a number of the sum that lost its low limbs")
    return left * sign
