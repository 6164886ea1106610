"""Counters of many lines, which pass a thousand and a million: every way to write their thousands, at either end of a line."""

import pytest

from tests.digits.digit_files import written
from tests.digits.text.layout.layout_digits import true_digits
from tests.digits.text.layout.layout_verdicts import answer_of_reader

D = true_digits(10)
SEPARATORS = {
    "none": "",
    "underscores": "_",
    "commas": ",",
    "points": ".",
    "apostrophes": "'",
    "curly": "\u2019",
    "blanks": " ",
}
SEPARATORS |= {"no-break spaces": "\u00a0", "narrow no-break spaces": "\u202f", "thin spaces": "\u2009"}

COUNTED = {"before": 0, "from 1": 1, "with the 3": 2}
"""What a counter at the beginning of a line says more than there are digits before it."""


def shown(number, separator):
    return f"{number:,}".replace(",", separator)


def rows_of(digits, each):
    return [digits[i : i + each] for i in range(0, len(digits), each)]


def read(tmp_path, text):
    return answer_of_reader(written(tmp_path, text))


def grouped(row, group):
    return " ".join(rows_of(row, group)) if group else row


@pytest.fixture(params=SEPARATORS.values(), ids=SEPARATORS)
def separator(request):
    return request.param


@pytest.mark.parametrize("group", [0, 10, 3])
@pytest.mark.parametrize("ahead", COUNTED.values(), ids=COUNTED)
@pytest.mark.parametrize("gap", [" ", "  ", "\t"], ids=["blank", "blanks", "tabulator"])
def test_counters_of_digits_at_the_beginning(tmp_path, separator, group, ahead, gap):
    rows = rows_of(D[:2400], 60)
    text = "".join(f"{shown(60 * i + ahead, separator):>9}{gap}{grouped(row, group)}\n" for i, row in enumerate(rows))
    assert read(tmp_path, text)[:2] == ("ok", 2400)


@pytest.mark.parametrize("mark", ["", ":", " |"])
@pytest.mark.parametrize("group", [0, 10])
def test_counters_of_lines_at_the_beginning(tmp_path, separator, group, mark):
    rows = rows_of(D[:11_000], 10)
    text = "".join(f"{shown(i, separator):>9}{mark} {grouped(row, group)}\n" for i, row in enumerate(rows, start=1))
    assert read(tmp_path, text)[:2] == ("ok", 11_000)


@pytest.mark.parametrize("mark", ["", ": ", "("])
@pytest.mark.parametrize("group", [0, 10])
def test_counters_at_the_end(tmp_path, separator, group, mark):
    rows = rows_of(D[:2400], 60)
    close = ")" if mark == "(" else ""
    text = "".join(
        f"{'3.' if i == 0 else ''}{grouped(row, group)} {mark}{shown(60 * i + 60, separator)}{close}\n"
        for i, row in enumerate(rows)
    )
    assert read(tmp_path, text)[:2] == ("ok", 2400)


def test_long_lines_begin_with_a_grouped_counter(tmp_path, separator):
    rows = rows_of(D[:8000], 1000)
    text = "".join(f"{row} {shown(1000 * i, separator)}\n" for i, row in enumerate(rows, start=1))
    if separator not in {" ", "\u00a0", "\u202f", "\u2009"}:  # a first counter with blanks looks like digits
        assert read(tmp_path, text)[:2] == ("ok", 8000)


@pytest.mark.parametrize("form", ["{begin} {row}", "{begin}: {row}", "{row} {end}", "{row} : {end}"])
@pytest.mark.parametrize("count", [30, 3000])
def test_counters_that_agree_no_more_are_told(tmp_path, form, count):
    """Ten digits are missing in the middle of the text: the reading goes on, and a note says from which line on."""
    rows = rows_of(D[: 10 * count], 10)
    lines = [form.format(begin=10 * i + 1, row=row, end=10 * i + 10) for i, row in enumerate(rows)]
    whole = read(tmp_path, "\n".join(lines) + "\n").notes
    assert not any("says" in note or "has no counter" in note for note in whole)
    del lines[count // 2]
    notes = read(tmp_path, "\n".join(lines) + "\n").notes
    told = [note for note in notes if "the counter in line" in note]
    assert len(told) == 1
    assert "digits" in told[0]


def test_a_line_without_its_counter_is_told(tmp_path):
    rows = rows_of(D[:2000], 50)
    lines = [f"{50 * i + 1} {grouped(row, 10)}" for i, row in enumerate(rows)]
    lines[20] = grouped(rows[20], 10)
    notes = read(tmp_path, "\n".join(lines) + "\n").notes
    assert [note for note in notes if "line 21 " in note] != []


@pytest.mark.parametrize("gap", range(3, 12))
@pytest.mark.parametrize("mark", ["", ":"])
def test_line_numbers_that_jump_are_still_no_digits(tmp_path, gap, mark):
    """As where lines have been cut out and the numbers stayed: the digits are π's, whatever the counters say."""
    rows = rows_of(D[:1000], 10)
    numbers = [i if i <= gap else i + 1 for i in range(1, 101)]
    lines = [f"{n}{mark} {'3.' if n == 1 else ''}{row}" for n, row in zip(numbers, rows, strict=True)]
    assert read(tmp_path, "\n".join(lines) + "\n")[:2] == ("ok", 1000)
