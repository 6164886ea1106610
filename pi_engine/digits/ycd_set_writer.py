"""Write a set of .ycd files: a folder that appears whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.digits.atomic import require_writable
from pi_engine.digits.blocks import Cutter
from pi_engine.digits.ycd_header import header_bytes
from pi_engine.digits.ycd_set import find_pieces, piece_name
from pi_engine.errors import CapacityError, OutputError, PiEngineError, UsageError
from pi_engine.runtime import watcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pi_engine.digits.blocks import Block


def set_folder(path: str | Path) -> Path:
    """The folder of a set that is to be called `path`: `pi.ycd` stands for `pi/pi - 0.ycd` and what follows."""
    given = Path(path)
    return given.with_suffix("") if given.suffix.lower() == ".ycd" else given


def require_set_writable(path: str | Path, *, size: int, overwrite: bool) -> None:
    """Refuse, before any work is done, a set that could not be written in the end.

    Raises:
        UsageError, CapacityError: as `require_writable`; a folder is replaced only if it holds one set and nothing else.
    """
    folder = set_folder(path)
    if not folder.name:
        raise UsageError(f"{path} cannot be the name of a set of files: choose one like pi.ycd")
    if folder.is_dir():
        if not overwrite:
            raise UsageError(f"{folder} exists: give overwrite=True to replace it, or choose another name")
        _require_only_a_set(folder)
        folder = folder.with_name(f".{secrets.token_hex(8)}.partial")  # what is beside it may be written
    require_writable(folder, size=size, overwrite=False)


def _require_only_a_set(folder: Path) -> None:
    """Refuse to replace a folder that holds anything else."""
    try:
        pieces = {piece.path.name for piece in find_pieces(folder)}
    except PiEngineError:
        pieces = set()
    if {entry.name for entry in folder.iterdir()} - pieces:
        raise UsageError(f"{folder} holds more than one whole set of .ycd files: remove it, or choose another name")


def write_set(
    folder: Path,
    blocks: Iterable[Block],
    digits: int,
    base: int,
    *,
    first_digits: str,
    block_size: int,
    overwrite: bool,
    check: Callable[[Path], None],
) -> None:
    """Write the files to a temporary folder, `check` it, and give it its name.

    Raises:
        OutputError, CapacityError: the system refuses to write, or the disk is full; nothing is left.
        PiEngineError: `check` raises it; nothing is left.
    """
    target = folder.resolve()
    temporary = target.with_name(f".{secrets.token_hex(8)}.partial")
    watcher.begin_temporary(temporary)
    try:
        temporary.mkdir()
        _write_files(temporary, target.name, blocks, digits, base, first_digits=first_digits, block_size=block_size)
        check(temporary)
        _sync(temporary)
        _publish(temporary, target, overwrite=overwrite)
        _sync(target.parent)
    except OSError as error:
        message = f"{folder} could not be written: {error.strerror or error}; no file was left"
        raise (CapacityError if error.errno in CapacityError.errnos else OutputError)(message) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        watcher.end_temporary(temporary)


def _write_files(
    folder: Path, name: str, blocks: Iterable[Block], digits: int, base: int, *, first_digits: str, block_size: int
) -> None:
    cutter = Cutter(blocks, base)
    for number, start in enumerate(range(0, digits, block_size)):
        full = start + block_size <= digits
        header = header_bytes(base, block_size, number, 0 if full else digits, first_digits)
        with (folder / piece_name(name, number)).open("xb") as stream:
            stream.write(header)
            for block in cutter.take(min(block_size, digits - start)):
                stream.write(block.words.astype("<u8", copy=False).data.cast("B"))
            stream.flush()
            os.fsync(stream.fileno())
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _publish(temporary: Path, target: Path, *, overwrite: bool) -> None:
    """Give the finished folder its name; an old set is moved aside first, and back if that fails."""
    if not overwrite or not target.exists():
        if target.exists():
            raise UsageError(f"{target} exists by now: give overwrite=True to replace it")
        temporary.rename(target)
        return
    _require_only_a_set(target)
    aside = target.with_name(f".{secrets.token_hex(8)}.old")
    target.rename(aside)
    try:
        temporary.rename(target)
    except OSError:
        aside.rename(target)
        raise
    shutil.rmtree(aside)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
