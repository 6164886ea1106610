"""Zip archives that are cut off, damaged, forged or huge: refused by one line, in little memory."""

import gzip
import io
import os
import shutil
import struct
import sys
import tempfile
import zipfile

import pytest

from pi_engine import verify_file
from pi_engine.digits.reader import DigitFile
from pi_engine.errors import CapacityError, CorruptFileError
from tests.conftest import MULTIPLIER
from tests.digits.compressed.archives import METHODS, forged, refused, streamed, traced_below
from tests.digits.digit_files import read, written, zipped


def test_an_archive_cut_off(tmp_path, texts):
    for data in (zipped(texts[10].encode()), streamed(texts[10].encode(), 8)):
        for length in (4, 20, 30, 100, len(data) // 2, len(data) - 22, len(data) - 1):
            message, kind = refused(tmp_path, data[:length], "pi")
            assert (message, kind) == ("the zip archive is cut off: the directory at its end is missing", "truncated")


def test_wrong_figures_are_seen(tmp_path, texts):
    text = texts[10].encode()
    for method in METHODS.values():
        data = zipped(text, method)
        packed = len(data) - len(zipped(b"", 0))
        for changes, message in (
            ({"crc": 1}, "the CRC-32 of pi.txt is not the one that its directory has"),
            ({"size": len(text) - 1}, "pi.txt holds more bytes than the 5_001 that its directory says"),
            ({"size": len(text) + 1}, "pi.txt holds fewer bytes than the 5_003 that its directory says"),
            ({"packed": 1 << 30}, "pi.txt is not where its directory says"),
            ({"offset": 7}, "pi.txt is not where its directory says"),
            ({"offset": 1 << 31}, "pi.txt is not where its directory says"),
        ):
            by_mark = {"flags": 2} if method == zipfile.ZIP_LZMA else {}
            found, kind = refused(tmp_path, forged(data, **by_mark, **changes))
            assert found.endswith(message) and kind == "damaged", (method, changes, found)
        found, kind = refused(tmp_path, forged(data, packed=packed // 2))
        assert kind in ("truncated", "damaged"), found


def test_damage_is_never_right_digits(tmp_path, texts, rng):
    text = texts[10].encode()
    for _ in range(int(150 * MULTIPLIER)):
        data = bytearray(zipped(text, rng.choice(list(METHODS.values()))))
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(4, len(data))] ^= rng.randrange(1, 256)
        found = verify_file(written(tmp_path, bytes(data), "pi.zip"))
        assert (found.status, found.digits) == ("ok", 5000) or found.status == "corrupt", found


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_bombs_are_refused_in_little_memory(tmp_path, method):
    """Ones and blanks, 32 MB of them. Ones that are stored are no bomb, but digits."""
    for character in (b" ", *([b"1"] if method != "stored" else [])):
        path = written(tmp_path, zipped(b"3.1" + character * (32 << 20), METHODS[method]))
        with traced_below(30 << 20), pytest.raises(CorruptFileError, match=r"grows more than|hold no digit"):
            read(path)


@pytest.mark.slow
def test_bombs_in_bombs_are_refused(tmp_path, rng):
    """Each of two compressions may grow 50-fold, but not both together."""
    pieces, length = [gzip.compress(b"3.1415926535", mtime=0)], 0
    for _ in range(100):
        text = "".join(rng.choices("0123456789", k=40)).encode() + b"7" * 1500
        pieces.append(gzip.compress(text, mtime=0) * 30)
        length += 30 * len(text)
    inner = b"".join(pieces)
    assert 10 < length / len(inner) < 50
    for data in (zipped(inner), gzip.compress(inner)):
        assert len(inner) / len(data) < 50 < length / len(data)
        with pytest.raises(CorruptFileError, match="grows more than 50-fold"):
            read(written(tmp_path, data))
    with DigitFile(written(tmp_path, inner)) as file:
        assert sum(block.digits for block in file.blocks()) == 10 + length


def test_a_dictionary_beyond_the_limit_is_refused(tmp_path, texts):
    data = bytearray(zipped(texts[10].encode(), zipfile.ZIP_LZMA))
    data[30 + 6 + 5 : 30 + 6 + 9] = (1 << 30).to_bytes(4, "little")
    message, _ = refused(tmp_path, bytes(data))
    assert "dictionary is larger than 128 MiB" in message


def test_a_huge_directory_is_not_read(tmp_path):
    """Of a million files that a directory of 60 MB names, none is kept in memory."""
    entry = bytearray(zipped(b"", names=("a",)))
    begin = entry.rindex(b"PK\x01\x02")
    directory = bytes(entry[begin : entry.rindex(b"PK\x05\x06")]) * 1_000_000
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 65535, 65535, len(directory), begin, 0)
    path = written(tmp_path, bytes(entry[:begin]) + directory + end)
    with (
        traced_below(10 << 20),
        pytest.raises(CorruptFileError, match="directory of this zip archive is larger than 1 MiB: extract"),
    ):
        read(path)


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full's error")
def test_a_full_disk_is_one_line(tmp_path, texts, monkeypatch):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, os.strerror(28))

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    with pytest.raises(CapacityError, match=r"^a temporary file in .* failed: No space left"):
        read(written(tmp_path, gzip.compress(zipped(texts[10].encode()))))


def test_a_pipe_does_not_fill_the_disk(tmp_path, texts, monkeypatch):
    """Half of what is free is not taken."""
    usage = shutil.disk_usage(tmp_path)
    data = gzip.compress(zipped(texts[10].encode(), zipfile.ZIP_STORED))
    for free, refused_here in ((20_000, False), (6_000, True)):
        monkeypatch.setattr(shutil, "disk_usage", lambda place, free=free: usage._replace(free=free))
        if refused_here:
            with pytest.raises(CapacityError, match=r"more than half of the free disk of .*: save it as a file first"):
                read(written(tmp_path, data))
        else:
            assert read(written(tmp_path, data))[3] == texts[10][2:]
