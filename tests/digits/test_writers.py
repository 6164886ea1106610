"""Writing every format: whole or not at all, compared as read back."""

import errno
import gzip
import json
import os
import subprocess
from pathlib import Path

import pytest

import pi_engine
from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.cli.main import run
from pi_engine.digits import writer
from pi_engine.digits.block_hash import BlockHashes
from pi_engine.digits.common.blocks import blocks_of_words
from pi_engine.digits.compressed.compression import compressed
from pi_engine.digits.conversion import convert
from pi_engine.digits.encoding import Encoding
from pi_engine.errors import CapacityError, UsageError, VerificationError
from tests.command import pi
from tests.conftest import MULTIPLIER
from tests.digits.digit_files import COUNT, FORMATS, PACK, text_of, unpacked


@pytest.mark.parametrize("form", PACK)
def test_others_can_decompress_it(tmp_path, results, form):
    for base in (10, 16):
        path = tmp_path / f"pi{base}.txt.{form}"
        results[base].write(path)
        assert unpacked(form, path.read_bytes()) == results[base].text().encode()
        assert path.stat().st_size <= writer.file_size(COUNT, base, form)


@pytest.mark.parametrize("form", ["gz", "xz", "zst"])
@pytest.mark.parametrize("threads", [1, 3])
def test_members(monkeypatch, rng, form, threads):
    """Any cut into pieces gives the same bytes, of members of one size."""
    monkeypatch.setattr("pi_engine.digits.compressed.compression._MEMBER", 1000)
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
    with pytest.raises(UsageError, match="not a compressed format"):
        list(compressed([b""], "ycd"))


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
    result = results[10]
    for count, hash_ in ((COUNT, result.hash + 1), (COUNT - 1, result.hash)):
        blocks = blocks_of_words(result.words, COUNT, 10)
        encoding, hashes = Encoding(count, 10, "ycd"), BlockHashes(10, 3, [M61])
        pending = writer.open_output(tmp_path / "pi.ycd", count, base=10, form="ycd", overwrite=False)
        with pending, pytest.raises(VerificationError, match="differs"):
            writer.fill(pending, blocks, encoding, hashes, {M61: hash_})
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
    with pytest.raises(UsageError, match="give overwrite=True to replace it"):
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
        answer = pi("convert", str(tmp_path / "pi.txt"), "-", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert answer.returncode != 0
    assert answer.stderr.count("\n") == 1


def test_random_block_sizes(tmp_path, results, rng):
    for _ in range(int(6 * MULTIPLIER)):
        size = rng.choice([rng.randrange(50, 400), rng.randrange(50, 13_000), 19 * rng.randrange(3, 100)])
        results[10].write(tmp_path / "pi.ycd", block_size=size, overwrite=True)
        assert text_of(tmp_path / "pi") == results[10].text()
