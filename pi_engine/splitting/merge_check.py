"""The check of the tree's merges and divisions: residues modulo M = 2^61 − 1 that go up with the nodes.

On the compiled path every number that a merge or a division of a level has made is read once more and compared with what
its operands' residues say. The first residues are those of the subtrees' roots as they lie in memory: what happened
below, in the leaves, the shadow sees, as it sees everything else at the end. This check says earlier, and where.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.mersenne import M61, require, residue
from pi_engine.bigint.threads import share
from pi_engine.splitting.tree_kernels import residues_claimed

if TYPE_CHECKING:
    from gmpy2 import mpz
    from numpy.typing import NDArray

    from pi_engine.splitting.node_level import NodeLevel

PRODUCTS = ("P₁P₂", "Q₁Q₂", "T₁Q₂ + P₁T₂")
"""What a merge makes, in the order of a level's rows."""


def with_residues(level: NodeLevel, threads: int) -> NodeLevel:
    """The same level with the residues of its numbers, as they lie in memory."""
    return replace(level, residues=residues_of(level, threads))


def residues_of(level: NodeLevel, threads: int) -> NDArray[np.uint64]:
    """The residues of a level's numbers, uint64[3][nodes]."""
    found = np.empty(level.lengths.shape, np.uint64)
    counter = np.zeros(1, np.uint64)

    def work(_thread: int, _first: int, _last: int) -> None:
        residues_claimed(counter, len(level), level.room.address, level.offsets, level.lengths, found)

    share(work, threads, threads)
    return found


def require_merge(right: bool, row: int, bits: int) -> None:  # noqa: FBT001 (what an assertion takes)
    """Raise VerificationError unless the number of that row and length, in a new node, is right."""
    require(right, f"the product {PRODUCTS[row]} of {bits} bits in the sum, compared modulo 2^61 − 1,")


def check_division(before: NodeLevel, after: NodeLevel, divisor: mpz, *, leftmost: bool) -> None:
    """Compare a level that has been divided with what it was: P and Q times the divisor, but for the Q of k = 0.

    Raises:
        VerificationError: a quotient is wrong, or another number has changed.
    """
    assert before.residues is not None
    assert after.residues is not None
    factor = residue(divisor)
    for row in range(3):
        pairs = zip(before.residues[row].tolist(), after.residues[row].tolist(), strict=True)
        for i, (old, new) in enumerate(pairs):
            divided = row == 0 or (row == 1 and not (leftmost and i == 0))
            right = old == (new * factor % M61 if divided else new)
            bits = 64 * abs(int(after.lengths[row, i]))
            require(right, f"the {'PQT'[row]} of {bits} bits in the sum, divided by a common factor, modulo 2^61 − 1,")
