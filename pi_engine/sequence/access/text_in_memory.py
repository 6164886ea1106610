"""Digits of a text in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pi_engine.sequence.access.digit_access import PIECE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.sequence.access.digit_access import Characters


class TextInMemory:
    """The digits after the point of a text like "3.1415"."""

    def __init__(self, text: str, before: int) -> None:
        """Of `text`, all except the first `before` characters."""
        self._text, self._before = text, before
        self.digits = max(len(text) - before, 0)
        self.notes: list[str] = []

    def pieces(self, start: int, stop: int | None) -> Iterator[Characters]:
        """See `DigitAccess`."""
        stop = self.digits if stop is None else min(stop, self.digits)
        for first in range(start, stop, PIECE):
            last = min(first + PIECE, stop)
            yield np.frombuffer(self._text[self._before + first : self._before + last].encode("ascii"), np.uint8)

    def close(self) -> None:
        """Nothing is open."""
