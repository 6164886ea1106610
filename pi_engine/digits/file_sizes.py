"""How large digit files are, before they are written: what is reserved for them, and what a disk must have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.digits.text.text_file import text_size
from pi_engine.digits.ycd.ycd_header import LEAST_DIGITS
from pi_engine.errors import UsageError
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD

if TYPE_CHECKING:
    from pi_engine.digits.common.formats import Format

_YCD_HEADER_BYTES = 256

_COMPRESSED_BYTES = {2: 0.26, 8: 0.49, 10: 0.52, 16: 0.65}
"""Bytes a character at most, of any of the compressed formats; the largest is xz."""


def file_size(digits: int, base: int, form: Format) -> int:
    """Bytes of a file of that many digits, or a bound of them where the format compresses."""
    if form == "ycd":
        return _YCD_HEADER_BYTES + 8 * -(-digits // DIGITS_PER_WORD[base])
    size = text_size(digits)
    return size if form == "text" else 256 + int(size * _COMPRESSED_BYTES[base])


def required_size(digits: int, base: int, form: Format, block_size: int | None = None) -> int:
    """Bytes that must be free for the file, or for the set of files: each is written once, and renamed."""
    return file_size(digits, base, form) + (0 if block_size is None else _YCD_HEADER_BYTES * (digits // block_size))


def piece_sizes(digits: int, base: int, block_size: int) -> list[int]:
    """Bounds of the bytes of each file of a set."""
    return [file_size(min(block_size, digits - start), base, "ycd") for start in range(0, digits, block_size)]


def require_length(digits: int, form: Format, block_size: int | None) -> None:
    """Refuse fewer digits than the format can hold.

    Raises:
        UsageError: a .ycd file of fewer than 50 digits, or in such blocks.
    """
    if form == "ycd" and min(digits, digits if block_size is None else block_size) < LEAST_DIGITS:
        what = "blocks" if block_size is not None and block_size < LEAST_DIGITS else "files"
        raise UsageError(f"the ycd format has no {what} of fewer than {LEAST_DIGITS} digits: take more, or text")
