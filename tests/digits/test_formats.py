"""Which format a file is of, and where its bytes come from."""

import gzip
import io

import pytest

from pi_engine.digits.common.formats import format_of_content, format_of_name, format_to_write
from pi_engine.digits.common.source import Source
from pi_engine.errors import UsageError
from tests.command import run_code
from tests.digits.digit_files import read


@pytest.mark.parametrize(
    ("head", "name", "form"),
    [
        (b"\x1f\x8b\x08", "pi.txt", "gz"), (b"\xfd7zXZ\x00", "x", "xz"), (b"\x28\xb5\x2f\xfd", "x.gz", "zst"),
        (b"\x50\x2a\x4d\x18", "x", "zst"), (b"#Compressed Digit File\r\n", "x.txt", "ycd"), (b"3.14", "pi.gz", "text"),
        (b"3.14", "pi.ycd", "text"), (b"\x00\x01\x02\x03", "pi.ycd", "ycd"), (b"\x00\x01\x02\x03", "pi.txt", "text"),
        (b"\x1e\x8b\x08\x00\x01", "pi.gz", "gz"), (b"#Kompressed\r\n\r\nFileVersion:", "pi.ycd", "ycd"), (b"", "pi.xz", "text"),
        (b"BZh91AY&SY\x00", "x", "bz2"), (b"BZh1\x17rE8P\x90", "x", "bz2"), (b"BZh5", "x", "bz2"),
        (b"BZh9 is a header: 3.14", "x", "text"),
        (b"PK\x03\x04\x14", "x.txt", "zip"), (b"PK\x05\x06", "x", "zip"), (b"PKs and 3.14", "pi", "text"),
        (b"\x00\x01\x02\x03", "x.ZIP", "zip"),
        ("3.14159".encode("utf-16"), "pi.gz", "text"), (b"3\x00.\x001\x00", "pi.ycd", "text"),
    ],
)  # fmt: skip
def test_formats_are_told_by_content(head, name, form):
    assert format_of_content(head, name) == form


def test_formats_by_name():
    assert [format_of_name(f"pi{s}") for s in ("", ".txt", ".TXT.GZ", ".zst", ".xz", ".Ycd")] == [
        "text", "text", "gz", "zst", "xz", "ycd",
    ]  # fmt: skip
    assert format_to_write("pi.gz", "text") == "text"
    with pytest.raises(UsageError, match="bzip2 cannot be written"):
        format_to_write("pi.txt.bz2")
    for name, what in (
        ("pi.ZIP", "zip"),
        ("pi.tar", "tar"),
        ("pi.tgz", "tar"),
        ("pi.tbz2", "tar"),
        ("pi.7z", "7z"),
        ("pi.Z", "compress"),
    ):
        with pytest.raises(UsageError, match=f"{what} cannot be written; end the name in .txt"):
            format_to_write(name)
    with pytest.raises(UsageError, match="'rar' is not known"):
        format_to_write("pi.txt", "rar")
    for form in ("bz2", "zip"):
        with pytest.raises(
            UsageError, match=f"'{form}' can be read, not written: choose one of text, gz, xz, zst, ycd$"
        ):
            format_to_write("pi.txt", form)


def test_what_cannot_be_read(tmp_path):
    for path, message in (("missing.txt", "No such file"), ("", "folder without a set")):
        with pytest.raises(UsageError, match=message):
            read(tmp_path / path)


def test_standard_input(texts):
    code = (
        "from pi_engine.digits.reader import DigitFile\n"
        "file = DigitFile('-')\n"
        "print(file.format, file.base, file.name, sum(block.digits for block in file.blocks()))"
    )
    for data, form in ((texts[16].encode(), "text"), (gzip.compress(texts[16].encode()), "gz")):
        answer = run_code(code, input=data, text=False)
        assert answer.stdout.decode().strip() == f"{form} 16 standard input 5000"


def test_a_source_looks_ahead_and_counts():
    source = Source(io.BytesIO(b"0123456789"), "x", 10)
    assert source.peek(4) == b"0123"
    assert source.position == 0
    assert source.read(2) == b"01"
    target = bytearray(5)
    assert source.fill(memoryview(target)) == 5
    assert target == b"23456"
    assert source.peek(100) == b"789"
    assert source.fill(memoryview(target)) == 3
    assert (source.position, source.read(1)) == (10, b"")
