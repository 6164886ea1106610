"""Zip archives of one file: read in any method; what is encrypted, damaged, hostile, or holds several files is one clear line."""

import gzip
import io
import os
import struct
import subprocess
import sys
import tempfile
import tracemalloc
import zipfile
import zlib
from contextlib import contextmanager

import pytest
import zstandard

from pi_engine import verify_file
from pi_engine.digits.conversion import convert
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.ycd.ycd_header import header_bytes
from pi_engine.errors import CapacityError, CorruptFileError
from pi_engine.radix.kernels.digit_words import digit_words
from tests.command import COMMAND
from tests.conftest import MULTIPLIER
from tests.digits.digit_files import BASES, read, written, zipped

METHODS = {
    "stored": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED, "bzip2": zipfile.ZIP_BZIP2, "LZMA": zipfile.ZIP_LZMA,
}  # fmt: skip


class Pipe(io.RawIOBase):
    """What cannot be seeked: zipfile then writes sizes behind the data."""

    def __init__(self):
        self.content = b""

    def writable(self):
        return True

    def write(self, data):
        self.content += bytes(data)
        return len(data)


def streamed(content, method, force_zip64=False):
    target = Pipe()
    with zipfile.ZipFile(target, "w", method) as archive:
        with archive.open("pi.txt", "w", force_zip64=force_zip64) as member:
            member.write(content)
    return target.content


def forged(data, method=None, crc=None, size=None, packed=None, flags=None, offset=None):
    """An archive of one file with other figures in its directory, and in the header before the data."""
    data = bytearray(data)
    entry = data.rindex(b"PK\x01\x02")
    for value, form, local, central in (
        (flags, "<H", 6, 8), (method, "<H", 8, 10), (crc, "<I", 14, 16), (packed, "<I", 18, 20), (size, "<I", 22, 24),
    ):  # fmt: skip
        if value is not None:
            struct.pack_into(form, data, local, value)
            struct.pack_into(form, data, entry + central, value)
    if offset is not None:
        struct.pack_into("<I", data, entry + 42, offset)
    return bytes(data)


@contextmanager
def traced_below(limit):
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def refused(tmp_path, data, name="pi.zip"):
    path = written(tmp_path, data, name)
    with pytest.raises(CorruptFileError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and "\n" not in message
    assert verify_file(path).exit_code == 5
    return message.removeprefix(f"{path}: "), caught.value.kind


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("base", BASES)
def test_every_method(tmp_path, texts, method, base):
    content = f"Digits of pi\n\n{texts[base]}\n".encode()
    for data in (zipped(content, METHODS[method]), streamed(content, METHODS[method])):
        for name in ("pi.zip", "pi.txt", "pi"):
            assert read(written(tmp_path, data, name)) == ("zip", base, "3", texts[base][2:])
    assert read(written(tmp_path, streamed(content, METHODS[method], force_zip64=True)))[3] == texts[base][2:]


@pytest.mark.parametrize(("method", "pack"), [(93, zstandard.compress), (95, __import__("lzma").compress)])
def test_methods_that_zipfile_does_not_know(tmp_path, texts, method, pack):
    text = texts[10].encode()
    packed = pack(text)
    data = forged(zipped(packed, zipfile.ZIP_STORED), method=method, crc=zlib.crc32(text), size=len(text))
    assert read(written(tmp_path, data)) == ("zip", 10, "3", texts[10][2:])


def test_deflated_data_may_begin_with_zero(tmp_path, texts):
    """As blocks that are stored do, and all data of LZMA."""
    packer = zlib.compressobj(0, zlib.DEFLATED, -15)
    packed = packer.compress(b"3." + b"1" * 200_000) + packer.flush()
    assert packed[0] == 0
    data = forged(zipped(packed, 0), method=8, crc=zlib.crc32(b"3." + b"1" * 200_000), size=200_002)
    assert read(written(tmp_path, data))[3] == "1" * 200_000


def test_what_systems_add_is_left_out(tmp_path, texts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("digits/", b""), ("__MACOSX/", b""), ("__MACOSX/digits/._pi.txt", b"\0\5\26\7"), ("digits/.DS_Store", b"\0\0\0\1Bud1"),
            ("digits/pi.txt", texts[10]), ("._pi.txt", b"x"), ("Thumbs.db", b"x"), ("desktop.ini", b"3.14"),
        ):  # fmt: skip
            archive.writestr(name, content)
    path = written(tmp_path, target.getvalue(), "pi.zip")
    assert read(path) == ("zip", 10, "3", texts[10][2:])
    with DigitFile(path) as file:
        assert file.notes == [
            "the digits are those of digits/pi.txt in the archive",
            "__MACOSX/digits/._pi.txt, digits/.DS_Store, ._pi.txt and 2 more in the archive are not read",
        ]
    found = verify_file(path)
    assert (found.status, found.digits, found.format) == ("ok", 5000, "zip")
    assert convert(path, tmp_path / "to.ycd").source_format == "zip"
    assert read(tmp_path / "to.ycd")[3] == texts[10][2:]


def test_several_files_are_named(tmp_path, texts):
    text = texts[10].encode()
    message, kind = refused(tmp_path, zipped(text, names=("pi.txt", "read me\n.txt")))
    assert message == "this zip archive holds 2 files (pi.txt, read me\ufffd.txt): extract the file of digits first"
    assert kind == "header"
    message, _ = refused(tmp_path, zipped(text, names=[f"{'long' * 30}{i}.txt" for i in range(1234)]))
    assert "holds 1_234 files (longlonglong" in message and " and 1_231 more): " in message and len(message) < 300
    for names in ((), ("a/",), ("a/", "__MACOSX/._a")):
        assert refused(tmp_path, zipped(b"", names=names)) == ("this zip archive holds no file", "empty")


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (("[Content_Types].xml", "word/document.xml"), "a Word document (.docx)"),
        (("[Content_Types].xml", "xl/workbook.xml"), "an Excel workbook (.xlsx)"),
        (("mimetype", "content.xml"), "an OpenDocument file"),
        (("mimetype", "META-INF/container.xml"), "a book (.epub)"),
        (("META-INF/MANIFEST.MF", "Pi.class"), "a Java archive"),
    ],
)
def test_documents_are_named(tmp_path, names, what):
    message, kind = refused(tmp_path, zipped(b"3.14159", names=names), "pi.odt")
    assert message.startswith(f"this is {what}: ") and kind == "header"


