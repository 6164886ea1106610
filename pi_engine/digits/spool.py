"""Words put aside on disk: for digits that are read once and needed twice, 0.42 bytes a digit.

What is read again must be what was stored, by SHA-256.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Self

import numpy as np

from pi_engine.digits.common.blocks import Block
from pi_engine.digits.common.sha256 import ByteHash
from pi_engine.errors import OutputError
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD
from pi_engine.runtime.storage.durable import output_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pi_engine.errors import CapacityError

_WORDS = 1 << 17


class Spool:
    """Blocks in a temporary file that goes when it is closed."""

    def __init__(self, base: int, folder: Path | None = None) -> None:
        """In `folder`, or where the system keeps temporary files."""
        self._width = DIGITS_PER_WORD[base]
        self._folder = folder
        try:
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed by __exit__)
        except OSError as error:
            raise self._failed(error) from error
        self.digits = 0
        self._stored = ByteHash()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def through(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Blocks, passed on, each stored when it passes. They fill their words, except for the last."""
        for block in blocks:
            content = np.ascontiguousarray(block.words).data.cast("B")
            self._stored.update(content)
            try:
                self._file.write(content)
            except OSError as error:
                raise self._failed(error) from error
            self.digits += block.digits
            yield block

    def fill(self, blocks: Iterable[Block]) -> None:
        """Store all blocks."""
        for _ in self.through(blocks):
            pass

    def blocks(self) -> Iterator[Block]:
        """What has been stored, from the beginning.

        Raises:
            OutputError: it is not what was stored; after the last block.
        """
        self._file.seek(0)
        left, found = self.digits, ByteHash()
        while left:
            content = self._file.read(8 * _WORDS)
            found.update(content)
            words = np.frombuffer(content, np.uint64)
            if not len(words):
                raise self._changed()
            digits = min(left, self._width * len(words))
            left -= digits
            yield Block(words, digits)
        if found.found() != self._stored.found():
            raise self._changed()

    def _changed(self) -> OutputError:
        place = self._folder or tempfile.gettempdir()
        return OutputError(
            f"a temporary file in {place} reads back differently: test that disk, or choose another folder"
        )

    def _failed(self, error: OSError) -> OutputError | CapacityError:
        return output_error(
            error, f"a temporary file in {self._folder or tempfile.gettempdir()} failed: {error.strerror or error}"
        )
