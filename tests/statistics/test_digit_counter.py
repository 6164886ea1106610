"""One pass over pieces, by kernels or by numpy, on any number of threads, against counting digit by digit."""

import numpy as np
import pytest

from pi_engine.errors import UsageError
from pi_engine.statistics import digit_counter, tallies
from pi_engine.statistics.digit_counter import DigitCounter, unit_digits
from pi_engine.statistics.tallies import GAP_CELLS, RUN_CELLS, URN_DIGITS
from tests.conftest import MULTIPLIER
from tests.statistics import naive_counts as naive
from tests.statistics.naive_counts import text_of

BALLS = 32


class Choice:
    """A `KernelSet` that is asked before each unit."""

    def __init__(self, answer):
        self.loaded = answer

    def pays_for(self, seconds):
        return False

    pays_for_another = pays_for


@pytest.fixture
def small_units(monkeypatch):
    """Units of some thousand digits, so that borders are everywhere."""
    monkeypatch.setattr(digit_counter, "_LEAST_UNIT", 1000)
    monkeypatch.setattr(digit_counter, "BALLS", BALLS)
    monkeypatch.setattr(tallies, "BALLS", BALLS)


def counted(pieces, base, threads=1):
    counter = DigitCounter(base, threads=threads)
    for piece in pieces:
        counter.add(piece)
    return counter.tallies()


def require_same(found, x, base):
    """All that was counted is what plain Python counts."""
    assert (found.base, found.digits, found.counts.sum()) == (base, len(x), len(x))
    for k in range(1, found.longest + 1):
        assert np.array_equal(found.kgrams(k), naive.overlapping(x, k, base))
        if k > 1:
            assert np.array_equal(found.blocks[k], naive.blocks(x, k, base))
        if len(x) >= found.longest:
            assert np.array_equal(found.circular(k), naive.circular(x, k, base))
    gaps, ages = naive.gaps(x, base, GAP_CELLS)
    assert np.array_equal(found.gaps, gaps)
    assert sorted(found.ages) == ages
    runs, last = naive.runs(x, RUN_CELLS)
    assert np.array_equal(found.runs, runs)
    assert found.last_run == last
    assert (found.groups, found.collisions) == naive.collisions(x, URN_DIGITS[base], BALLS)


def sequences(rng, base):
    """Random digits of all, of two, and of one kind; sorted ones; long runs; of lengths about those that matter."""
    unit = unit_digits(base)
    lengths = [*range(10), 20, 100, unit - 1, unit, unit + 1, 2 * unit + 7, 3 * unit]
    for length in lengths:
        kinds = rng.choice([1, 2, base])
        yield [rng.randrange(kinds) for _ in range(length)]
    yield sorted(rng.randrange(base) for _ in range(2 * unit + rng.randrange(60)))
    yield [base - 1] * (2 * unit + 5)
    yield [0] * 600 + [1] * 2 + [0] * (unit + 511) + [1] * 510 + [0] * 511 + [1] * 512 + [0]


@pytest.mark.parametrize("base", [2, 8, 10, 16])
@pytest.mark.parametrize("way", ["kernels", "numpy", "both"])
@pytest.mark.usefixtures("small_units")
def test_all_counts(rng, monkeypatch, base, way):
    answers = {"kernels": lambda: True, "numpy": lambda: False, "both": lambda: rng.random() < 0.5}
    monkeypatch.setattr(digit_counter, "KERNELS", Choice(answers[way]))
    for _ in range(max(1, round(MULTIPLIER))):
        for x in sequences(rng, base):
            text, pieces, i = text_of(x), [], 0
            while i < len(text):
                size = rng.choice([0, 1, 7, 500, 5000])
                pieces.append(text[i : i + size])
                i += size
            require_same(counted(pieces, base, threads=rng.choice([1, 2, 3])), x, base)


@pytest.mark.usefixtures("small_units")
def test_tables_are_emptied_before_they_overflow(rng, monkeypatch):
    monkeypatch.setattr(digit_counter, "_MOST_COUNTED", 3000)
    x = [rng.randrange(2) for _ in range(20_000)]
    require_same(counted([text_of(x)], 10, threads=2), x, 10)


@pytest.mark.parametrize("base", [2, 8, 10, 16])
def test_a_unit_is_divided_by_blocks_and_groups(base):
    unit = unit_digits(base)
    assert digit_counter._LEAST_UNIT <= unit < 2 * digit_counter._LEAST_UNIT
    assert [unit % k for k in (2, 3, 4, 5, 6)] == [0] * 5
    assert unit % (tallies.BALLS * URN_DIGITS[base]) == 0
    # a thread's tables of 32 bits hold what comes before they are emptied, and one round more
    assert digit_counter._MOST_COUNTED + digit_counter._MOST_THREADS * unit < 2**32
    assert base ** tallies.LONGEST_KGRAM[base] <= 2**20
    assert tallies.LONGEST_KGRAM[base] < digit_counter._HISTORY


def test_pieces_may_be_used_again(rng):
    counter, piece = DigitCounter(10), np.empty(100, np.uint8)
    x = [rng.randrange(10) for _ in range(1000)]
    for start in range(0, 1000, 100):
        piece[:] = text_of(x[start : start + 100])
        counter.add(piece)
        piece[:] = 0
    assert np.array_equal(counter.tallies().blocks[2], naive.blocks(x, 2, 10))


def test_pieces_may_be_bytes():
    counter = DigitCounter(10)
    counter.add(b"1415926")
    counter.add(b"")
    assert counter.tallies().counts.tolist() == [0, 2, 1, 0, 1, 1, 1, 0, 0, 1]


@pytest.mark.parametrize("base", [2, 8, 10, 16])
def test_every_character_but_digits_is_refused(base):
    digits = naive.DIGITS[:base]
    for character in range(256):
        counter = DigitCounter(base)
        if character in digits:
            counter.add(bytes([character]))
            assert counter.tallies().counts[digits.index(character)] == 1
        else:
            with pytest.raises(UsageError, match=f"is not a digit of base {base}"):
                counter.add(b"1" * 20 + bytes([character]) + b"1" * 20)
