"""Eight subtrees at once: when that can be done, and how large their buffers are. The bounds are those of `subtrees`, in digits.

Digits have d bits, 52 or 51 (`lane_widths`). A number of x bits has at most ⌈x/d⌉ digits, a product of numbers of x and y bits is
written in at most x/d + y/d + 2, and a sum in one more. All that is written in groups of LANE_PAD digits, with as many zeros before
it and behind it. The length is that of the longest lane, so a product's factors may be those of different lanes:
`subtrees.most_terms` counts that in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.bigint.vectors.lane_widths import DIGIT_BITS, LANE_DIVISOR, LANE_PAD, LANE_ROWS, LANES, has_lanes
from pi_engine.splitting.kernels.tree_kernels import LANE_HEADER, VALUE_DIGITS, VALUE_WORDS, lane_subtrees_worker
from pi_engine.splitting.records.common_factors import divisor_table
from pi_engine.splitting.records.subtree_record import subtree_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmpy2 import mpz
    from numpy.typing import NDArray

    from pi_engine.bigint.buffers.kernel_record import KernelRecord
    from pi_engine.runtime.compilation.object_code import StoredKernel
    from pi_engine.splitting.records.subtree_record import Subtrees
    from pi_engine.splitting.records.term_values import TermValues

_DIGIT_BYTES = 8 * LANES


class Work(NamedTuple):
    """How threads build subtrees.

    Attributes:
        worker: the kernel that each of them runs.
        record: what it reads.
        side_by_side: how many subtrees are built at a time.
        arena: bytes that a thread needs.
    """

    worker: StoredKernel
    record: KernelRecord
    side_by_side: int
    arena: int


def _digits(bits: int) -> int:
    """The capacity for a number of a given number of bits, made as a product or a sum of two."""
    digits = bits // DIGIT_BITS + 4
    return -(-digits // LANE_PAD) * LANE_PAD + 2 * LANE_PAD


def _node_bits(values: Sequence[TermValues], terms: int) -> tuple[int, int, int]:
    p, q, a = (f.bits for f in values)
    return terms * p, terms * q, terms * max(p, q) + a + terms.bit_length()


def lanes_fit(values: Sequence[TermValues]) -> bool:
    """Whether the processor multiplies eight digits at once, and the polynomials are words."""
    return has_lanes() and all(len(f.longs) == 0 and len(f.words) <= VALUE_WORDS for f in values)


def lanes_are_usable(
    values: Sequence[TermValues], node_terms: Sequence[int], count: int, divisors: Sequence[mpz]
) -> bool:
    """Whether, besides, the subtrees go up in eights, and no column overflows."""
    halves = node_terms[-2] if len(node_terms) > 1 else node_terms[-1]
    return (
        lanes_fit(values)
        and count % LANES == 0
        and max(_node_bits(values, halves)) // DIGIT_BITS + 1 <= LANE_ROWS
        and max(divisors).bit_length() <= DIGIT_BITS * LANE_DIVISOR
    )


def lane_work(
    subtrees: Subtrees, values: Sequence[TermValues], node_terms: Sequence[int], divisors: Sequence[mpz]
) -> Work:
    """Eight subtrees at a time; for what `lanes_are_usable` allows."""
    capacities = np.array([[_digits(bits) for bits in _node_bits(values, m)] for m in node_terms], np.int64)
    table = divisor_table(divisors, DIGIT_BITS)
    digits = _arena_digits(capacities, table.rows.shape[1])
    record = subtree_record(subtrees, values, table, digits, capacities)
    return Work(lane_subtrees_worker, record, LANES, _DIGIT_BYTES * digits)


def _arena_digits(capacities: NDArray[np.int64], divisor: int) -> int:
    """The result, a waiting node a level, two in the making; two and a term in a block; a product, a divisor, values."""
    nodes = capacities.sum(axis=1) + LANE_HEADER + LANE_PAD
    top, block = int(nodes[-1]), int(nodes[0])
    scratch = int(capacities[-1, 2]) + divisor + 3 * LANE_PAD + 4 * VALUE_DIGITS
    return top + int(nodes[:-1].sum()) + 2 * top + 3 * block + scratch
