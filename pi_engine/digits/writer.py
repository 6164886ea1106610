"""Write digits to a file of any format: whole or not at all, read back and compared before it gets its name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.bigint.residues.moduli import moduli
from pi_engine.digits.block_hash import BlockHashes
from pi_engine.digits.common.constants import whole_number
from pi_engine.digits.common.sha256 import ByteHash
from pi_engine.digits.destination import open_output, publish_or_beside, require_file, with_outcome, written_name
from pi_engine.digits.encoding import Encoding, encoded
from pi_engine.digits.file_sizes import file_size
from pi_engine.digits.reader import DigitFile, sound_blocks
from pi_engine.digits.text.text_file import DIFFERS, text_size
from pi_engine.digits.ycd.ycd_header import LEAST_DIGITS
from pi_engine.digits.ycd.ycd_set import find_pieces
from pi_engine.digits.ycd_set_writer import fill_set
from pi_engine.errors import CorruptFileError, VerificationError
from pi_engine.runtime.storage.atomic import atomic_writer, is_special
from pi_engine.runtime.storage.durable import output_error
from pi_engine.runtime.storage.pending_file import PendingFile
from pi_engine.runtime.storage.presence import is_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pi_engine.digits.common.blocks import Block
    from pi_engine.digits.common.formats import Format
    from pi_engine.digits.ycd.pending_set import PendingSet

_CHUNK = 1 << 22


class Written(NamedTuple):
    """What has been written: where, how many digits, their hash with the one before the point, and if it was read back."""

    path: str
    digits: int
    hash: int
    read_back: bool


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
    threads: int = 1,
) -> Written:
    """Write `digits` digits to `path`, or in files of `block_size` digits to the folder of that name.

    What has been written is read back from the disk and compared: its bytes by SHA-256, and its digits with those of the
    blocks modulo 2^61 − 1 and a random prime.

    Args:
        path: the file, or "-" for standard output.
        blocks: the digits after the point, in words that are filled except for the last.
        digits: how many; None is for one or more, counted as they are written, and not for .ycd files.
        base: 2, 8, 10 or 16; of a .ycd file 10 or 16.
        form: the format.
        integer: the digits before the point.
        first_digits: for the header of a .ycd file, a digit, a point and 50 more; by default those of π.
        block_size: digits of each file of a .ycd set.
        overwrite: whether an existing file may be replaced.
        threads: for compression.

    Raises:
        VerificationError: what was read back differs from what was to be written.
        UsageError, OutputError, CapacityError: as `open_output`, or the system refuses. Where a finished file cannot have its
            name it keeps another beside it, which the message says.
    """
    encoding = Encoding(digits, base, form, integer, first_digits, block_size, threads)
    hashes = BlockHashes(base, whole_number(integer, base), moduli())
    if str(path) == "-" or is_special(Path(path)):
        least = LEAST_DIGITS if digits is None else digits
        require_file(path, least, base=base, form=form, overwrite=overwrite, block_size=block_size)
        write_through(path, hashes.through(blocks), encoding)
        return Written(str(path), hashes.count, hashes.values[0], read_back=False)
    pending = open_output(path, digits, base=base, form=form, overwrite=overwrite, block_size=block_size)
    try:
        with pending:
            fill(pending, blocks, encoding, hashes)
            publish_or_beside(pending)
    except OSError as error:
        message = f"{path} could not be written: {error.strerror or error}; {pending.outcome}"
        raise output_error(error, message) from error
    except VerificationError as error:
        raise with_outcome(VerificationError(f"{path}: {error}"), pending) from error
    return Written(written_name(path, block_size), hashes.count, hashes.values[0], read_back=True)


def write_through(path: str | Path, blocks: Iterable[Block], encoding: Encoding) -> None:
    """Write to standard output, a device or a pipe, which cannot be read back.

    Raises:
        OutputError, CapacityError: it cannot be written. A broken pipe stays a BrokenPipeError.
    """
    if str(path) == "-":
        for piece in encoded(blocks, encoding):
            _write_to_stdout(piece)
        _write_to_stdout(b"")
        return
    with atomic_writer(path, overwrite=True) as stream:
        for piece in encoded(blocks, encoding):
            stream.write(piece)


def _write_to_stdout(piece: bytes | memoryview) -> None:
    """Write a piece, or flush where it is empty."""
    try:
        if piece:
            sys.stdout.buffer.write(piece)
        else:
            sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise output_error(error, f"standard output could not be written: {error.strerror or error}") from error


def fill(
    pending: PendingFile | PendingSet,
    blocks: Iterable[Block],
    encoding: Encoding,
    hashes: BlockHashes,
    residues: Mapping[int, int] | None = None,
) -> None:
    """Write the digits to a pending file or set, and compare what is read back: its bytes, by SHA-256, and its digits.

    Args:
        pending: the file.
        blocks: the digits after the point.
        encoding: how they are written.
        hashes: of the digit before the point alone; those of the blocks are added.
        residues: what the hashes must be in the end, by modulus.

    Raises:
        VerificationError: what was read back differs.
        OSError: the system refuses.
    """
    digits, base, form, integer = encoding[:4]
    expected = file_size(digits or 0, base, form)
    with ByteHash(encoding.threads, expected) as written:
        if isinstance(pending, PendingFile):
            pending.rewind()
            for piece in encoded(hashes.through(blocks), encoding):
                written.update(piece)
                pending.write(piece)
            pending.finish()
        else:
            fill_set(pending, hashes.through(blocks), encoding, written)
        found = written.found()
    values = dict(zip(hashes.moduli, hashes.values, strict=True))
    complete = digits in {None, hashes.count} and (residues or {}).items() <= values.items()
    if not complete or not _reads_back(pending.path, hashes, found, base=base, form=form, integer=integer):
        raise VerificationError(DIFFERS)


def _reads_back(
    place: Path, expected: BlockHashes, written: tuple[int, str], *, base: int, form: Format, integer: str
) -> bool:
    """Whether the file holds what was written, and the digits, and nothing else."""
    if form == "text" and written[0] != text_size(expected.count) + len(integer) - 1:
        return False
    try:
        if _bytes_at(place) != written:
            return False
        with DigitFile(place, base=base) as file:
            found = BlockHashes(base, whole_number(file.integer or "0", base), expected.moduli)
            for block in sound_blocks(file):
                found.update(block)
            same = (found.values, found.count) == (expected.values, expected.count)
            return same and (file.format, file.integer) == (form, integer)
    except CorruptFileError:
        return False


def _bytes_at(place: Path) -> tuple[int, str]:
    """How many bytes a file, or the files of a set one after another, has, and their SHA-256."""
    with ByteHash() as found:
        for path in [piece.path for piece in find_pieces(place)] if is_folder(place) else [place]:
            with path.open("rb", buffering=0) as stream:
                while piece := stream.read(_CHUNK):
                    found.update(piece)
        return found.found()
