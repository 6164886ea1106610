"""A level of nodes inside kernels, as its record describes it (`level_record`)."""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.vectors.record_arrays import array_in
from pi_engine.runtime.compilation.routine import routine
from pi_engine.splitting.records import level_record as at


@routine
def level_in(record, place):
    """The level at a place of a record: the address of its limbs, how many there are, offsets, lengths and residues."""
    return (
        record[place + at.LIMBS_AT],
        record[place + at.LIMBS],
        array_in(record, place + at.OFFSETS, 2, np.int64),
        array_in(record, place + at.LENGTHS, 2, np.int64),
        array_in(record, place + at.RESIDUES, 3, np.uint64),
    )


@routine
def address_in(level, row, i):
    """Where a number of node i begins; row 0, 1, 2 is P, Q, T."""
    return level[0] + 8 * level[2][row, i]


@routine
def lies_within(level, row, i):
    """Whether a number of node i lies in the limbs of its level."""
    _, limbs, offsets, lengths, _ = level
    length = lengths[row, i]
    return -limbs <= length <= limbs and 0 <= offsets[row, i] <= limbs - abs(length)
