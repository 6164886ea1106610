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

PROVED, UNPROVED, DAMAGED = 1, 0, -1
"""What a product is: right by proof; perhaps not, so that it must not be used; or not made, its record being damaged."""

ERROR, DISTANCE = 0, 1
"""Doubles in the scratch of a product that say why it is proved or is not."""

PADDED_AT = 0
STREAMS_AT = _PADDED_BYTES
BUFFER_AT = STREAMS_AT + STREAM_BYTES * _MOST_STREAMS
SCRATCH_BYTES = BUFFER_AT + 8 * CHUNK * _MOST_STREAMS
"""What a pass needs besides the operands: a block of limbs completed with zeros, the carries of the parts of a product, real and
imaginary, and a chunk of each."""


def workspace_of(size: FourierSize, operands: int) -> int:
    """Bytes of a given number of transformed operands and of scratch."""
    return size.operand_bytes * operands + SCRATCH_BYTES