def test_what_cannot_be_read_says_why(tmp_path, texts):
    data = zipped(texts[10].encode())
    message, kind = refused(tmp_path, forged(data, flags=1))
    assert (message, kind) == ("pi.txt in this zip archive is encrypted: extract it with its password first", "header")
    for method, name in ((9, "method 9, Deflate64"), (98, "method 98, PPMd"), (77, "method 77")):
        message, kind = refused(tmp_path, forged(data, method=method))
        assert f"is compressed by a method that is not read ({name}): extract it first" in message and kind == "header"


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
            ({"packed": 1 << 30}, "pi.txt does not stand where its directory says"),
            ({"offset": 7}, "pi.txt does not stand where its directory says"),
            ({"offset": 1 << 31}, "pi.txt does not stand where its directory says"),
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


def test_compressed_files_in_archives_and_archives_in_them(tmp_path, texts):
    text = texts[10].encode()
    for data, form in (
        (zipped(gzip.compress(text), 0), "zip"),
        (gzip.compress(zipped(text)), "gz"),
        (zipped(zipped(text)), "zip"),
        (gzip.compress(gzip.compress(text)), "gz"),
        (zipped(header_bytes(10, 5000) + digit_words(texts[10][2:], 10).tobytes()), "zip"),
    ):
        path = written(tmp_path, data)
        assert read(path) == (form, 10, "3", texts[10][2:])
        assert verify_file(path, digits=5000).status == "ok"
    message, kind = refused(tmp_path, gzip.compress(zipped(gzip.compress(text))))
    assert (message, kind) == ("this is compressed 3 times (gzip in zip in gzip): decompress it first", "header")


@pytest.mark.slow
def test_from_standard_input(tmp_path, texts):
    """A pipe cannot be read at any place, so an archive is put aside; a file that stands at another place cannot either."""
    for data in (zipped(texts[10].encode()), gzip.compress(streamed(texts[10].encode(), 0))):
        for method in ("auto", "known"):
            line = [*COMMAND, "verify", "-", "--method", method, "--digits", "5000"]
            done = subprocess.run(line, input=data, capture_output=True, check=False)
            assert done.returncode == (0 if method == "auto" else 6), done
    done = subprocess.run(
        [*COMMAND, "convert", "-", str(tmp_path / "to.txt")],
        input=zipped(texts[16].encode()),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, (tmp_path / "to.txt").read_text()) == (0, texts[16])
    done = subprocess.run(
        [*COMMAND, "verify", "-"], input=zipped(b"", names=("a", "b")), capture_output=True, check=False
    )
    assert done.returncode == 5 and b"standard input: this zip archive holds 2 files (a, b): extract" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full's error")
def test_a_full_disk_is_one_line(tmp_path, texts, monkeypatch):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, os.strerror(28))

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    with pytest.raises(CapacityError, match=r"^a temporary file in .* failed: No space left"):
        read(written(tmp_path, gzip.compress(zipped(texts[10].encode()))))


def test_progress_counts_bytes_of_the_archive(tmp_path):
    path = written(tmp_path, zipped(b"3." + b"14159" * 400_000, 0))
    with DigitFile(path) as file:
        seen = [file.position for _ in file.blocks()]
        assert seen == sorted(seen) and len(set(seen)) > 1 and seen[-1] <= file.size
