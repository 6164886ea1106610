"""Write digits to a file of any format: whole or not at all, read back and compared before it gets its name."""

from __future__ import annotations

import os
import sys
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from pi_engine.digits.atomic import atomic_writer, require_writable
from pi_engine.digits.block_hash import BlockHash
from pi_engine.digits.compression import compressed
from pi_engine.digits.digit_text import DigitText
from pi_engine.digits.reader import DigitFile, sound_blocks
from pi_engine.digits.text_file import text_size
from pi_engine.digits.ycd_header import LEAST_DIGITS, header_bytes
from pi_engine.digits.ycd_set_writer import require_set_writable, set_folder, write_set
from pi_engine.errors import CorruptFileError, UsageError, VerificationError
from pi_engine.radix.words import DIGITS_PER_WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pi_engine.digits.blocks import Block
    from pi_engine.digits.formats import Format

_COMPRESSED_BYTES = {10: 0.52, 16: 0.65}
"""Bytes a character at most, of any of the compressed formats; the largest is xz."""


class Written(NamedTuple):
    """What has been written: where, how many digits, their hash with the one before the point, and if it was read back."""

    path: str
    digits: int
    hash: int
    read_back: bool


def file_size(digits: int, base: int, form: Format) -> int:
    """Bytes of a file of that many digits, or a bound of them where the format compresses."""
    if form == "ycd":
        return 256 + 8 * -(-digits // DIGITS_PER_WORD[base])
    size = text_size(digits)
    return size if form == "text" else 256 + int(size * _COMPRESSED_BYTES[base])


def required_size(digits: int, base: int, form: Format, block_size: int | None = None) -> int:
    """Bytes that must be free for the file, or for the set of files: each is written once, and renamed."""
    return file_size(digits, base, form) + (0 if block_size is None else 256 * (digits // block_size))


def require_length(digits: int, form: Format, block_size: int | None) -> None:
    """Refuse so few digits as the format cannot hold.

    Raises:
        UsageError: a .ycd file of fewer than 50 digits, or in such blocks.
    """
    if form == "ycd" and min(digits, digits if block_size is None else block_size) < LEAST_DIGITS:
        what = "blocks" if block_size is not None and block_size < LEAST_DIGITS else "files"
        raise UsageError(f"the ycd format has no {what} of fewer than {LEAST_DIGITS} digits: take more, or text")


def require_file(
    path: str | Path, digits: int, *, base: int, form: Format, overwrite: bool, block_size: int | None = None
) -> None:
    """Refuse, before any work is done, a file that could not be written in the end.

    Raises:
        UsageError, CapacityError: as `require_writable`; and a .ycd file of fewer than 50 digits, or in such blocks.
    """
    if block_size is not None and str(path) == "-":
        raise UsageError("a set of files cannot go to standard output: name a file")
    if block_size is not None and form != "ycd":
        raise UsageError(f"only the ycd format comes in blocks: leave out the block size, or end {path} in .ycd")
    require_length(digits, form, block_size)
    if str(path) == "-":
        return
    size = required_size(digits, base, form, block_size)
    if block_size is None:
        require_writable(path, size=size, overwrite=overwrite)
    else:
        require_set_writable(path, size=size, overwrite=overwrite)


def write_digits(
    path: str | Path,
    blocks: Iterable[Block],
    *,
    digits: int | None,
    base: int,
    form: Format,
    integer: str = "3",
    first_digits: str = "",
    block_size: int | None = None,
    overwrite: bool = False,
    expected_hash: int | None = None,
    threads: int = 1,
) -> Written:
    """Write `digits` digits to `path`, or in files of `block_size` digits to the folder of that name.

    What has been written is read back from the disk, and the hash of its digits compared with that of the blocks.

    Args:
        path: the file, or "-" for standard output.
        blocks: the digits after the point, in words that are filled but for the last.
        digits: how many; None is for one or more, counted as they are written, and not for .ycd files.
        base: 10 or 16.
        form: the format.
        integer: the digit before the point.
        first_digits: for the header of a .ycd file, a digit, a point and 50 more; by default those of π.
        block_size: digits of each file of a .ycd set.
        overwrite: whether an existing file may be replaced.
        expected_hash: what the hash of the blocks must be.
        threads: for compression.

    Raises:
        VerificationError: what was read back differs from what was to be written; no file is left.
        UsageError, OutputError, CapacityError: as `require_file` and `atomic_writer`.
    """
    digit_hash = BlockHash(base, int(integer, 16))
    hashed = digit_hash.through(blocks)

    def require_equal(place: Path) -> None:
        complete = digits in {None, digit_hash.count} and expected_hash in {None, digit_hash.value}
        if not complete or not _reads_back(place, digit_hash, base=base, form=form, integer=integer):
            raise VerificationError(f"{path}: what was read back differs from what was computed; no file was left")

    require_file(
        path,
        LEAST_DIGITS if digits is None else digits,
        base=base,
        form=form,
        overwrite=overwrite,
        block_size=block_size,
    )
    if str(path) == "-":
        for piece in _encoded(hashed, digits, base, form, integer=integer, first_digits=first_digits, threads=threads):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return Written("-", digit_hash.count, digit_hash.value, read_back=False)
    if block_size is not None:
        assert digits is not None
        folder = set_folder(path)
        write_set(
            folder,
            hashed,
            digits,
            base,
            first_digits=first_digits,
            block_size=block_size,
            overwrite=overwrite,
            check=require_equal,
        )
        return Written(str(folder), digits, digit_hash.value, read_back=True)
    with atomic_writer(path, overwrite=overwrite) as stream:
        for piece in _encoded(hashed, digits, base, form, integer=integer, first_digits=first_digits, threads=threads):
            stream.write(piece)
        stream.flush()
        readable = stream.readable() and stream.seekable()
        if readable:
            drop_from_memory(stream)
            require_equal(Path(stream.name))
    return Written(str(path), digit_hash.count, digit_hash.value, readable)


def _encoded(
    blocks: Iterable[Block],
    digits: int | None,
    base: int,
    form: Format,
    *,
    integer: str,
    first_digits: str,
    threads: int,
) -> Iterator[bytes | memoryview]:
    """The bytes of the file."""
    if form == "ycd":
        assert digits is not None
        header = header_bytes(base, digits, first=first_digits)
        return chain([header], (block.words.astype("<u8", copy=False).data.cast("B") for block in blocks))
    text = DigitText(base, digits or 0)
    head = (integer if digits == 0 else f"{integer}.").encode("ascii")
    pieces = chain([head], (text.text(block.words, block.digits) for block in blocks))
    return pieces if form == "text" else compressed(pieces, form, threads)


def drop_from_memory(stream: IO[bytes]) -> None:
    """Have what is read next come from the device itself, where the system can be asked to."""
    os.fsync(stream.fileno())
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _reads_back(place: Path, expected: BlockHash, *, base: int, form: Format, integer: str) -> bool:
    """Whether the file holds the digits, and nothing else."""
    if form == "text" and place.stat().st_size != text_size(expected.count):
        return False
    try:
        with DigitFile(place, base=base) as file:
            found = BlockHash(base, int(file.integer or "0", 16))
            for block in sound_blocks(file):
                found.update(block)
            same = (found.value, found.count) == (expected.value, expected.count)
            return same and (file.format, file.integer) == (form, integer)
    except CorruptFileError:
        return False
