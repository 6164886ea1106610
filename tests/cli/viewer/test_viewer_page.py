"""What is on the screen, and searches in both directions, against naive ones."""

import pytest

from pi_engine.cli.viewer.digit_rows import groups_that_fit, rows
from pi_engine.cli.viewer.viewer_page import CURRENT, DIGITS, MATCH, POSITION, ViewerPage
from pi_engine.cli.viewer.viewer_search import next_place, pattern_of, previous_place
from pi_engine.errors import CorruptFileError, UsageError
from pi_engine.sequence.access.text_in_memory import TextInMemory
from pi_engine.sequence.digit_sequence import DigitSequence


def sequence(text, base=10):
    return DigitSequence(TextInMemory(text, 0), name="text", base=base, integer="3", format=None)


def shown(page):
    return ["".join(text for _, text in row) for row in page.rows()]


def pointed_out(page):
    """The digits on the page by kind."""
    kinds = {}
    for row in page.rows():
        for kind, text in row:
            kinds[kind] = kinds.get(kind, "") + text.replace(" ", "")
    return kinds


@pytest.mark.parametrize(
    ("columns", "group", "label", "groups"),
    [(80, 10, 1, 5), (80, 10, 9, 5), (160, 10, 9, 10), (1000, 10, 9, 90), (1, 10, 9, 1), (40, 10, 9, 2), (80, 0, 1, 70), (12, 0, 9, 1),
     (80, 7, 3, 5), (80, 200, 3, 1)],
)  # fmt: skip
def test_groups_that_fit_a_line(columns, group, label, groups):
    assert groups_that_fit(columns, group, label) == groups
    if groups > 1 and group:
        assert label + 2 + groups * (group + 1) - 1 <= columns


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_rows_do_not_depend_on_the_pieces(rng, size):
    text = "".join(rng.choices("0123456789", k=100))
    pieces = [text[i : i + size] for i in range(0, 100, size)]
    lines = "".join(rows(pieces, 950, 5, 3, 5)).splitlines()
    assert [line[:5] for line in lines] == [f"{x:>5_}" for x in range(950, 1050, 15)]
    assert "".join(line[7:].replace(" ", "") for line in lines) == text


def test_rows_before_an_error_are_given():
    def pieces():
        yield "12345"
        raise CorruptFileError("damaged")

    found = rows(pieces(), 1, 2, 2, 1)
    assert [next(found), next(found)] == ["1  12 34\n", "5  5\n"]
    with pytest.raises(CorruptFileError):
        next(found)


def test_a_page_at_every_size_shows_the_digits_in_order(rng):
    text = "".join(rng.choices("0123456789", k=rng.randrange(1, 3000)))
    page = ViewerPage(sequence(text), group=rng.choice([0, 1, 7, 10, 5000]))
    for _ in range(200):
        columns, lines = rng.randrange(1, 200), rng.randrange(-1, 60)
        page.resize(columns, lines)
        move = rng.randrange(4)
        if move == 0:
            page.move(rng.randrange(-50, 50))
        elif move == 1:
            place = rng.randrange(len(text))
            page.show(place)
            assert page.top <= place < page.stop
            columns = rng.randrange(1, 200)
            page.resize(columns, rng.randrange(1, 60))
            assert page.top <= place < page.stop or page.stop == len(text)
        elif move == 2:
            page.end()
            assert page.stop == len(text)
            whole = page.top == 0
            columns = rng.randrange(1, 200)
            page.resize(columns, rng.randrange(1, 60))
            assert (page.stop == len(text) or whole) and shown(page)
        assert page.top % page.row == 0 and 0 <= page.top < len(text)
        found = "".join(text for row in page.rows() for kind, text in row if kind != POSITION)
        assert found.replace(" ", "") == text[page.top : page.stop]
        assert all(
            int(row[0][1].replace("_", "")) == page.top + 1 + i * page.row
            for i, row in enumerate(page.rows())
            if row[0][0] == POSITION
        )
        if page.group < page._group:
            assert all(len(row) <= columns for row in shown(page))


def test_an_empty_file_is_an_empty_page():
    page = ViewerPage(sequence(""), group=10)
    page.end()
    page.move(5)
    page.show(0)
    assert shown(page) == [] and page.stop == 0


