"""Text that is read at places that are calculated: the same digits as the reader of texts finds, in every layout."""

import pytest

import pi_engine
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.text import digit_text
from pi_engine.errors import PiEngineError
from pi_engine.sequence.access import text_access
from tests.conftest import MULTIPLIER
from tests.digits.text.layout.layouts import random_layout


@pytest.fixture(autouse=True)
def small_windows(monkeypatch):
    """Layouts are looked at in a few hundred bytes, so that short texts have a middle."""
    monkeypatch.setattr(text_access, "LEAST_BYTES", 400)
    monkeypatch.setattr(text_access, "_LOOKED_AT", 1 << 11)
    monkeypatch.setattr(text_access, "_SAMPLE", 64)


def as_converted(path, base=None):
    """The digits that `convert` would write, and whether it would fail behind them."""
    pieces = []
    with DigitFile(path, base=base) as file:
        try:
            for piece in file.pieces():
                pieces.append(bytes(piece))  # noqa: PERF401 (those before an error count)
        except PiEngineError:
            return b"".join(pieces).decode().upper(), False
    return b"".join(pieces).decode().upper(), True


def regular_text(rng, digits, base=10):
    """A text of lines and groups that are alike, as programs write them; and what it was made of."""
    group = rng.choice([0, 1, 3, 5, 7, 10, 10, 64])
    line = rng.choice([0, 10, 50, 50, 99, 1000]) if group == 0 else group * rng.choice([0, 1, 5, 10, 17])
    gap, end = rng.choice([" ", " ", "  ", ",", "_", "\t"]), rng.choice(["\n", "\n", "\r\n", "\n\n"])
    lead = rng.choice(["", "", " ", "\t"])
    block = rng.choice([0, 0, 10])
    lines = [digits[i : i + line] for i in range(0, len(digits), line)] if line else [digits]
    rows = []
    for i, row in enumerate(lines):
        grouped = gap.join(row[j : j + group] for j in range(0, len(row), group)) if group else row
        rows.append((lead if i else "") + grouped + (end if block and (i + 1) % block == 0 else ""))
    head = (
        rng.choice(["3.", "3.", "3.\n", "3. ", "Pi = 3.", "# pi\n3."]) if base == 10 else "11." if base == 2 else "3."
    )
    if rng.random() < 0.2:
        rows = [row.lower() for row in rows]
    return head + end.join(rows) + rng.choice(["", "\n", "\r\n", " \n\n"])


@pytest.mark.parametrize("round_", range(round(30 * MULTIPLIER)))
def test_regular_layouts_read_like_the_reader(million, tmp_path, rng, round_):
    digits = million.text()[2 : 2 + rng.randrange(2000, 9000)]
    text = regular_text(rng, digits)
    path = tmp_path / "pi.txt"
    path.write_bytes(text.encode())
    expected, sound = as_converted(path)
    assert sound and expected == digits
    with pi_engine.open(path) as found:
        if found._access.regular:
            assert len(found) == len(digits)
        for _ in range(20):
            start = rng.randrange(len(digits) + 10)
            stop = start + rng.choice([1, 10, 1000, 10_000])
            assert found.text(start, stop) == digits[start:stop], text[:200]
        assert len(found) == len(digits) and found.text(len(digits) - 1) == digits[-1]


def test_most_regular_layouts_are_seen_as_such(million, tmp_path, rng):
    """Else the test above would show nothing."""
    regular = 0
    for _ in range(30):
        (tmp_path / "pi.txt").write_bytes(regular_text(rng, million.text()[2:9000]).encode())
        with pi_engine.open(tmp_path / "pi.txt") as digits:
            regular += digits._access.regular
    assert regular >= 10


@pytest.mark.parametrize("base", [2, 8, 16])
def test_other_bases(tmp_path, rng, base):
    bits = "".join(f"{int(digit, 16):04b}" for digit in pi_engine.compute(4000, base=16).text()[2:])
    width = base.bit_length() - 1
    digits = "".join(f"{int(bits[i : i + width], 2):X}" for i in range(0, 12_000, width))
    for _ in range(3):
        path = tmp_path / "pi.txt"
        path.write_bytes(regular_text(rng, digits, base).encode())
        expected, _ = as_converted(path, base)
        with pi_engine.open(path, base=base) as found:
            for _ in range(10):
                start = rng.randrange(len(digits))
                assert found.text(start, start + 600) == expected[start : start + 600]


@pytest.mark.parametrize("round_", range(round(10 * MULTIPLIER)))
def test_any_layout_reads_like_the_reader(tmp_path, rng, round_):
    """By the grammar of layouts: headers, counters, pages, quotation marks, HTML."""
    layout = random_layout(rng)
    path = tmp_path / "pi.txt"
    path.write_bytes(layout.content)
    base = layout.base if layout.told else None
    try:
        expected, sound = as_converted(path, base)
    except PiEngineError:
        with pytest.raises(PiEngineError):
            pi_engine.open(path, base=base)
        return
    with pi_engine.open(path, base=base) as found:
        if sound:
            assert len(found) == len(expected)
        for _ in range(3):
            start = rng.randrange(len(expected) + 1)
            stop = rng.randrange(start, len(expected) + 1)
            assert found.text(start, stop) == expected[start:stop], layout.shapes


def damaged(rng, text, place):
    kind = rng.randrange(4)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return text[:place] + b"7" + text[place:]
    if kind == 2:
        return text[:place] + b"x" + text[place + 1 :]
    return text[:place] + b"\n" + text[place:]


