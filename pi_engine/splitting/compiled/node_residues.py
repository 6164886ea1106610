"""The check of the tree's merges and divisions: residues modulo both `moduli` that go up with the nodes.

On the compiled path every large number that a merge or a division of a level has made is read once more and compared with
what its operands' residues say. The first residues are those of the first level of large numbers (`compiled_tree`) as they
are made: what happened below, in the leaves and in small products, the shadow sees, as it sees everything else at
the end. This check says earlier, and where.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.workers import share
from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.bigint.residues.kernels.modulus_table import modulus_table
from pi_engine.bigint.residues.limb_residues import SHARED_FROM_BITS_OF_BOTH
from pi_engine.bigint.residues.moduli import Residues, random_prime, require, require_equal, residues
from pi_engine.runtime.machine_faults import machine_fault
from pi_engine.splitting.kernels.tree_kernels import residues_worker
from pi_engine.splitting.records.level_record import residue_record

if TYPE_CHECKING:
    from gmpy2 import mpz
    from numpy.typing import NDArray

    from pi_engine.splitting.records.node_level import NodeLevel

PRODUCTS = ("P₁P₂", "Q₁Q₂", "T₁Q₂ + P₁T₂")
"""What a merge makes, in the order of a level's rows."""


def with_residues(level: NodeLevel, threads: int) -> NodeLevel:
    """The level with the residues of its numbers, as they lie in memory."""
    return replace(level, residues=residues_of(level, threads))


def residues_of(level: NodeLevel, threads: int, rows: int = 3) -> NDArray[np.uint64]:
    """The residues of a level's numbers, uint64[rows][nodes][2]: P and Q in the first two rows, and T.

    Raises:
        VerificationError: a number would lie outside the level's limbs, or none of the threads has found its residues.
    """
    found = np.full((rows, len(level), 2), M61, np.uint64)  # until they are found: no number has that residue
    counter, record = np.zeros(1, np.uint64), residue_record(level, found, modulus_table(random_prime()))

    def work(_thread: int, _first: int, _last: int) -> None:
        residues_worker(counter, len(level), record.row)

    large = 64 * int(np.abs(level.lengths[:rows]).sum()) >= SHARED_FROM_BITS_OF_BOTH
    share(work, threads, threads if large else 1, level)
    if (found == M61).any():
        raise machine_fault("the table of a level of the sum holds what cannot be")
    return found


def require_merge(right: bool, row: int, bits: int) -> None:  # noqa: FBT001 (what an assertion takes)
    """Raise VerificationError unless the number of that row and length, in a new node, is right."""
    require(right, f"the product {PRODUCTS[row]} of {bits} bits in the sum, compared modulo two primes,")


def require_product(found: Residues, expected: Residues, row: int, bits: int) -> None:
    """Raise VerificationError unless the residues of the product of that row and length are as expected."""
    require_equal(found, expected, f"the product {PRODUCTS[row]} of {bits} bits in the sum")


def divided(level: NodeLevel, divisor: mpz, threads: int, *, leftmost: bool) -> NodeLevel:
    """The level with the residues that P and Q have since they were divided, except for the Q of k = 0; those of T stay.

    Raises:
        VerificationError: P or Q times the divisor is not what it was.
    """
    assert level.residues is not None
    factor = residues(divisor)
    found = residues_of(level, threads, rows=2)
    for row in range(2):
        for i, (old, new) in enumerate(zip(level.residues[row].tolist(), found[row].tolist(), strict=True)):
            kept = row == 1 and leftmost and i == 0
            bits = 64 * abs(int(level.lengths[row, i]))
            quotient = Residues((new[0], new[1]))
            what = f"the {'PQ'[row]} of {bits} bits in the sum, divided by a common factor"
            require_equal(quotient if kept else quotient * factor, Residues((old[0], old[1])), what)
    return replace(level, residues=np.vstack([found, level.residues[2:]]))