def test_what_was_found_is_pointed_out_across_rows_and_groups():
    page = ViewerPage(sequence("12" * 20 + "9999" + "12" * 20), group=5)
    page.resize(15, 10)
    assert page.row == 10
    page.pattern = b"9999"
    page.show(40, 4)
    assert pointed_out(page)[CURRENT] == "9999"
    page.pattern = b"2121"
    page.show(1, 4)
    assert pointed_out(page)[CURRENT] == "2121" and len(pointed_out(page)[MATCH]) > 20
    page.resize(15, 1)
    page.move(1)
    row = page.rows()[0]
    assert row[1:] == [(MATCH, "12121 21212")]  # matches go on above and below


def test_a_mark_is_kept_in_view_with_a_row_or_two_above():
    page = ViewerPage(sequence("0" * 10_000), group=10)
    page.resize(80, 20)
    page.show(5000)
    assert page.top == 5000 // 50 * 50 - 100
    page.show(5050)
    assert page.top == 4900  # it is on the page already
    page.show(100)
    assert page.top == 0


def test_damaged_digits_leave_those_before_and_a_message():
    class Damaged(TextInMemory):
        def pieces(self, start, stop):
            yield from super().pieces(start, min(stop, 120))
            if stop > 120:
                raise CorruptFileError("the word at byte 7 is damaged")

    digits = DigitSequence(Damaged("1" * 500, 0), name="text", base=10, integer="3", format=None)
    page = ViewerPage(digits, group=10)
    page.resize(80, 2)
    page.rows()
    assert page.error == ""
    page.move(1)
    assert shown(page) == ["     51  " + " ".join(["1" * 10] * 5), "    101  1111111111 1111111111"][:2] or page.error
    assert page.error == "the word at byte 7 is damaged"
    page.move(-1)
    page.rows()
    assert page.error == ""


def quiet(_place):
    pass


def test_searches_find_what_a_naive_one_finds(rng, monkeypatch):
    monkeypatch.setattr("pi_engine.sequence.access.text_in_memory.PIECE", 7)
    monkeypatch.setattr("pi_engine.cli.viewer.viewer_search._BACK", 5)
    for _ in range(300):
        text = "".join(rng.choices("01", k=rng.randrange(0, 60)))
        pattern = "".join(rng.choices("01", k=rng.randrange(1, 12)))
        place = rng.randrange(len(text) + 2)
        digits = sequence(text)
        found = text.find(pattern, place)
        assert next_place(digits, pattern.encode(), place, quiet) == (None if found < 0 else found)
        found = text.rfind(pattern, 0, place + len(pattern) - 1)
        assert previous_place(digits, pattern.encode(), place, quiet) == (None if found < 0 else found)


def test_a_search_says_how_far_it_is_and_ends_when_told(monkeypatch):
    monkeypatch.setattr("pi_engine.sequence.access.text_in_memory.PIECE", 10)
    monkeypatch.setattr("pi_engine.cli.viewer.viewer_search._BACK", 10)
    for find, start, expected in ((next_place, 5, [14, 24, 34]), (previous_place, 95, [85, 75, 65])):
        places = []

        def report(place, places=places):
            places.append(place)
            if len(places) == 3:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            find(sequence("0" * 100), b"12", start, report)
        assert places == expected


@pytest.mark.parametrize(
    ("text", "base", "pattern"),
    [
        ("1415 9265", 10, b"14159265"),
        ("1_000,0", 10, b"10000"),
        ("ff0a", 16, b"FF0A"),
        (" 7 ", 8, b"7"),
        ("0101", 2, b"0101"),
    ],
)
def test_patterns_may_be_grouped(text, base, pattern):
    assert pattern_of(text, base) == pattern


@pytest.mark.parametrize(
    ("text", "base"), [("", 10), (" _ ", 10), ("12a", 10), ("2", 2), ("8", 8), ("3.14", 10), ("٣", 10), ("g", 16)]
)
def test_what_is_no_pattern(text, base):
    with pytest.raises(UsageError):
        pattern_of(text, base)


def test_without_matches_a_row_is_one_piece():
    page = ViewerPage(sequence("1" * 100), group=10)
    page.resize(80, 2)
    assert [kind for kind, _ in page.rows()[0]] == [POSITION, DIGITS]
