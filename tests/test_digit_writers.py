"""Writers of every format, sets of .ycd files, and conversion between all of them."""

import errno
import gzip
import json
import lzma
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import zstandard

import pi_engine
from pi_engine.cli.main import run
from pi_engine.digits import writer
from pi_engine.digits.compression import compressed
from pi_engine.digits.constants import PI
from pi_engine.digits.conversion import convert
from pi_engine.digits.digit_text import DigitText
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.ycd_header import header_bytes, parse_header
from pi_engine.errors import CapacityError, CorruptFileError, UsageError, VerificationError

from .conftest import MULTIPLIER

COUNT = 12_345
FORMATS = {"text": "pi.txt", "gz": "pi.txt.gz", "xz": "pi.txt.xz", "zst": "pi.txt.zst", "ycd": "pi.ycd"}


@pytest.fixture(scope="module")
def results():
    return {base: pi_engine.compute(COUNT, base=base) for base in (10, 16)}


def text_of(path):
    with DigitFile(path) as file:
        text = DigitText(file.base)
        digits = b"".join(text.text(block.words, block.digits) for block in file.blocks())
    return f"{file.integer}.{digits.decode()}"


# ---------------------------------------------------------------- .ycd, to the byte


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


# ---------------------------------------------------------------- compressed text


@pytest.mark.parametrize(("form", "decompress"), [("gz", gzip.decompress), ("xz", lzma.decompress), ("zst", None)])
def test_others_can_decompress_it(tmp_path, results, form, decompress):
    decompress = decompress or (
        lambda data: zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
    )
    for base in (10, 16):
        path = tmp_path / f"pi{base}.txt.{form}"
        results[base].write(path)
        assert decompress(path.read_bytes()) == results[base].text().encode()
        assert path.stat().st_size <= writer.file_size(COUNT, base, form)


@pytest.mark.parametrize("form", ["gz", "xz", "zst"])
@pytest.mark.parametrize("threads", [1, 3])
def test_members(monkeypatch, rng, form, threads):
    """Any cut into pieces gives the same bytes, of members of one size."""
    monkeypatch.setattr("pi_engine.digits.compression._MEMBER", 1000)
    for length in (0, 1, 999, 1000, 1001, 5432):
        text = "".join(rng.choices("0123456789", k=length)).encode()
        whole = b"".join(compressed([text], form, threads))
        pieces, at = [], 0
        while at < length:
            step = rng.randrange(1, 1500)
            pieces.append(text[at : at + step])
            at += step
        assert b"".join(compressed(iter(pieces), form, threads)) == whole
        if form == "gz":
            assert gzip.decompress(whole) == text
    with pytest.raises(UsageError, match="no compressed format"):
        list(compressed([b""], "ycd"))


# ---------------------------------------------------------------- conversion


@pytest.mark.parametrize("base", [10, 16])
@pytest.mark.parametrize("target", FORMATS)
@pytest.mark.parametrize("source", FORMATS)
def test_every_format_into_every_other(tmp_path, results, base, source, target):
    first = tmp_path / FORMATS[source]
    results[base].write(first)
    last = tmp_path / "converted" / FORMATS[target]
    last.parent.mkdir()
    done = convert(first, last)
    assert done == (source, target, base, COUNT, results[base].hash, str(last), True)
    direct = tmp_path / "direct" / FORMATS[target]
    direct.parent.mkdir()
    results[base].write(direct)
    assert last.read_bytes() == direct.read_bytes()


def test_habits_become_plain_text(tmp_path, results):
    text = results[10].text()
    (tmp_path / "pi.txt").write_text("Pi\n\n3.\n" + "\n".join(text[i : i + 50] for i in range(2, len(text), 50)))
    convert(tmp_path / "pi.txt", tmp_path / "plain.txt")
    assert (tmp_path / "plain.txt").read_text() == text
    (tmp_path / "hex.txt").write_text(results[16].text()[2:].lower())
    convert(tmp_path / "hex.txt", tmp_path / "upper.txt")
    assert (tmp_path / "upper.txt").read_text() == results[16].text()


