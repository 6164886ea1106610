"""Zip archives of one file: read in any method; one that is encrypted or holds several files is refused by their names."""

import gzip
import io
import lzma
import subprocess
import zipfile
import zlib

import pytest
import zstandard

from pi_engine import verify_file
from pi_engine.digits.conversion import convert
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.ycd.ycd_header import header_bytes
from pi_engine.radix.kernels.digit_words import digit_words
from tests.command import COMMAND
from tests.digits.compressed.archives import METHODS, forged, refused, streamed
from tests.digits.digit_files import BASES, read, written, zipped


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("base", BASES)
def test_every_method(tmp_path, texts, method, base):
    content = f"Digits of pi\n\n{texts[base]}\n".encode()
    for data in (zipped(content, METHODS[method]), streamed(content, METHODS[method])):
        for name in ("pi.zip", "pi.txt", "pi"):
            assert read(written(tmp_path, data, name)) == ("zip", base, "3", texts[base][2:])
    assert read(written(tmp_path, streamed(content, METHODS[method], force_zip64=True)))[3] == texts[base][2:]


@pytest.mark.parametrize(("method", "pack"), [(93, zstandard.compress), (95, lzma.compress)])
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


def test_a_part_of_a_split_archive_is_named(tmp_path, texts):
    data = bytearray(zipped(texts[10].encode()))
    split = "this is a part of a split zip archive: join its parts first, as 'zip -s 0' does"
    assert refused(tmp_path, b"PK\x07\x08" + data[:2000], "pi.z01") == (split, "header")
    data[data.rindex(b"PK\x05\x06") + 4] = 2
    assert refused(tmp_path, bytes(data[1000:]), "pi.zip") == (split, "header")


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
    assert done.returncode == 5 and b"-: corrupt: this zip archive holds 2 files (a, b): extract" in done.stdout


def test_progress_counts_bytes_of_the_archive(tmp_path):
    path = written(tmp_path, zipped(b"3." + b"14159" * 400_000, 0))
    with DigitFile(path) as file:
        seen = [file.position for _ in file.blocks()]
        assert seen == sorted(seen) and len(set(seen)) > 1 and seen[-1] <= file.size
