"""Digits as a Python sequence: indices, slices, strings, files of every kind, threads, files that change."""

import gc
import os
import threading

import numpy as np
import pytest

import pi_engine
from pi_engine.errors import CapacityError, CorruptFileError, UsageError
from pi_engine.sequence.access import text_access, ycd_access
from pi_engine.sequence.digit_sequence import DigitSequence
from tests.command import run_code

WAYS = {
    "ycd": "pi.ycd", "set": "set", "big set": "many", "text": "pi.txt", "lines": "lines.txt", "gz": "pi.gz", "aside": "pi.gz",
    "utf-16": "wide.txt", "computed": "",
}  # fmt: skip


@pytest.fixture(params=WAYS)
def digits(request, files, monkeypatch):
    """The same digits, from everywhere that they can come from."""
    monkeypatch.setattr(text_access, "LEAST_BYTES", 1000)
    with (
        DigitSequence.computed(90_000) if request.param == "computed" else pi_engine.open(files / WAYS[request.param])
    ) as found:
        yield found.with_random_access() if request.param == "aside" else found


def test_it_is_a_sequence(digits, ninety, rng):
    values = [int(digit) for digit in ninety[2:]]
    assert (digits.base, digits.integer) == (10, "3") and bool(digits)
    assert len(digits) == len(values)
    for _ in range(8):
        place = rng.randrange(-len(values), len(values))
        assert digits[place] == values[place] and type(digits[place]) is int
        assert digits[np.int64(place)] == values[place]
        start, stop = (rng.choice([None, rng.randrange(-100_000, 100_000)]) for _ in range(2))
        step = rng.choice([None, 1, 2, -1, -7, 1000, -5000, 10**30])
        found = digits[start:stop:step]
        assert isinstance(found, np.ndarray) and found.dtype == np.uint8
        assert found.tolist() == values[start:stop:step], (start, stop, step)
        assert digits.text(abs(place)) == ninety[2 + abs(place) :]
        assert digits.text(abs(place), abs(place) + 60) == ninety[2 + abs(place) :][:60]
    for place in (len(values), -len(values) - 1, 10**30):
        with pytest.raises(IndexError, match="there are 90_000 digits"):
            digits[place]
    with pytest.raises(TypeError, match="integer or a slice, not str"):
        digits["1"]
    with pytest.raises(ValueError, match="zero"):
        digits[::0]
    with pytest.raises(UsageError):
        digits.text(-1)
    assert list(digits) == values and list(reversed(digits)) == values[::-1]
    assert b"".join(piece.tobytes() for piece in digits.characters(5, 5)) == b""


def test_strings_of_digits_are_in_it(digits, ninety):
    assert "999999" in digits and ninety[50_000:50_100] in digits and ninety[-3:] in digits
    assert "" in digits and 7 in digits
    assert (
        "123456789" not in digits
        and "A" not in digits
        and 10 not in digits
        and -1 not in digits
        and "3.14" not in digits
    )
    with pytest.raises(TypeError, match="str of digits"):
        1.5 in digits  # noqa: B015 (the question is what raises)


def test_it_shows_itself(files):
    with pi_engine.open(files / "pi.ycd") as digits:
        assert repr(digits).startswith("DigitSequence(") and ">90_000<" in digits._repr_html_()
    with pi_engine.open(files / "pi.gz") as digits:
        assert digits.known_length is None and "not counted yet" in digits._repr_html_()
        assert len(digits) == 90_000 and digits.known_length == 90_000
    assert repr(DigitSequence.computed(10)) == "DigitSequence(π, 10 digits)"


@pytest.mark.parametrize("name", ["pi.ycd", "set", "many", "pi.txt", "pi.gz"])
def test_after_closing_nothing_is_read(files, name):
    digits = pi_engine.open(str(files / name))
    digits.close()
    digits.close()
    with pytest.raises(ValueError, match="is closed"):
        digits.text(0, 5)
    with pytest.raises(ValueError, match="is closed"):
        digits[3]


def test_what_cannot_be_opened(files, tmp_path):
    for path in (tmp_path, tmp_path / "missing", "", "x" * 300):
        with pytest.raises(UsageError):
            pi_engine.open(path)
    (tmp_path / "empty").touch()
    (tmp_path / "words").write_text("no digits here")
    for name in ("empty", "words"):
        with pytest.raises(CorruptFileError):
            pi_engine.open(tmp_path / name)
    for base in (7, 1, 0, -10):
        with pytest.raises(UsageError, match="give 2, 8, 10 or 16"):
            pi_engine.open(files / "pi.txt", base=base)
    with pytest.raises(UsageError, match="base 10, not 16"):
        pi_engine.open(files / "pi.ycd", base=16)
    with pytest.raises(TypeError, match="base takes"):
        pi_engine.open(files / "pi.txt", base="16")
    with pytest.raises(TypeError, match="str or Path, not bytes"):
        pi_engine.open(os.fsencode(files / "pi.txt"))
    with pytest.raises(UsageError):
        DigitSequence.computed(-1)
    with pytest.raises(UsageError):
        DigitSequence.computed(10, base=2)
    with pytest.raises(CapacityError):
        DigitSequence.computed(10**12)


