"""What another process needs to read the same digits, and what it says where it cannot."""

import os
import pickle
import shutil
from pathlib import Path

import pytest

import pi_engine
from pi_engine.errors import UsageError
from pi_engine.sequence.access import text_access
from pi_engine.sequence.digit_sequence import DigitSequence
from pi_engine.sequence.shared_digits import MOST_SENT, FileSample, SharedDigits, UnreadableError


def text_of(shared, start, stop):
    with pickle.loads(pickle.dumps(shared)).opened() as access:
        return b"".join(piece.tobytes() for piece in access.pieces(start, stop)).decode()


@pytest.mark.parametrize("name", ["pi.ycd", "set", "many", "pi.txt", "lines.txt", "set/set - 3.ycd", "wide.txt"])
def test_the_same_digits_are_read_elsewhere(files, ninety, name, monkeypatch):
    """A short text is read there whatever its layout."""
    monkeypatch.chdir(files)
    with pi_engine.open(name) as digits:
        shared = SharedDigits.of(digits)
    assert (shared.digits, shared.base) == (90_000, 10) and Path(shared.path).is_absolute()
    monkeypatch.chdir("/")
    assert text_of(shared, 80_000, 80_100) == ninety[80_002:80_102]


def test_few_computed_digits_are_sent(ninety):
    shared = SharedDigits.of(DigitSequence.computed(1000))
    assert shared.path is None and text_of(shared, 10, 20) == ninety[12:22]


@pytest.mark.usefixtures("home")
def test_digits_of_the_store_are_read_there():
    with DigitSequence.computed(200_000) as digits:
        shared = SharedDigits.of(digits)
    assert shared.path.endswith(".ycd") and shared.text is None
    with DigitSequence.computed(150_000) as fewer:  # from the same file
        assert fewer.path == shared.path and SharedDigits.of(fewer).digits == 150_000
    assert text_of(shared, 199_990, 200_000) == DigitSequence.computed(200_000, cache=False).text(199_990)


def test_many_digits_in_memory_are_refused(monkeypatch):
    monkeypatch.setattr("pi_engine.sequence.shared_digits.MOST_SENT", 999)
    assert MOST_SENT > 999
    with pytest.raises(
        UsageError, match=r"in the memory of this process, where no worker can read them: .* --no-cache"
    ):
        SharedDigits.of(DigitSequence.computed(1000))


@pytest.mark.parametrize("name", ["pi.gz", "wide.txt", "odd.txt", "pipe"])
def test_what_is_read_from_its_beginning_is_refused(files, tmp_path, ninety, rng, name, monkeypatch):
    monkeypatch.setattr(text_access, "LEAST_BYTES", 1000)
    path = files / name
    if name == "odd.txt":
        path = tmp_path / name
        path.write_text("".join(f"{ninety[i : i + rng.randint(40, 47)]}\n" for i in range(2, 30_000, 50)))
    if name == "pipe":
        reading, writing = os.pipe()
        os.write(writing, ninety[:500].encode())
        os.close(writing)
        path = f"/dev/fd/{reading}"
    with (
        pi_engine.open(path) as digits,
        pytest.raises(UsageError, match=r"read from its beginning, by one process: .*conver"),
    ):
        SharedDigits.of(digits)
    assert digits.known_length is None  # they were not counted in vain


def test_digits_that_were_put_aside_are_not_there_for_others(files):
    with pi_engine.open(files / "pi.gz").with_random_access() as digits, pytest.raises(UsageError, match="beginning"):
        SharedDigits.of(digits)


def test_a_layout_that_changes_on_the_way_is_refused(tmp_path, million, monkeypatch):
    """The places behind it are calculated in vain."""
    monkeypatch.setattr(text_access, "LEAST_BYTES", 1000)
    digits = million.text()[2:]
    lines = [digits[i : i + 50] for i in range(0, len(digits), 50)]
    lines[7000:7002] = [lines[7000] + lines[7001][:10], lines[7001][10:]]
    path = tmp_path / "pi.txt"
    path.write_text("\n".join(lines) + "\n")
    with pi_engine.open(path) as opened:
        shared = SharedDigits.of(opened)
    with pytest.raises(UsageError, match="read from its beginning"), shared.opened() as access:
        for _ in access.pieces(340_000, 360_000):
            pass


def test_a_file_that_is_another_one_there(files, tmp_path):
    path = tmp_path / "pi.ycd"
    shutil.copy(files / "pi.ycd", path)
    with pi_engine.open(path) as digits:
        shared = SharedDigits.of(digits)
    content = path.read_bytes()
    path.write_bytes(content + b"x")
    with pytest.raises(
        UnreadableError, match=rf"pi.ycd has {len(content) + 1:_} bytes there, and {len(content):_} here"
    ):
        text_of(shared, 0, 1)
    path.write_bytes(bytes(byte ^ 1 for byte in content))
    with pytest.raises(UnreadableError, match=r"has other bytes there from [0-9_]+ on than here"):
        text_of(shared, 0, 1)
    path.unlink()
    with pytest.raises(UnreadableError, match=r"cannot be read there \(No such file or directory\)"):
        text_of(shared, 0, 1)


def test_a_set_that_lacks_a_file_there(files, tmp_path):
    shutil.copytree(files / "set", tmp_path / "set")
    with pi_engine.open(tmp_path / "set") as digits:
        shared = SharedDigits.of(digits)
    (tmp_path / "set" / "set - 8.ycd").unlink()
    with pytest.raises(UnreadableError, match=r"set - 8.ycd cannot be read there"):
        text_of(shared, 0, 1)


def test_samples_of_files_of_any_size(tmp_path, rng):
    for size in (0, 1, 63, 64, 65, 1000):
        path = tmp_path / "file"
        path.write_bytes(rng.randbytes(size))
        sample = FileSample.taken(str(path), 16)
        assert sample.size == size and sample.difference() is None
