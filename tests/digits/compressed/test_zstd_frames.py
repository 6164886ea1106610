"""Frames of Zstandard: what their headers may say."""

import io

import pytest

from pi_engine.digits.compressed.decompression import decompressed
from pi_engine.errors import CorruptFileError


def frame_of_one_block(size):
    """`size` times the digit 7, in a block that says so in four bytes."""
    word = 1 | 1 << 1 | size << 3
    header = (0xFD2FB528).to_bytes(4, "little") + bytes([0xA0]) + size.to_bytes(4, "little")
    return header + word.to_bytes(3, "little") + b"7"


def test_blocks_are_as_long_as_the_format_allows_and_no_longer():
    """Refused by their header, before room is made for what it says."""
    longest = 1 << 17
    stream = decompressed(io.BytesIO(frame_of_one_block(longest)), "zst", "pi.zst")
    assert stream.read(longest) + stream.read(1) == b"7" * longest
    for size in (longest + 1, (1 << 21) - 1):
        with pytest.raises(CorruptFileError, match="a block has an impossible header"):
            decompressed(io.BytesIO(frame_of_one_block(size)), "zst", "pi.zst").read(1)