@pytest.mark.parametrize(
    ("base", "text"),
    [(2, "11.0010010000111111011"), (8, "3.1103755242102643"), (16, "3.243f6a8885a308d3"), (10, "3."), (10, "3")],
)
def test_other_bases_and_no_digits(tmp_path, base, text):
    (tmp_path / "pi.txt").write_text(text)
    digits = pi_engine.open(tmp_path / "pi.txt", base=None if len(text) > 3 else 10)
    after = text.partition(".")[2].upper()
    assert (digits.base, digits.text(), len(digits)) == (base, after, len(after))
    assert digits[:].tolist() == [int(digit, 16) for digit in after] == list(digits)
    if base == 16:
        assert "3f6A" in digits and 15 in digits and "G" not in digits


def test_a_pipe_is_read_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_text("3.14159265358979"))
    writer.start()
    with pi_engine.open(tmp_path / "pipe") as digits:
        writer.join()
        assert digits.text() == "14159265358979" and len(digits) == 14
        with pytest.raises(UsageError, match="can be read only once"):
            digits.text()


def test_threads_read_at_once(digits, ninety, rng):
    places = [rng.randrange(89_000) for _ in range(40)]
    wrong = []

    def read(own):
        wrong.extend(place for place in own if digits.text(place, place + 500) != ninety[2 + place :][:500])

    threads = [threading.Thread(target=read, args=(places[i::8],)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_set_of_more_files_than_can_be_open(files, monkeypatch, ninety):
    script = f"""
import resource, pi_engine
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
digits = pi_engine.open({str(files / "many")!r})
print(len(digits), digits.text(1000, 1020), digits[::1000].sum())
"""
    done = run_code(script)
    expected = sum(int(digit) for digit in ninety[2::1000])
    assert done.stdout == f"90000 {ninety[1002:1022]} {expected}\n", done.stderr
    assert len(list((files / "many").iterdir())) > ycd_access.MOST_OPEN


def test_a_sequence_that_is_not_held_is_read_to_its_end(files, ninety):
    pieces = pi_engine.open(files / "set").characters(5)
    gc.collect()
    assert b"".join(piece.tobytes() for piece in pieces).decode() == ninety[7:]


def test_memory_does_not_grow_with_the_file(tmp_path):
    """A million digits from the middle of 10^11, in a sparse file; one in a million of 10^9."""
    script = f"""
import resource, pi_engine
from pathlib import Path
from pi_engine.digits.ycd.ycd_header import header_bytes
path = Path({str(tmp_path / "zeros.ycd")!r})
header = header_bytes(10, 10**11, first="3." + "0" * 50)
with path.open("wb") as stream:
    stream.write(header)
    stream.truncate(len(header) + 8 * -(-10**11 // 19))
digits = pi_engine.open(path)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert digits[10**10 : 10**10 + 10**6].sum() == 0 and digits[-1] == 0
assert len(digits[: 10**8 : 10**6]) == 100
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""
    done = run_code(script)
    assert int(done.stdout) < 40, done.stderr


def test_where_patterns_stand(files, ninety):
    digits = ninety[2:]
    for name in ("pi.ycd", "many", "pi.txt"):
        with pi_engine.open(files / name) as sequence:
            found = sequence.find("26535")
            places = [i + 1 for i in range(len(digits)) if digits.startswith("26535", i)]
            assert (found.count, found.positions.tolist(), found.digits) == (len(places), places, 90_000)
            few, none = sequence.find_all(["9?9?9", "123456789"], limit=2)
            assert few.count == sum(digits[i : i + 5 : 2] == "999" for i in range(len(digits) - 4))
            assert len(few.positions) == 2 and not none
            with pytest.raises(UsageError, match="'x' is not a pattern"):
                sequence.find("x")


def test_statistics_of_a_sequence(files, ninety):
    pytest.importorskip("scipy")
    with pi_engine.open(files / "pi.ycd") as sequence:
        found = sequence.stats(kgrams=2)
    assert list(found.counts) == [ninety[2:].count(digit) for digit in "0123456789"]
    assert found.digits == 90_000