@pytest.mark.parametrize("round_", range(round(30 * MULTIPLIER)))
def test_damage_where_it_can_be_seen_is_seen(million, tmp_path, rng, round_):
    """In the lines at the beginning, in those at the end, and in those that are read: never a digit at another place."""
    digits = million.text()[2 : 2 + 20_000]
    text = ("3.\n" + "".join(f"{digits[i : i + 50]}\n" for i in range(0, len(digits), 50))).encode()
    seen = text_access._LOOKED_AT
    place = rng.choice([rng.randrange(60, seen), len(text) - rng.randrange(2, seen)])
    path = tmp_path / "pi.txt"
    path.write_bytes(damaged(rng, text, place))
    expected, sound = as_converted(path)
    with pi_engine.open(path) as found:
        for _ in range(5):
            start = rng.randrange(1, len(expected))
            try:
                assert found.text(start, start + 100) == expected[start : start + 100]
            except PiEngineError:
                assert not sound
        if sound:
            assert len(found) == len(expected)


def test_what_is_read_is_compared_with_the_layout(million, tmp_path):
    """A line in the middle that is shorter, and another that is longer: told when one of them is read."""
    digits = million.text()[2 : 2 + 200_000]
    lines = [digits[i : i + 50] for i in range(0, len(digits), 50)]
    lines[2000], lines[2001] = lines[2000] + lines[2001][:1], lines[2001][1:]
    (tmp_path / "pi.txt").write_text("3.\n" + "".join(f"{line}\n" for line in lines))
    with pi_engine.open(tmp_path / "pi.txt") as found:
        assert found.text(99_900, 100_200) == digits[99_900:100_200]
        assert not found._access.regular and len(found) == len(digits)


@pytest.mark.parametrize("short", [30, 300, 600])
def test_lines_between_a_shorter_and_a_longer_one_are_not_misplaced(million, tmp_path, monkeypatch, short):
    """They are seen in the line that is read, also without the places in between, and the text is read from its beginning."""
    monkeypatch.setattr(text_access, "_SAMPLES", 1)
    digits = million.text()[2 : 2 + 50_000]
    lines = [digits[i : i + 50] for i in range(0, len(digits), 50)]
    rest = "".join(lines[short : short + 300])
    lines[short : short + 300] = [rest[:49], *(rest[i : i + 50] for i in range(49, 14_949, 50)), rest[14_949:]]
    assert "".join(lines) == digits and {*map(len, lines)} == {49, 50, 51}
    (tmp_path / "pi.txt").write_text("3.\n" + "".join(f"{line}\n" for line in lines))
    with pi_engine.open(tmp_path / "pi.txt") as found:
        place = 50 * (short + 150)
        assert found.text(place, place + 3) == digits[place : place + 3]
        assert not found._access.regular


def test_a_blank_in_place_of_a_digit_is_seen_where_it_is_looked_at(million, tmp_path):
    """As many bytes and fewer digits: every position behind it would be moved."""
    digits = million.text()[2 : 2 + 50_000]
    text = "3.\n" + "".join(f"{digits[i : i + 50]}\n" for i in range(0, len(digits), 50))
    (tmp_path / "pi.txt").write_text(text)
    with pi_engine.open(tmp_path / "pi.txt") as found:
        origin = found._access._layout.origin
    place = origin + (len(text) - text_access._LOOKED_AT - origin) * 5 // 32 + 20
    place += text[place] == "\n"
    (tmp_path / "pi.txt").write_text(text[:place] + " " + text[place + 1 :])
    expected, sound = as_converted(tmp_path / "pi.txt")
    with pi_engine.open(tmp_path / "pi.txt") as found:
        assert sound and len(found) == len(expected) == 49_999
        assert found.text(40_000, 40_050) == expected[40_000:40_050]


def test_a_look_at_a_text_is_no_reason_for_kernels(million, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(digit_text, "kernels_pay", lambda characters: bool(asked.append(characters)))
    (tmp_path / "pi.txt").write_text(million.text() + million.text()[2:] * 2)
    with pi_engine.open(tmp_path / "pi.txt") as found:
        for place in (0, 5, 2_999_000):
            found.text(place, place + 100)
        assert max(asked) < 2_100_000  # pieces of the reader, not the file
        list(found.characters())
        assert max(asked) > 2_900_000


def test_a_line_lost_in_the_middle_moves_no_digit_behind_it(million, tmp_path):
    """What is missing is missing for `convert` as well."""
    digits = million.text()[2 : 2 + 50_000]
    lines = [digits[i : i + 50] for i in range(0, len(digits), 50) if i != 25_000]
    (tmp_path / "pi.txt").write_text("3.\n" + "".join(f"{line}\n" for line in lines))
    with pi_engine.open(tmp_path / "pi.txt") as found:
        assert len(found) == 49_950 and found.text(25_000, 25_050) == digits[25_050:25_100]


@pytest.mark.parametrize("behind", ["20000\n", "  20001\n", "(20000 digits)\n", "20000", "x\n", "\x00"])
def test_what_stands_behind_the_digits_is_no_digit(million, tmp_path, behind):
    digits = million.text()[2 : 2 + 20_000]
    for text in ("3.\n" + "".join(f"{digits[i : i + 50]}\n" for i in range(0, 20_000, 50)), f"3.{digits}\n"):
        path = tmp_path / "pi.txt"
        path.write_text(text + behind)
        expected, sound = as_converted(path)
        with pi_engine.open(path) as found:
            assert found.text(19_990, 20_000) == digits[19_990:] == expected[19_990:20_000]
            if sound:
                assert len(found) == len(expected)