def test_digits_that_are_not_those_of_pi(tmp_path):
    """The one before the point is kept, and found where it is missing, if the constant is known."""
    e = "2.7182818284590452353602874713526624977572470936999595749669676277"
    for content, whole in ((e, e), (e[2:], e), ("7.5" + "0" * 60, "7.5" + "0" * 60), ("3", "3.")):
        (tmp_path / "x.txt").write_text(content)
        for name in ("y.txt", "y.ycd")[: 1 + (len(whole) > 2)]:
            convert(tmp_path / "x.txt", tmp_path / name, overwrite=True)
            assert text_of(tmp_path / name) == whole
            assert (tmp_path / "y.txt").read_text() == (whole if len(whole) > 2 else "3")
    assert parse_header((tmp_path / "y.ycd").read_bytes(), "y").first_digits == "7.5" + "0" * 49


def test_the_base_stays(tmp_path, results, capsys):
    results[16].write(tmp_path / "pi.txt")
    assert run(["convert", str(tmp_path / "pi.txt"), str(tmp_path / "out.txt"), "--base", "10"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "a conversion keeps the base: compute the digits of base 10 with 'compute N --base 10'" in error
    assert not (tmp_path / "out.txt").exists()


def test_the_command(tmp_path, results, capsys):
    source = tmp_path / "pi.txt"
    results[10].write(source)
    target = tmp_path / "x"
    assert run(["convert", str(source), str(target), "--format", "ycd", "--json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == 1
    assert (found["source_format"], found["format"], found["digits"], found["base"]) == ("text", "ycd", COUNT, 10)
    assert (found["hash"], found["read_back"], found["output"]) == (str(results[10].hash), True, str(target))
    assert run(["convert", str(source), str(target)]) == 2
    assert "--force" in capsys.readouterr().err
    assert run(["convert", str(source), str(target), "--force"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "12_345 digits of base 10 from text to text" in captured.err
    assert target.read_text() == results[10].text()
    assert run(["convert", str(source), str(tmp_path / "set.ycd"), "--block-size", "5000", "-q"]) == 0
    assert text_of(tmp_path / "set") == results[10].text()
    for arguments, message in (
        ([str(source), "-", "--json"], "choose one"),
        ([str(source), "-", "--block-size", "100", "--format", "ycd"], "cannot go to standard output"),
        ([str(source), str(tmp_path / "set.ycd"), "--block-size", "5000"], "--force"),
        ([str(source), str(tmp_path / "missing" / "pi.txt")], "does not exist"),
        ([str(tmp_path / "missing.txt"), str(tmp_path / "y.txt")], "No such file"),
        ([str(source), str(tmp_path / "y.bz2")], "bzip2 is not written"),
    ):
        assert run(["convert", *arguments]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert message in captured.err
    source.write_text("3.14159x")
    assert run(["convert", str(source), str(tmp_path / "y.txt")]) == 5
    assert "'x' at byte 7" in capsys.readouterr().err
    assert not (tmp_path / "y.txt").exists()


def test_pipes(results):
    for form in FORMATS:
        command = [sys.executable, "-m", "pi_engine", "convert", "-", "-", "-q"]
        packed = subprocess.run([*command, "--format", form], input=results[10].text().encode(), capture_output=True)
        assert packed.returncode == 0
        plain = subprocess.run(command, input=packed.stdout, capture_output=True)
        assert plain.stdout == results[10].text().encode()


def test_a_header_that_contradicts_its_data_is_not_converted(tmp_path, results):
    results[10].write(tmp_path / "pi.ycd")
    content = (tmp_path / "pi.ycd").read_bytes().replace(b"3.14159", b"3.14259", 1)
    (tmp_path / "pi.ycd").write_bytes(content)
    with pytest.raises(CorruptFileError, match="differ from its data at digit 3"):
        convert(tmp_path / "pi.ycd", tmp_path / "pi.txt")


# ---------------------------------------------------------------- whole or not at all


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_read_back_is_compared(tmp_path, results, monkeypatch, form):
    """A disk that changes, loses or adds something is seen, and no file appears."""
    real = writer._reads_back
    for damage in (
        lambda f: (f.seek(-100, os.SEEK_END), f.write(b"\x07")),
        lambda f: f.truncate(f.seek(0, os.SEEK_END) - 1),
        lambda f: (f.seek(0, os.SEEK_END), f.write(b"0")),
        lambda f: f.truncate(0),
        lambda f: (f.seek(0), f.write(b"4")),
    ):

        def reads_back(place, *a, damage=damage, **k):
            with place.open("rb+") as stream:
                damage(stream)
            return real(place, *a, **k)

        monkeypatch.setattr(writer, "_reads_back", reads_back)
        (tmp_path / "source").write_text(results[10].text())
        with pytest.raises(VerificationError, match="no file was left"):
            convert(tmp_path / "source", tmp_path / FORMATS[form])
        assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_a_wrong_hash_is_seen(tmp_path, results):
    from pi_engine.digits.blocks import blocks_of_words

    result = results[10]
    for count, hash_ in ((COUNT, result.hash + 1), (COUNT - 1, result.hash)):
        blocks = blocks_of_words(result.words, COUNT, 10)
        with pytest.raises(VerificationError):
            writer.write_digits(tmp_path / "pi.ycd", blocks, digits=count, base=10, form="ycd", expected_hash=hash_)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, CapacityError), (errno.EIO, pi_engine.OutputError)])
@pytest.mark.parametrize("block_size", [None, 1000])
def test_a_failing_disk_leaves_nothing(tmp_path, results, monkeypatch, number, kind, block_size):
    def fail(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(kind, match="no file was left"):
        results[10].write(tmp_path / "pi.ycd", block_size=block_size)
    assert list(tmp_path.iterdir()) == []


def test_a_set_replaces_a_set_and_nothing_else(tmp_path, results):
    target = tmp_path / "pi.ycd"
    results[10].write(target, block_size=5000)
    with pytest.raises(UsageError, match="replace it with --force"):
        results[10].write(target, block_size=1000)
    results[10].write(target, block_size=1000, overwrite=True)
    assert len(list((tmp_path / "pi").iterdir())) == 13
    precious = tmp_path / "pi" / "precious.txt"
    precious.write_text("mine")
    with pytest.raises(UsageError, match="holds more than"):
        results[10].write(target, block_size=5000, overwrite=True)
    assert precious.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["pi"]


def test_an_interrupt_while_a_set_is_written_leaves_nothing(tmp_path, results, monkeypatch):
    def interrupt(*a, **k):
        raise KeyboardInterrupt

    monkeypatch.setattr(writer, "_reads_back", interrupt)
    with pytest.raises(KeyboardInterrupt):
        results[10].write(tmp_path / "pi.ycd", block_size=1000)
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_written_to(results):
    assert results[10].write("/dev/null", format="ycd") == []


def test_compute_writes_every_format(tmp_path, results, capsys):
    for form, name in FORMATS.items():
        target = tmp_path / name
        assert run(["compute", str(COUNT), "-o", str(target), "--json", "-q"]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert answer["checks"][-1]["name"] == "file"
        assert answer["output"] == str(target)
        other = tmp_path / f"other-{form}"
        assert run(["compute", str(COUNT), "-o", str(other), "--format", form, "-q"]) == 0
        assert target.read_bytes() == other.read_bytes()
        assert text_of(target) == results[10].text()


def test_standard_output_that_is_full(results, tmp_path):
    results[10].write(tmp_path / "pi.txt")
    with Path("/dev/full").open("w") as full:
        answer = subprocess.run(
            [sys.executable, "-m", "pi_engine", "convert", str(tmp_path / "pi.txt"), "-"],
            stdout=full, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert answer.returncode != 0
    assert answer.stderr.count("\n") == 1


def test_random_block_sizes(tmp_path, results, rng):
    for _ in range(int(6 * MULTIPLIER)):
        size = rng.choice([rng.randrange(50, 400), rng.randrange(50, 13_000), 19 * rng.randrange(3, 100)])
        results[10].write(tmp_path / "pi.ycd", block_size=size, overwrite=True)
        assert text_of(tmp_path / "pi") == results[10].text()
