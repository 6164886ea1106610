"""Searching and aligning held digits, beside the same done on text."""

import numpy as np
import pytest

from pi_engine.files.comparison import alignment
from pi_engine.files.comparison.alignment import Piece, aligned_pieces
from pi_engine.files.comparison.held_digits import HeldDigits, Tally
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD, digit_words
from tests.conftest import MULTIPLIER


@pytest.fixture(params=[10, 16])
def base(request):
    return request.param


@pytest.fixture
def text(rng, base):
    return "".join(rng.choices("0123456789ABCDEF"[:base], k=5000))


def held(text, base):
    return HeldDigits(digit_words(text, base), len(text), base)


def test_digits_from_any_place(text, base, rng):
    digits = held(text, base)
    for _ in range(int(200 * MULTIPLIER)):
        start, stop = sorted(rng.randrange(len(text) + 30) for _ in range(2))
        assert digits.text(start, stop) == text[start:stop]
        assert digits.characters(start, stop).tobytes().decode() == text[start:stop]


def test_words_from_any_place(text, base, rng):
    digits, width = held(text, base), DIGITS_PER_WORD[base]
    for _ in range(int(200 * MULTIPLIER)):
        place, count = rng.randrange(len(text)), rng.randrange(1, 50)
        words = digits.words_from(place, count)
        if place + width * (count + 1) <= len(text):
            assert np.array_equal(words, digit_words(text[place : place + width * count], base))
    assert digits.words_from(-1, 2) is None and digits.words_from(len(text), 2) is None


def test_windows_are_found_wherever_they_stand(text, base, rng):
    digits = held(text, base)
    window = digits.window
    places = [0, 1, len(text) - window, *(rng.randrange(len(text) - window) for _ in range(int(60 * MULTIPLIER)))]
    found = digits.find([text[place : place + window] for place in places])
    assert sorted(found) == sorted(enumerate(places))
    assert digits.find(["0" * window]) == []
    twice = held(text + text, base)
    assert twice.find([text[7 : 7 + window]]) == [(0, 7), (0, len(text) + 7)]


def test_differing_digits_are_counted(text, base, rng):
    for _ in range(int(30 * MULTIPLIER)):
        count = rng.randrange(1, len(text))
        other = list(text[:count])
        for _ in range(rng.choice([0, 1, 2, 30, 5000])):
            other[rng.randrange(count)] = rng.choice("0123456789ABCDEF"[:base])
        wrong = [i for i, (a, b) in enumerate(zip(other, text, strict=False)) if a != b]
        tally = Tally(held(text, base), held("".join(other), base), 10)
        assert (tally.wrong, tally.first, tally.last) == (len(wrong), wrong[:10], wrong[-1] if wrong else -1)


@pytest.mark.parametrize("chunk", [50, 64, 1 << 19])
def test_pieces_do_not_depend_on_how_many_digits_are_compared_at_once(text, base, rng, chunk, monkeypatch):
    monkeypatch.setattr(alignment, "_CHUNK", chunk)
    monkeypatch.setattr(alignment, "_CHUNK_WORDS", max(1, chunk // 16))
    monkeypatch.setattr(alignment, "_BACKWARDS", chunk)
    ours = held(text, base)
    for _ in range(int(10 * MULTIPLIER)):
        a, b, c, d = sorted(rng.sample(range(500, 4000, 60), 4))
        theirs = text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]
        wrong = [i for i, (x, y) in enumerate(zip(theirs, text, strict=True)) if x != y]
        pieces = aligned_pieces(ours, held(theirs, base), wrong[0])
        for piece in pieces:
            assert piece.wrong == 0
            assert theirs[piece.start : piece.stop] == text[piece.start + piece.shift : piece.stop + piece.shift]
        assert pieces[-1].stop == len(text) and pieces[-1].shift == 0


def test_of_two_places_the_nearer_one_is_taken(text, base):
    """For digits that stand twice among the right ones, as far behind the lost ones as before them, and farther.

    The digits at a cut differ, so that no piece goes on beyond it.
    """
    head, twice = text[:499] + "0", "2" + text[500:999]
    between, junk = text[1000:2899] + "13" + text[2899:2997] + "0", text[4000:4299] + "1"
    ours = head + twice + between + twice
    pieces = aligned_pieces(held(ours, base), held(head + junk + twice, base), 500)
    assert pieces[-1] == Piece(800, 1300, -300, 0, None)
    pieces = aligned_pieces(held(twice + between + twice, base), held(twice + between[:1900] + twice, base), 2400)
    assert pieces[-1] == Piece(2400, 2900, 100, 0, None)


def test_single_wrong_digits_do_not_end_a_piece(text, base):
    wrong = {i: "0" if text[i] != "0" else "1" for i in range(100, 4990, 70)}
    theirs = "".join(wrong.get(i, digit) for i, digit in enumerate(text))
    assert aligned_pieces(held(text, base), held(theirs, base), 100) == [Piece(0, 5000, 0, len(wrong), 100)]
