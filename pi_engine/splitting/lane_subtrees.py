"""Eight subtrees at once: when that can be done, and in how much room. The bounds are those of `subtrees`, in digits.

A number of x bits has at most ⌈x/52⌉ digits, a product of numbers of x and y bits is written in at most x/52 + y/52 + 2, a
sum in one more, and all that in groups of eight digits, with eight zeros before it and behind it. The length is that of
the longest lane, so a product's factors may be those of different lanes: `subtrees.most_terms` counts that in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.bigint.widths import DIGIT_BITS, LANE_DIVISOR, LANE_PAD, LANE_ROWS, LANES
from pi_engine.runtime.kernel_folder import has_ifma
from pi_engine.splitting.common_factors import divisor_table
from pi_engine.splitting.tree_kernels import LANE_HEADER, VALUE_DIGITS, VALUE_WORDS, lane_subtrees_claimed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gmpy2 import mpz
    from numpy.typing import NDArray

    from pi_engine.splitting.term_values import TermValues

HEADER_LIMBS = 3
"""Before the P of a node in limbs: the three signed lengths."""

_DIGIT_BYTES = 8 * LANES


class SubtreeRanges(NamedTuple):
    """The ranges of the subtrees, and where their nodes go.

    Attributes:
        lo, hi: the terms lo ≤ k < hi of all.
        subtrees: how many.
        depth: a subtree has 2^depth blocks.
        rooms: int64[depth + 1][3], limbs of P, Q and T of a node of 2^j blocks.
        address: of the first node, a header and the rooms of depth `depth`.
        limbs: how many there are from that address on.
        lengths: int64[3][subtrees], for the signed lengths.
        wrong: int64[1], not 0 once something would not have fitted its room.
    """

    lo: int
    hi: int
    subtrees: int
    depth: int
    rooms: NDArray[np.int64]
    address: int
    limbs: int
    lengths: NDArray[np.int64]
    wrong: NDArray[np.int64]


class Claims(NamedTuple):
    """How threads build subtrees.

    Attributes:
        side_by_side: how many are built at a time.
        arena: bytes that a thread needs.
        claim: called by each thread as (counter, stop, its arena's address).
    """

    side_by_side: int
    arena: int
    claim: Callable[[NDArray[np.uint64], int, int], None]


def _digits(bits: int) -> int:
    """Room for a number of so many bits, made as a product or a sum of two."""
    digits = bits // DIGIT_BITS + 4
    return -(-digits // LANE_PAD) * LANE_PAD + 2 * LANE_PAD


def _node_bits(values: Sequence[TermValues], terms: int) -> tuple[int, int, int]:
    p, q, a = (f.bits for f in values)
    return terms * p, terms * q, terms * max(p, q) + a + terms.bit_length()


def lanes_fit(values: Sequence[TermValues]) -> bool:
    """Whether the processor multiplies eight digits at once, and the polynomials are words."""
    return has_ifma() and all(len(f.longs) == 0 and len(f.words) <= VALUE_WORDS for f in values)


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


def lane_claims(
    ranges: SubtreeRanges, values: Sequence[TermValues], node_terms: Sequence[int], divisors: Sequence[mpz]
) -> Claims:
    """Eight subtrees at a time; for what `lanes_are_usable` allows."""
    lo, hi, count, depth, limb_rooms, address, limbs, lengths, wrong = ranges
    rooms = np.array([[_digits(bits) for bits in _node_bits(values, m)] for m in node_terms], np.int64)
    common = divisor_table(divisors, DIGIT_BITS)
    tables = [f.words for f in values]
    digits = _arena_digits(rooms, common.rows.shape[1])
    results = np.array([*limb_rooms[depth], HEADER_LIMBS + limb_rooms[depth].sum(), HEADER_LIMBS], np.int64)

    def claim(counter: NDArray[np.uint64], stop: int, arena: int) -> None:
        lane_subtrees_claimed(
            counter, stop, lo, hi, count, depth, rooms, *tables, *common, arena, digits, address, results, limbs, lengths,
            wrong,
        )  # fmt: skip

    return Claims(LANES, _DIGIT_BYTES * digits, claim)


def _arena_digits(rooms: NDArray[np.int64], divisor: int) -> int:
    """The result, a waiting node a level, two in the making; two and a term in a block; a product, a divisor, values."""
    nodes = rooms.sum(axis=1) + LANE_HEADER + LANE_PAD
    top, block = int(nodes[-1]), int(nodes[0])
    scratch = int(rooms[-1, 2]) + divisor + 3 * LANE_PAD + 4 * VALUE_DIGITS
    return top + int(nodes[:-1].sum()) + 2 * top + 3 * block + scratch
