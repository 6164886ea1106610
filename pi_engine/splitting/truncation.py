"""The right edge of the tree without the low limbs that no digit depends on.

Exact, Q and T of the root have some 1.7 times the bits that the digits do, even without their common factors. But the
node of m ≤ k < n counts in the sum for a tail only, and of that only the leading bits (`series.truncation` has the bound).
So Q and T of a node that ends the sum lose their low limbs, both the same number of them: what follows is linear in the
pair (Q, T), and only T/Q matters, so their common exponent need not be known. On the right edge every merge is of an
exact node with a rounded one.

The shadow compares exact residues. A number that has lost limbs therefore goes on with two: its own, for the merges that
it goes into, and `whole`, that of the number that it would be. Of the cut itself is checked that the limbs that are left
and those that are lost are the number as it was made.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pi_engine.bigint.limbs import copy_limbs
from pi_engine.bigint.mersenne import M61, require
from pi_engine.bigint.residues import residue_of_magnitude
from pi_engine.splitting.node_level import LimbRoom
from pi_engine.splitting.upper_tree import LargeNode, Number

if TYPE_CHECKING:
    from pi_engine.bigint.limbs import Limbs


def truncated(node: LargeNode, bits: float, threads: int, *, copy: bool) -> LargeNode:
    """Q and T without low limbs, each short by a relative 2^−bits at most; the same node where there is nothing to lose.

    copy: give back the memory of a number that has its own, by moving what is left to a smaller room.

    Raises:
        VerificationError: what is left is not what it was before.
    """
    # Of the highest limb one bit is sure, hence bits/64 + 1 limbs at least.
    shorter = min(len(node.Q), len(node.T))
    lost = shorter - math.ceil(bits / 64) - 1 if bits < 64 * shorter else 0
    if lost <= 0:
        return node
    Q, T = (_without(x, lost, threads, copy=copy) for x in (node.Q, node.T))
    return LargeNode(None, Q, T)


def _without(x: Number, lost: int, threads: int, *, copy: bool) -> Number:
    rest: Limbs = x.limbs[lost:]
    room = x.room
    if copy and x.room is not None:
        room = LimbRoom(len(rest))
        copy_limbs(room.limbs, rest, threads)
        rest = room.limbs
    cut = Number(rest, x.negative, room)
    if x.residues is not None:
        before, whole = x.residues
        low = residue_of_magnitude(x.limbs[:lost], threads)
        left = cut.residue(threads)
        found = left * pow(2, 64 * lost % 61, M61) + (-low if x.negative else low)
        require(found % M61 == before, "a number of the sum that lost its low limbs, compared modulo 2^61 − 1,")
        cut.residues = left, whole
    if room is not x.room:
        x.release()
    return cut
