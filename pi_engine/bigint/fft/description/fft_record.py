"""What kernels read of a complex transform: its record, one row of integers, numbers and addresses alike; and its workspace.

Nothing here imports Numba: a process whose kernels are stored never needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pi_engine.bigint.fft.description.fft_sizes import FourierSize

(
    POINTS, RADIX, QUARTERINGS, HALVING, DIGIT_BITS, OPERAND_BYTES, SECOND_LOAD, SCALE, EPSILON,
    LEVELS_AT, HALVES_AT, TAILS_AT, FIELDS_AT, PLACES,
) = range(14)  # fmt: skip
"""SCALE and EPSILON are doubles, as the integers with their bits."""

SHUFFLE, SHIFTS_LEFT, SHIFTS_RIGHT, FIELD_BYTES, PACK_LEFT, PACK_RIGHT, PACK_BYTES, FIELD_WORDS = (
    0,
    4,
    8,
    12,
    20,
    24,
    28,
    32,
)
"""Of the table of fields, int64[FIELD_WORDS]: which bytes eight fields are taken from, in two times sixteen (uint8[32]); by how many
bits they are shifted to the left and then to the right (int32[8] each); or, where bytes are not shuffled, the byte each begins in
(int64[8]). And of four digits of twice the bits, which are written as words: by how much each is shifted to the left, the one
before it to the right, and the byte it begins in (int64[4] each)."""

DIGIT_ORDER = (0, 2, 1, 3)
"""Which digit of four is in each lane: so no halves of a vector are exchanged to part neighbours."""

RECORD_FIELDS = PLACES + 1
"""Numbers of a record, its seal included."""

TAIL_DOUBLES = 32
"""Of the table of a ring of TAIL points: three twiddles, two doubles of nothing, and three twiddles for each of its four quarters."""

CHUNK = 64
"""Digits that are cut out of the limbs, or put together to limbs, in a row: of each of up to eight parts of an operand."""

LEAF_POINTS = 256
"""Points of a ring that is finished before the next is begun: 4 KiB of each operand, and as much of twiddles."""

_PADDED_BYTES = 64
STREAM_BYTES = 128
_MOST_STREAMS = 16

SPLIT_X, SPLIT_Y, MULTIPLY, ADD, SUBTRACT, JOIN = 1, 2, 4, 8, 16, 32
"""What `ring_passes` does, in this order: the forward steps of x and of y, x·y, x + y or x − y, and the way back of x."""

PROVED, UNPROVED, DAMAGED, MINUS_ONE = 1, 0, -1, 2
"""What a product is: right by proof; perhaps not, so that it must not be used; or not made, its record being damaged. Modulo 2^n + 1
also: −1, by proof."""

ERROR, DISTANCE = 0, 1
"""Doubles in the scratch of a product that say why it is proved or is not."""

PADDED_AT = 0
STREAMS_AT = _PADDED_BYTES
BUFFER_AT = STREAMS_AT + STREAM_BYTES * _MOST_STREAMS
SCRATCH_BYTES = BUFFER_AT + 8 * CHUNK * _MOST_STREAMS
"""What a pass needs besides the operands: a block of limbs completed with zeros, the carries of the parts of a product, real and
imaginary, and a chunk of each."""


PIECES = 8
"""Pieces into which threads cut the columns, and most threads of a product modulo 2^n + 1."""

(
    OPEN,
    INSIDE,
    CLOSED,
    NUMBER,
    FORWARD_CLAIMED,
    FORWARD_MADE,
    RINGS_CLAIMED,
    RINGS_MADE,
    FINISH_CLAIMED,
    FINISH_MADE,
    _JOB_AT,
) = range(0, 11 * 64, 64)
MODE, OUT, X, A, N, Y, B, M, RECORD, SCRATCHES = range(_JOB_AT // 8, _JOB_AT // 8 + 10)
SQUARES_AT = _JOB_AT + 8 * 16
DISTANCES_AT = SQUARES_AT + 8 * 2 * PIECES
SHARED_BYTES = DISTANCES_AT + 8 * PIECES
"""What threads share in products modulo 2^n + 1. OPEN: the number of the product that is being made, or 0. INSIDE: threads that help
with it. CLOSED: not 0 when they are to end. NUMBER: of the last product. Then how many pieces of each of three phases are claimed,
and how many are made. Each of these words is on a cache line of its own. The arguments of `steps_in_ring` follow, the squares of
norms, of each piece of two operands, and the largest distance of each piece."""

NORM_BYTES = 64
"""Behind the points of an operand modulo 2^n + 1: the square of its norm, in the first eight."""


def workspace_of(size: FourierSize, operands: int) -> int:
    """Bytes of a given number of transformed operands and of scratch."""
    return size.operand_bytes * operands + SCRATCH_BYTES
