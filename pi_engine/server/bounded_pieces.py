"""Pieces of digits for as long as there is time, so that whatever reads them ends soon."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pi_engine.sequence.access.digit_access import Characters


class BoundedPieces:
    """The pieces, until a moment has passed or nobody waits any more; at least some, so that each reading comes further.

    Attributes:
        digits: how many have been handed on.
        out_of_time: whether pieces may be left because time is up.
    """

    def __init__(
        self, pieces: Iterable[Characters], *, until: float, unwanted: Callable[[], bool], least: int = 1
    ) -> None:
        """Hand on `pieces`, `least` digits or more, until the clock `time.monotonic` says `until`, or `unwanted` says yes."""
        self._pieces, self._until, self._unwanted, self._least = pieces, until, unwanted, least
        self.digits = 0
        self.out_of_time = False

    def __iter__(self) -> Iterator[Characters]:
        for piece in self._pieces:
            self.digits += len(piece)
            yield piece
            if self.digits >= self._least and (self._unwanted() or time.monotonic() >= self._until):
                self.out_of_time = True
                return
