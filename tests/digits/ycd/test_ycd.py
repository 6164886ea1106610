""".ycd: headers to the byte, golden words, sets."""

import numpy as np
import pytest

import pi_engine
from pi_engine.digits.common.constants import PI
from pi_engine.digits.text.digit_text import DigitText
from pi_engine.digits.ycd.ycd_header import header_bytes, parse_header
from pi_engine.errors import CorruptFileError, UsageError
from tests.digits.digit_files import COUNT, text_of


def test_header_lengths():
    assert len(header_bytes(10, 10**11, 0)) == 200
    assert len(header_bytes(10, 10**11, 999)) == 202


def test_header_of_a_million_digits(tmp_path, million):
    million.write(tmp_path / "pi.ycd")
    content = (tmp_path / "pi.ycd").read_bytes()
    header = (
        b"#Compressed Digit File\r\n\r\nFileVersion:\t1.1.0\r\n\r\nBase:\t10\r\n\r\n"
        b"FirstDigits:\t3.14159265358979323846264338327950288419716939937510\r\n\r\nTotalDigits:\t0\r\n\r\n"
        b"Blocksize:\t1000000\r\nBlockID:\t0\r\n\r\nEndHeader\r\n\r\n\x00"
    )
    assert content.startswith(header)
    data = content[len(header) :]
    assert len(data) == 8 * 52_632
    assert data[:8] == bytes.fromhex("60e23eb8ae61a613")
    assert np.array_equal(np.frombuffer(data, "<u8"), million.words)


def test_hexadecimal_header(tmp_path, results):
    results[16].write(tmp_path / "pi.ycd")
    content = (tmp_path / "pi.ycd").read_bytes()
    assert b"Base:\t16\r\n\r\nFirstDigits:\t3.243f6a8885a308d313198a2e03707344a4093822299f31d008\r\n" in content
    header = parse_header(content, "pi.ycd")
    assert header[:5] == (16, f"3.{PI.hexadecimal}", 0, COUNT, 0)
    assert content[header.length :][:8] == bytes.fromhex("d308a385886a3f24")


def test_golden_words():
    decimal, hexadecimal = DigitText(10), DigitText(16)
    for text, digits, golden in (
        (decimal, b"1415926535897932384", "60e23eb8ae61a613"),
        (decimal, b"9445923078164062862", "8e22a231fea81683"),
        (hexadecimal, b"2a986eef0b6c137a", "7a136c0bef6e982a"),
    ):
        assert text.words(digits).astype("<u8").tobytes() == bytes.fromhex(golden)
        assert text.text(np.frombuffer(bytes.fromhex(golden), "<u8"), len(digits)) == digits.upper()


@pytest.mark.parametrize("base", [10, 16])
def test_a_set_in_seven_pieces(tmp_path, results, base):
    """Each file begins a new word; names may be padded with zeros; the last says how many digits there are."""
    size = -(-COUNT // 7)
    results[base].write(tmp_path / "pi.ycd", block_size=size)
    folder = tmp_path / "pi"
    pieces = sorted(folder.iterdir())
    assert [piece.name for piece in pieces] == [f"pi - {i}.ycd" for i in range(7)]
    for number, piece in enumerate(pieces):
        content = piece.read_bytes()
        header = parse_header(content, piece.name)
        last = number == 6
        assert header[2:5] == (COUNT if last else 0, size, number)
        digits = results[base].fraction_text[number * size : (number + 1) * size]
        assert header.digits == len(digits)
        words = DigitText(base).words(digits.encode()).astype("<u8").tobytes()
        assert content[header.length :] == words
    assert text_of(folder) == results[base].text()
    for number, piece in enumerate(pieces):
        piece.rename(piece.with_name(f"pi - {number:03}.ycd"))
    assert text_of(folder) == results[base].text()
    assert text_of(folder / "pi - 002.ycd") == results[base].text()


@pytest.fixture
def pieces(tmp_path, results):
    results[10].write(tmp_path / "pi.ycd", block_size=2000)
    return tmp_path / "pi"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "pi - 3.ycd").unlink(), r"pi - 3.ycd is missing from the set"),
        (lambda f: (f / "pi - 0.ycd").unlink(), r"pi - 0.ycd is missing from the set"),
        (lambda f: (f / "pi - 6.ycd").rename(f / "pi - 6 (incomplete).ycd"), "still being written"),
        (lambda f: (f / "pi - 03.ycd").write_bytes(b""), "are both file 3"),
        (lambda f: (f / "pi - 3.ycd").write_bytes((f / "pi - 2.ycd").read_bytes()), "says that it is file 2"),
        (lambda f: (f / "pi - 6.ycd").unlink(), None),
        (lambda f: (f / "pi - 7.ycd").write_bytes((f / "pi - 6.ycd").read_bytes()), "the last of its set"),
        (lambda f: (f / "pi - 2.ycd").write_bytes(header_bytes(10, 50, 2) + bytes(24)), "another block size"),
        (lambda f: (f / "pi - 2.ycd").write_bytes(header_bytes(16, 2000, 2) + bytes(1000)), "another base"),
        (lambda f: (f / "pi - 2.ycd").write_bytes(header_bytes(10, 2000, 2, 4100) + bytes(48)), "the last of its set"),
        (lambda f: (f / "pi - 2.ycd").write_bytes((f / "pi - 2.ycd").read_bytes()[:-8]), "truncated"),
        (lambda f: (f / "pi - 2.ycd").write_bytes(b"junk"), "header"),
    ],
)  # fmt: skip
def test_damaged_sets(pieces, damage, message):
    damage(pieces)
    if message is None:  # what is left is a whole set of fewer digits
        assert len(text_of(pieces)) == 12_002
        return
    with pytest.raises(CorruptFileError, match=message):
        text_of(pieces)


def test_a_total_must_be_that_of_the_set(pieces):
    last = pieces / "pi - 6.ycd"
    content = last.read_bytes()
    last.write_bytes(content.replace(b"TotalDigits:\t12345", b"TotalDigits:\t14000"))
    with pytest.raises(CorruptFileError, match="truncated"):
        text_of(pieces)
    last.unlink()
    previous = pieces / "pi - 5.ycd"
    previous.write_bytes(previous.read_bytes().replace(b"TotalDigits:\t0", b"TotalDigits:\t99999"))
    with pytest.raises(CorruptFileError, match="should have 99_999 digits, but its files hold 12_000"):
        text_of(pieces)


def test_folders_of_sets(pieces, results):
    (pieces / "e - 0.ycd").write_bytes(b"")
    (pieces / "readme.txt").write_text("other files do not matter")
    with pytest.raises(UsageError, match="holds 2 sets"):
        text_of(pieces)
    assert text_of(pieces / "pi - 4.ycd") == results[10].text()


def test_fifty_digits_at_least(tmp_path):
    with pytest.raises(UsageError, match="no files of fewer than 50 digits"):
        pi_engine.compute(49).write(tmp_path / "pi.ycd")
    with pytest.raises(UsageError, match="no blocks of fewer than 50 digits"):
        pi_engine.compute(490).write(tmp_path / "pi.ycd", block_size=40)
    pi_engine.compute(50).write(tmp_path / "pi.ycd")
    assert text_of(tmp_path / "pi.ycd") == f"3.{PI.decimal}"
