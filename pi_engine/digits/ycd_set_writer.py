"""Write a set of .ycd files: a folder that appears whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.digits.common.blocks import Cutter
from pi_engine.digits.destination import set_folder
from pi_engine.digits.encoding import bytes_of_words
from pi_engine.digits.ycd.pending_set import not_a_set
from pi_engine.digits.ycd.ycd_header import header_bytes
from pi_engine.digits.ycd.ycd_set import holds_only_a_set
from pi_engine.errors import UsageError
from pi_engine.runtime.storage.atomic import require_writable
from pi_engine.runtime.storage.durable import finish, write_all
from pi_engine.runtime.storage.pending_file import exists
from pi_engine.runtime.storage.presence import is_there
from pi_engine.runtime.storage.temporaries import temporary_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pi_engine.digits.common.blocks import Block
    from pi_engine.digits.common.sha256 import ByteHash
    from pi_engine.digits.encoding import Encoding
    from pi_engine.digits.ycd.pending_set import PendingSet


def require_set_writable(path: str | Path, *, size: int, overwrite: bool) -> None:
    """Refuse, before any work is done, a set that could not be written in the end.

    Raises:
        UsageError, CapacityError: as `require_writable`; a folder is replaced only if it holds one set and nothing else.
    """
    folder = set_folder(path)
    if not folder.name:
        raise UsageError(f"{path} cannot be the name of a set of files: choose one like pi.ycd")
    if is_there(folder):
        if not overwrite:
            raise UsageError(exists(folder))
        if not holds_only_a_set(folder):
            raise UsageError(not_a_set(folder))
        folder = temporary_path(folder.resolve())  # what is beside it may be written
    require_writable(folder, size=size, overwrite=False)


def fill_set(pending: PendingSet, blocks: Iterable[Block], encoding: Encoding, written: ByteHash) -> None:
    """Write the files of a set one after another, and have them reach the device; their bytes are added to `written`.

    Raises:
        OSError: the system refuses.
    """
    digits, base, block_size = encoding.digits, encoding.base, encoding.block_size
    assert digits is not None
    assert block_size is not None
    cutter = Cutter(blocks, base)
    for number, start in enumerate(range(0, digits, block_size)):
        full = start + block_size <= digits
        header = header_bytes(base, block_size, number, 0 if full else digits, encoding.first_digits)
        with pending.open(number) as stream:
            write_all(stream, header)
            written.update(header)
            for block in cutter.take(min(block_size, digits - start)):
                content = bytes_of_words(block)
                write_all(stream, content)
                written.update(content)
            finish(stream)
    pending.finish()
