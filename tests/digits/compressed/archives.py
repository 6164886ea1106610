"""Zip archives of digits, sound and forged, and how they are refused."""

import io
import struct
import tracemalloc
import zipfile
from contextlib import contextmanager

import pytest

from pi_engine import verify_file
from pi_engine.errors import CorruptFileError
from tests.digits.digit_files import read, written

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
