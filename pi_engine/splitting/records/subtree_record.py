"""The record of the kernels that build subtrees, `leaf_kernel` and `lane_kernel`: what their threads share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pi_engine.bigint.buffers.kernel_record import ARRAY, KernelRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from pi_engine.splitting.records.common_factors import DivisorTable
    from pi_engine.splitting.records.term_values import TermValues

FIRST, LAST, COUNT, ARENA, NODES_AT, LIMBS = range(6)
"""The terms FIRST ≤ k < LAST; the number of subtrees; the size of a thread's arena, in limbs or in digits of eight lanes; where the
nodes go, and how many limbs there are."""

(
    CAPACITIES, DIGIT_CAPACITIES, P_WORDS, P_LONGS, Q_WORDS, Q_LONGS, A_WORDS, A_LONGS, DIVISOR_LENGTHS, DIVISORS, LENGTHS,
) = range(LIMBS + 1, LIMBS + 1 + 11 * ARRAY, ARRAY)  # fmt: skip
"""The arrays of `Subtrees`, `TermValues` and `DivisorTable`; the capacities in digits, if eight subtrees are built at once."""

PLACES = LENGTHS + ARRAY

HEADER_LIMBS = 3
"""Limbs before the P of a node: the three signed lengths."""


class Subtrees(NamedTuple):
    """The ranges of the subtrees, and where their nodes go.

    Attributes:
        lo, hi: the terms lo ≤ k < hi of all.
        subtrees: how many.
        capacities: int64[depth + 1][3], limbs of P, Q and T of a node of 2^j blocks; the blocks of a subtree are 2^depth.
        address: of the first node: a header, and P, Q and T in buffers of the last row's capacities.
        limbs: how many there are from that address on.
        lengths: int64[3][subtrees], for the signed lengths.
    """

    lo: int
    hi: int
    subtrees: int
    capacities: NDArray[np.int64]
    address: int
    limbs: int
    lengths: NDArray[np.int64]


def subtree_record(
    subtrees: Subtrees,
    values: Sequence[TermValues],
    divisors: DivisorTable,
    arena: int,
    digit_capacities: NDArray[np.int64],
) -> KernelRecord:
    """The record for p, q and a in `values`.

    digit_capacities: as `Subtrees.capacities`, in digits of eight lanes; without rows where subtrees are built one by one.
    """
    p, q, a = values
    return KernelRecord(
        PLACES,
        {
            FIRST: subtrees.lo, LAST: subtrees.hi, COUNT: subtrees.subtrees, ARENA: arena, NODES_AT: subtrees.address,
            LIMBS: subtrees.limbs, CAPACITIES: subtrees.capacities, DIGIT_CAPACITIES: digit_capacities,
            P_WORDS: p.words, P_LONGS: p.longs, Q_WORDS: q.words, Q_LONGS: q.longs, A_WORDS: a.words, A_LONGS: a.longs,
            DIVISOR_LENGTHS: divisors.lengths, DIVISORS: divisors.rows, LENGTHS: subtrees.lengths,
        },
    )  # fmt: skip
