"""Digit strings in a stream, against the comparison of every place, whatever the pieces and with kernels or without."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pi_engine.errors import UsageError
from pi_engine.search.one_pass import find
from pi_engine.search.patterns import DigitString, Palindromes, Runs
from pi_engine.search.scanning import gathered
from pi_engine.search.string_search import CONTEXT, StringSearch
from tests.search.streams import DIGITS, cut, examples, naive, take_path


@pytest.fixture(params=[True, False], ids=["kernels", "plain"])
def path(request, monkeypatch):
    take_path(monkeypatch, kernels=request.param)
    return request.param


@st.composite
def searches(draw):
    """Digits of few kinds, so that patterns overlap themselves and each other, patterns out of them, and lengths of pieces."""
    base = draw(st.sampled_from([2, 8, 10, 16]))
    kinds = DIGITS[: min(base, draw(st.integers(1, 4)))]
    text = draw(st.text(kinds, min_size=1, max_size=300))
    count = draw(st.sampled_from([1, 2, 5, 40, 250]))
    rng = random.Random(draw(st.integers(0, 2**32)))
    patterns = []
    for _ in range(count):
        length = rng.randint(1, min(len(text), 20))
        start = rng.randrange(len(text) - length + 1)
        pattern = text[start : start + length] if rng.random() < 0.7 else "".join(rng.choices(kinds, k=length))
        if rng.random() < 0.3 and length > 1:
            places = rng.sample(range(length), rng.randint(1, length - 1))
            pattern = "".join("?" if i in places else c for i, c in enumerate(pattern))
        patterns.append(pattern)
    lengths = draw(st.lists(st.sampled_from([1, 2, 3, 19, 63, 64, 65, 100, 0]), min_size=1, max_size=4))
    return base, text, patterns, lengths if any(lengths) else [1], draw(st.sampled_from([None, 0, 1, 3]))


@examples
@given(searches())
def test_every_place_is_found(search):
    base, text, patterns, lengths, limit = search
    for kernels in (True, False):
        with pytest.MonkeyPatch.context() as patch:
            take_path(patch, kernels=kernels)
            found = find(cut(text, lengths), base, patterns, limit=limit, threads=2)
        assert [one.pattern for one in found] == list(patterns)
        for one in found:
            expected = naive(text, one.pattern)
            assert one.count == len(one) == len(expected)
            assert one.positions.tolist() == expected[:limit]
            assert bool(one) == bool(expected)
            assert one.digits == len(text)
            if expected:
                first, last = expected[0] - 1, expected[0] - 1 + len(one.pattern)
                context = text[max(first - CONTEXT, 0) : first], text[last : last + CONTEXT]
                assert one.context == (context if limit != 0 else None)


def test_pieces_around_the_width_of_a_vector(path):
    """A pattern at every place near the ends of texts of every length around 64 and 128."""
    for length in (*range(1, 10, 2), *range(62, 68), *range(127, 131)):
        for pattern in ("7", "77", "712", "71234567", "7?3"):
            for start in {0, 1, length // 2, *range(length - 12, length)}:
                if not 0 <= start <= length - len(pattern):
                    continue
                text = "0" * start + pattern.replace("?", "5") + "0" * (length - start - len(pattern))
                for lengths in ([length], [start + 1], [max(length - 1, 1)]):
                    (one,) = find(cut(text, lengths), 10, [pattern])
                    assert one.positions.tolist() == naive(text, pattern), (text, pattern, lengths)


def test_a_border_anywhere_changes_nothing(path):
    """Neither what is found nor the digits around it, wherever a piece ends; here short pieces are not joined."""
    text = "012345678901234567890123" + "9876543" + "210987654321098765432109"
    patterns = ["9876543", "6543", "3", "1?3"]
    for border in range(1, len(text)):
        for lengths in ([border, len(text)], [border, 1], [border, 3, 1]):
            search = StringSearch(patterns, 10, room=100)
            for piece in cut(text, lengths):
                search.take(piece)
            for i, pattern in enumerate(patterns):
                expected = naive(text, pattern)
                assert search.places(i).tolist() == expected
                first, last = expected[0] - 1, expected[0] - 1 + len(pattern)
                assert search.contexts[i] == (text[max(first - CONTEXT, 0) : first], text[last : last + CONTEXT])


def test_overlapping_occurrences_are_all_counted(path):
    (one,) = find(cut("9" * 1000, [64]), 10, ["999999"])
    assert one.count == 995
    assert one.positions.tolist() == list(range(1, 996))


@pytest.mark.parametrize("base", [10, 16])
def test_many_patterns_of_all_lengths(path, rng, base):
    text = "".join(rng.choices(DIGITS[:base], k=30_000))
    patterns = {text[i : i + rng.randint(1, 15)] for i in rng.sample(range(29_000), 600)}
    patterns |= {"".join(rng.choices(DIGITS[:base], k=rng.randint(1, 12))) for _ in range(600)}
    wanted = sorted(patterns)
    found = find(cut(text, [7000, 1, 900]), base, wanted, threads=2)
    places = {}
    for length in {*map(len, wanted)}:
        for i in range(len(text) - length + 1):
            if text[i : i + length] in patterns:
                places.setdefault(text[i : i + length], []).append(i + 1)
    assert {one.pattern: one.positions.tolist() for one in found if one} == places


def test_more_hits_than_there_is_room_for_at_once(rng, monkeypatch):
    """The kernel stops where its room ends, and goes on."""
    take_path(monkeypatch, kernels=True)
    monkeypatch.setattr("pi_engine.search.anchor_table._LEAST_ROOM", 1)
    monkeypatch.setattr("pi_engine.search.anchor_table._LEAST_SHARE", 100)
    text = "".join(rng.choices("01", k=2000))
    wanted = [f"{i:0{length}b}" for length in (3, 5) for i in range(1 << length)]
    for limit in (None, 7):
        for one in find(cut(text, [777]), 2, wanted, limit=limit, threads=3):
            assert one.positions.tolist() == naive(text, one.pattern)[:limit]
            assert one.count == len(naive(text, one.pattern))


def test_ten_thousand_patterns_in_one_pass(million, path, monkeypatch):
    text = million.text()[2:]
    wanted = [text[i : i + 8] for i in range(0, 990_000, 99)]
    assert len({*wanted}) > 9900
    text = text if path else text[:50_000]  # without kernels that many are not for many digits
    first = {}
    for i in range(len(text) - 7):
        first.setdefault(text[i : i + 8], i + 1)
    found = find(cut(text, [1 << 18]), 10, wanted, limit=1, threads=2)
    assert {*wanted} == {one.pattern for one in found}
    for one in found:
        assert one.positions.tolist() == [place for place in [first.get(one.pattern)] if place]


def test_letters_of_base_16_may_be_small():
    (one,) = find(cut("243F6A88", [3]), 16, ["f6a"])
    assert (one.pattern, one.positions.tolist()) == ("F6A", [4])


def test_the_same_string_is_searched_once_under_all_its_names():
    found = find(
        cut("123456", [6]), 10, [DigitString("234", "a"), "1", DigitString("234", "b"), DigitString("234", "a")]
    )
    assert [(one.pattern, one.name) for one in found] == [("234", "a, b"), ("1", ""), ("234", "a, b"), ("234", "a, b")]
    assert found[0] is found[2] is found[3]


def test_of_other_kinds_there_is_an_answer_for_each_too():
    found = find(cut("123321", [6]), 10, [Palindromes(2), "3", Palindromes(2), Runs(2), Palindromes(3)])
    assert [one.count for one in found] == [1, 2, 1, 1, 1]
    assert found[0] is found[2]


@pytest.mark.parametrize("count_only", [True, False])
def test_a_count_keeps_no_positions(path, count_only):
    (one,) = find(cut("11111", [2]), 10, ["11"], count_only=count_only)
    assert one.count == 4
    assert len(one.positions) == (0 if count_only else 4)


def test_positions_begin_where_the_digits_do(path):
    (one,) = find(cut("0123412", [2]), 10, ["12"], position=101)
    assert one.positions.tolist() == [102, 106]


@pytest.mark.parametrize(
    ("patterns", "base", "message"),
    [
        ([], 10, "no pattern: give at least one"),
        ([""], 10, "a pattern is empty"),
        (["12a"], 10, "'12a' is not a pattern: 'a' is not a decimal digit"),
        (["3.14"], 10, "'.' is not a decimal digit; write digits after the point, without '3.'"),
        (["FG"], 16, "'G' is not a hexadecimal digit"),
        (["12"], 2, "'2' is not a binary digit"),
        (["89"], 8, "'8' is not a octal digit|'8' is not an octal digit"),
        (["١"], 10, "is not a decimal digit"),
        (["ß"], 16, "'ß' is not a hexadecimal digit"),
        (["1 2"], 10, "' ' is not a decimal digit"),
        (["??"], 10, "'??' matches everywhere: give at least one digit"),
        (["123456"], 10, "pattern '123456' of 6 digits is longer than the 5 digits to search"),
        (["1" * 100], 10, "of 100 digits is longer"),
    ],
)
def test_what_cannot_be_found_is_said(patterns, base, message):
    with pytest.raises(UsageError) as error:
        find(cut("10101", [2]), base, patterns)
    assert any(part in str(error.value) for part in message.split("|"))
    assert len(str(error.value)) < 200


def test_a_pattern_that_is_too_long_is_said_before_anything_is_read():
    def never():
        raise AssertionError
        yield

    with pytest.raises(UsageError, match="longer than the 3 digits"):
        find(never(), 10, ["1234"], expected=3)
    with pytest.raises(UsageError, match="negative"):
        find(never(), 10, ["1"], limit=-1)
    with pytest.raises(TypeError, match="not int"):
        find(never(), 10, [1])


def test_pieces_are_joined_and_none_is_kept(rng):
    text = "".join(rng.choices(DIGITS[:10], k=1000))
    for lengths in ([10, 0, 3, 150], [10, 0, 3], [1000]):
        pieces = [(len(piece), piece.tobytes().decode()) for piece in gathered(cut(text, lengths), 100)]
        assert "".join(content for _, content in pieces) == text
        assert all(length >= 100 for length, _ in pieces[:-1])
    small = list(gathered(cut(text, [10]), 100))
    assert "".join(piece.tobytes().decode() for piece in small) == text  # what was joined stays as it was
    assert list(gathered(iter([]), 5)) == []
    strided = np.frombuffer(text.encode(), np.uint8)[::2]
    assert next(gathered([strided], 1)).flags.c_contiguous


def test_a_result_shows_itself(million):
    text = million.text()[2:]
    (one,) = find(cut(text, [1 << 20]), 10, ["999999"])
    assert repr(one) == "Occurrences(999999, 2 times, at 762, 193_034, probability 0.593, 1_000_000 digits)"
    assert "762, 193_034" in one._repr_html_()
    assert "first occurrence" in one._repr_html_()
    (none,) = find(cut(text[:100], [100]), 10, ["999999"])
    assert repr(none) == "Occurrences(999999, 0 times, probability 8.56e-05, 100 digits)"
    assert "first occurrence" not in none._repr_html_()
