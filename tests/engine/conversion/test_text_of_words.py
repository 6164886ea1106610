"""The text of a result as words: what a str of the same characters gives."""

import pytest

from pi_engine.engine.conversion.text_of_words import TextOfWords
from pi_engine.radix.kernels.digit_words import digit_words


@pytest.fixture(params=[1, 18, 19, 20, 1000])
def pair(request, rng):
    digits = "".join(rng.choices("0123456789", k=request.param))
    return TextOfWords(3, digit_words(digits, 10), len(digits), 2), f"3.{digits}"


def test_characters_and_slices(pair, rng):
    text, expected = pair
    assert len(text) == len(expected)
    assert str(text) == expected
    assert text == expected
    assert expected == text
    assert hash(text) == hash(expected)
    for _ in range(300):
        first, last = (rng.choice((None, rng.randrange(-1100, 1100))) for _ in range(2))
        step = rng.choice((None, 1, 2, -1))
        assert text[first:last:step] == expected[first:last:step]
        place = rng.randrange(-len(expected), len(expected))
        assert text[place] == expected[place]
    for place in (len(expected), -len(expected) - 1):
        with pytest.raises(IndexError):
            text[place]


def test_it_finds_what_a_str_finds(pair, rng, monkeypatch):
    text, expected = pair
    monkeypatch.setattr("pi_engine.engine.conversion.text_of_words._PIECE", 7)
    for _ in range(100):
        start = rng.randrange(len(expected) + 2)
        first = rng.randrange(len(expected))
        for wanted in (expected[first : first + rng.randrange(1, 12)], "0123", "."):
            assert text.find(wanted, start) == expected.find(wanted, start)


def test_another_text_is_another(pair):
    text, expected = pair
    last = "1" if expected[-1] == "0" else "0"
    assert text != expected[:-1] + last
    assert text != expected[:-1]
    assert text != 3
