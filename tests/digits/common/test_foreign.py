"""Archives, documents, images and data are named by their content, whatever their names; texts of digits never are."""

import gzip
import io
import lzma
import pickle
import sqlite3
import sys
import tarfile
import zlib

import numpy as np
import pytest

from pi_engine import verify_file
from pi_engine.digits.common.foreign import foreign_kind
from pi_engine.digits.conversion import convert
from pi_engine.errors import CorruptFileError
from tests.digits.digit_files import HABITS, READ, written

PI = b"3.14159265358979323846264338327950288419716939937510"


def tar(content, form):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        member = tarfile.TarInfo("pi.txt")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def old_tar():
    """As tar of Unix V7 wrote it, without a magic."""
    header = bytearray(tar(PI, tarfile.USTAR_FORMAT))
    header[257:265] = bytes(8)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    return bytes(header)


def npy():
    target = io.BytesIO()
    np.save(target, np.frombuffer(PI, np.uint8))
    return target.getvalue()


def npz():
    target = io.BytesIO()
    np.savez(target, digits=np.frombuffer(PI, np.uint8), more=np.zeros(3))
    return target.getvalue()


def sqlite():
    with sqlite3.connect(":memory:") as base:
        base.execute("create table digits (value text)")
        return base.serialize()


KINDS = {
    "a tar archive": [
        *(tar(PI, form) for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)),
        old_tar(),
    ],
    "a 7z archive": [b"7z\xbc\xaf\x27\x1c\x00\x04"],
    "a rar archive": [b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"],
    "an ar archive": [b"!<arch>\ndebian-binary   "],
    "a cpio archive": [b"070701" + b"0" * 104 + b"pi.txt\x00", b"\xc7\x71" + bytes(24)],
    "lz4 data": [b"\x04\x22\x4d\x18\x64\x40\xa7"],
    "lzip data": [b"LZIP\x01\x0c"],
    "lzma data": [lzma.compress(PI, lzma.FORMAT_ALONE)],
    "zlib data": [zlib.compress(PI, level) for level in (1, 4, 6, 9)],
    "data of compress (.Z)": [b"\x1f\x9d\x90\x33\x5c"],
    "a PDF document": [b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj 314159265358979\n", b"\n%PDF-1.7\n"],
    "a PostScript document": [b"%!PS-Adobe-3.0\n%%Title: pi\n(3.14159265358979) show\n"],
    "an RTF document": [rb"{\rtf1\ansi\deff0 3.14159265358979323846\par}"],
    "a Microsoft Office document": [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(24)],
    "a PNG image": [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"],
    "a JPEG image": [b"\xff\xd8\xff\xe0\x00\x10JFIF"],
    "a GIF image": [b"GIF89a\x01\x00\x01\x00"],
    "an SQLite database": [sqlite()],
    "an HDF5 file": [b"\x89HDF\r\n\x1a\n\x00"],
    "a NumPy array": [npy()],
    "a Python pickle": [pickle.dumps([3, 1, 4, 1, 5], protocol) for protocol in (2, 3, 4, 5)],
    "an ELF executable": [b"\x7fELF\x02\x01\x01"],
    "a Windows executable": [b"MZ\x90\x00\x03\x00\x00\x00"],
    "EBCDIC text": [PI.decode().encode("cp500")],
    "macOS data that belong to another file": [b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X"],
    "a Git LFS pointer": [b"version https://git-lfs.github.com/spec/v1\noid sha256:3141592653589793\nsize 1000002\n"],
}
CASES = [(kind, content) for kind, contents in KINDS.items() for content in contents]


@pytest.mark.parametrize(("kind", "content"), CASES)
@pytest.mark.parametrize("name", ["pi.txt", "pi.gz", "pi.ycd", "pi.zip", "pi"])
def test_they_are_named_by_content(tmp_path, kind, content, name):
    path = written(tmp_path, content, name)
    found = verify_file(path)
    assert (found.status, found.kind, found.exit_code, found.format) == ("corrupt", "header", 5, None)
    assert found.message.startswith(f"this is {kind}: ")
    with pytest.raises(CorruptFileError) as caught:
        convert(path, tmp_path / "to.txt")
    assert (str(caught.value), list(tmp_path.iterdir())) == (f"{path}: {found.message}", [path])


@pytest.mark.parametrize("form", READ)
def test_they_are_named_in_compressed_files(tmp_path, form):
    how = {"gz": "gzip", "xz": "xz", "zst": "Zstandard", "bz2": "bzip2", "zip": "zip"}[form]
    for kind, content in CASES[:4] + CASES[-3:]:
        found = verify_file(written(tmp_path, READ[form](content), "pi.txt"))
        assert (found.status, found.kind) == ("corrupt", "header")
        assert found.message.startswith(f"this is {kind} compressed by {how}: ")
    twice = verify_file(written(tmp_path, gzip.compress(READ[form](tar(PI, tarfile.GNU_FORMAT)))))
    assert (
        twice.message == f"this is a tar archive compressed by {how} in gzip: extract the file of digits from it first"
    )


def test_brotli_has_no_magic(tmp_path):
    found = verify_file(written(tmp_path, b"\x1b\x33\x00\xf8\x25\x14\x99\x30", "pi.txt.br"))
    assert "this is brotli data: decompress it first" in found.message
    assert verify_file(written(tmp_path, PI, "pi.txt.br")).status == "ok"


def test_an_archive_of_numpy(tmp_path):
    found = verify_file(written(tmp_path, npz(), "pi.npz"))
    assert "this zip archive holds 2 files (digits.npy, more.npy)" in found.message


def test_texts_of_digits_are_never_named(texts, rng):
    for base, text in texts.items():
        for habit in HABITS.values():
            laid_out = habit(text).encode()
            for length in (1, 2, 3, 4, 5, 50, 263, 512, 4096):
                assert foreign_kind(laid_out[:length]) is None, (base, laid_out[:length])
    for begin in (
        b"MZ ",
        b"BM",
        b"PAR1",
        b"ID3",
        b"x\x5e",
        b"LZIP ",
        b"070701",
        b"MATLAB 5.0",
        b"Obj",
        b"II*",
        b"CDF",
        b"%PI",
    ):
        assert foreign_kind(begin + b" = " + PI * 10) is None
    for _ in range(2000):
        digits = "".join(rng.choices("01234567", k=600)).encode()
        assert foreign_kind(digits) is None


def test_the_interpreter_is_an_executable():
    with open(sys.executable, "rb") as file:  # noqa: PTH123
        head = file.read(4096)
    if sys.platform == "linux":
        assert foreign_kind(head)[0] == "an ELF executable"
