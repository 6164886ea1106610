"""Files that would cost far more than their digits: refused early. Pipes that nobody writes to, or that do not end: reported."""

import bz2
import gzip
import io
import lzma
import os
import subprocess
import zlib

import pytest
import zstandard

from pi_engine import CorruptFileError
from pi_engine.digits.common import source
from pi_engine.digits.compressed.decompression import decompressed
from pi_engine.runtime import waiting
from pi_engine.runtime.waiting import WatchedStream
from tests.command import COMMAND

PI = b"3.14159265358979323846264338327950288419716939937510\n"
BYTES = 1 << 25


def frame(content):
    return zstandard.ZstdCompressor().compress(content)


FRAME = b"\x28\xb5\x2f\xfd\x00\x58"  # without its blocks
MEMBER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
SKIPPED = b"\x50\x2a\x4d\x18"
TINY = {
    "empty frames": ("zst", frame(PI), b"\x28\xb5\x2f\xfd\x20\x00\x01\x00\x00"),
    "frames of one digit": ("zst", frame(PI), frame(b"1")),
    "frames that are skipped": ("zst", frame(PI), SKIPPED + bytes(4)),
    "empty blocks": ("zst", FRAME, b"\x00\x00\x00"),
    "blocks of one digit": ("zst", FRAME, b"\x0a\x00\x001"),
    "empty members": ("gz", gzip.compress(PI), gzip.compress(b"")),
    "members of one digit": ("gz", gzip.compress(PI), gzip.compress(b"1")),
    "empty streams": ("xz", lzma.compress(PI), lzma.compress(b"")),
    "streams of one digit": ("xz", lzma.compress(PI), lzma.compress(b"1")),
    "empty bzip2 streams": ("bz2", bz2.compress(PI), bz2.compress(b"")),
    "bzip2 streams of one digit": ("bz2", bz2.compress(PI), bz2.compress(b"1")),
}
SILENT = {
    "zeros behind a member": ("gz", gzip.compress(PI), b"\x00"),
    "zeros behind a stream": ("xz", lzma.compress(PI), b"\x00"),
    "zeros behind a bzip2 stream": ("bz2", bz2.compress(PI), b"\x00"),
    "a name without an end": ("gz", b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03", b"a"),
    "empty stored blocks": ("gz", MEMBER, b"\x00\x00\x00\xff\xff"),
    "a long frame that is skipped": ("zst", frame(PI) + SKIPPED + BYTES.to_bytes(4, "little"), b"a"),
}


class Counted(io.BytesIO):
    """How much of it has been read."""

    taken = 0

    def read(self, size=-1):
        found = super().read(size)
        self.taken += len(found)
        return found


def read_all(raw, form):
    stream = decompressed(raw, form, "pi")
    given = 0
    while piece := stream.read(1 << 20):
        given += len(piece)
    return given


@pytest.mark.parametrize("name", TINY)
def test_tiny_pieces_are_refused(name):
    form, start, piece = TINY[name]
    raw = Counted(start + piece * (BYTES // len(piece)))
    with pytest.raises(
        CorruptFileError, match=r"^pi is cut into 4_1?\d\d\d? pieces .*: compress it again in one piece"
    ):
        read_all(raw, form)
    assert raw.taken <= 1 << 20


@pytest.mark.parametrize("name", SILENT)
def test_what_gives_nothing_is_refused(name):
    form, start, piece = SILENT[name]
    raw = Counted(start + piece * (BYTES // len(piece)))
    with pytest.raises(CorruptFileError, match=r"bytes of compressed data before byte [\d_]+ hold no digit"):
        read_all(raw, form)
    assert raw.taken < BYTES + (1 << 10)


@pytest.mark.parametrize(
    ("form", "compress"), [("gz", gzip.compress), ("xz", lzma.compress), ("bz2", bz2.compress), ("zst", frame)]
)
@pytest.mark.parametrize("size", [200, 70_000])
def test_pieces_of_some_digits_are_read(form, compress, size):
    """Programs write such pieces that append, or that compress on many threads; and zeros between them, as on tapes."""
    piece = compress(b"1415926535" * (size // 10))
    count = 5000 if size < 1000 else 50
    assert read_all(Counted(piece * count), form) == count * size
    if form != "zst":
        assert read_all(Counted((piece + bytes(512)) * 40), form) == 40 * size


def test_gzip_with_many_flushes_is_read():
    packer = zlib.compressobj(wbits=31)
    text = b"".join(packer.compress(b"14159265" * 10) + packer.flush(zlib.Z_SYNC_FLUSH) for _ in range(20_000))
    assert read_all(Counted(text + packer.flush()), "gz") == 1_600_000


def test_silence_is_told_once_and_reading_now_and_then(monkeypatch, said):
    monkeypatch.setattr(waiting, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(waiting, "STILL_SECONDS", 0.02)
    with WatchedStream("the pipe") as watched:
        with watched.waiting():
            while not said():
                pass
        assert said() == ["pi-engine: waiting for the pipe: nothing has come yet; press Ctrl-C to give up"]
        watched.has_read(7000)
        while len(said()) < 3:
            pass
        assert set(said()[1:]) == {"pi-engine: still reading the pipe: 7_000 bytes so far; press Ctrl-C to give up"}


def test_regular_files_are_not_watched(tmp_path):
    (tmp_path / "pi.txt").write_bytes(PI)
    with source.Source.open(tmp_path / "pi.txt") as opened:
        assert opened._watched is None
    with source.Source.open(os.devnull) as opened:
        assert opened._watched is not None and opened.read(10) == b""
        assert opened._watched._ended.is_set()


WAITING = "pi-engine: waiting for {}: nothing has come yet; press Ctrl-C to give up\n"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")
@pytest.mark.parametrize("command", ["verify", "convert"])
def test_a_pipe_without_a_writer_is_told(tmp_path, command):
    pipe = tmp_path / "pi.txt"
    os.mkfifo(pipe)
    line = [*COMMAND, command, str(pipe), *([str(tmp_path / "to.txt")] * (command == "convert"))]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr.readline() == WAITING.format(pipe)
        pipe.write_bytes(PI)
        process.communicate()
        assert process.returncode == 0


def test_silent_standard_input_is_told_unless_quiet():
    for options, expected in (([], WAITING.format("standard input")), (["-q"], "")):
        line = [*COMMAND, "verify", "-", *options]
        with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            if expected:
                assert process.stderr.readline().decode() == expected
            out, err = process.communicate(PI)
            assert process.returncode == 0 and b"ok" in out and err == b""
