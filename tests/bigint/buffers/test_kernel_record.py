"""Records of kernels: what is written by place is read by place, and a wrong bit in a row shows."""

import numba
import numpy as np
import pytest

from pi_engine.bigint.buffers.kernel_record import ARRAY, KernelRecord
from pi_engine.bigint.vectors.record_arrays import array_in
from pi_engine.bigint.vectors.words import is_sealed
from pi_engine.runtime.compilation.routine import OPTIONS

NUMBER, WORDS, TABLE, CUBE = 0, 1, 1 + ARRAY, 1 + 2 * ARRAY
PLACES = CUBE + ARRAY


@numba.njit(**OPTIONS)
def weighed(record):
    """Every item with a weight of its own, so that none can stand for another; the first word becomes the last item of the cube."""
    if not is_sealed(record):
        return -1
    words, table, cube = (
        array_in(record, WORDS, 1, np.uint64),
        array_in(record, TABLE, 2, np.int64),
        array_in(record, CUBE, 3, np.uint64),
    )
    total = record[NUMBER]
    for i in range(len(words)):
        total += (i + 1) * np.int64(words[i])
    for i, j in np.ndindex(table.shape):
        total += (100 * i + 10 * j + 7) * table[i, j]
    for i, j, k in np.ndindex(cube.shape):
        total += (1000 * i + 100 * j + 10 * k + 3) * np.int64(cube[i, j, k])
    words[0] = cube[cube.shape[0] - 1, cube.shape[1] - 1, cube.shape[2] - 1]
    return total


def made(rng, words=5, table=(2, 3), cube=(3, 2, 4)):
    draw = np.random.default_rng(rng.randrange(2**32)).integers
    return {
        NUMBER: -rng.randrange(1000),
        WORDS: draw(0, 1000, words).astype(np.uint64),
        TABLE: draw(-1000, 1000, table),
        CUBE: draw(0, 1000, cube).astype(np.uint64),
    }


def test_a_kernel_reads_what_was_written(rng):
    for shapes in ({}, {"words": 1, "table": (7, 1), "cube": (1, 1, 9)}, {"table": (0, 3)}):
        values = made(rng, **shapes)
        expected = values[NUMBER] + sum((i + 1) * int(x) for i, x in enumerate(values[WORDS]))
        expected += sum((100 * i + 10 * j + 7) * int(x) for (i, j), x in np.ndenumerate(values[TABLE]))
        expected += sum((1000 * i + 100 * j + 10 * k + 3) * int(x) for (i, j, k), x in np.ndenumerate(values[CUBE]))
        assert weighed(KernelRecord(PLACES, values).row) == expected
        assert values[WORDS][0] == values[CUBE].flat[-1]


def test_every_wrong_bit_of_a_row_shows(rng):
    record = KernelRecord(PLACES, made(rng))
    for bit in range(64 * len(record.row)):
        record.row.view(np.uint64)[bit // 64] ^= np.uint64(1 << bit % 64)
        assert weighed(record.row) == -1
        record.row.view(np.uint64)[bit // 64] ^= np.uint64(1 << bit % 64)
    assert weighed(record.row) != -1


def test_its_arrays_live_as_long_as_the_record(rng):
    values = made(rng)
    record = KernelRecord(PLACES, values)
    assert [record.arrays[place] is values[place] for place in (WORDS, TABLE, CUBE)] == [True] * 3


@pytest.mark.parametrize("wrong", [np.zeros((4, 6), np.int64)[:, ::2], np.zeros((2, 3)), np.zeros(3, np.int32)])
def test_what_a_kernel_would_misread_is_refused(wrong, rng):
    with pytest.raises(TypeError, match="contiguous arrays of words"):
        KernelRecord(PLACES, {**made(rng), TABLE: wrong})


@pytest.mark.parametrize("place", [NUMBER, WORDS, TABLE, CUBE])
def test_every_place_has_a_value(place, rng):
    values = made(rng)
    del values[place]
    with pytest.raises(AssertionError, match="every place"):
        KernelRecord(PLACES, values)
