"""What the server answers, without HTTP: digits at a place, the places of a string, and counts, each in bounded time."""

from __future__ import annotations

import os
import time
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, NamedTuple

from pi_engine.server.bounded_pieces import BoundedPieces
from pi_engine.server.digit_tally import DigitTally

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.sequence.digit_sequence import DigitSequence
    from pi_engine.server.digit_tally import Tally

MOST_DIGITS = 1000
"""Digits of an answer, as in the public interface."""

MOST_PLACES = 1000
LONGEST_STRING = 1000
"""Positions of an answer, and digits of a string that is searched for."""

_UNITS = {2: "1", 8: "3", 10: "3", 16: "3"}
"""The digit before the point of a file that begins after it: π's."""


class Found(NamedTuple):
    """Where a string stands.

    Attributes:
        positions: of its first digits, counted from 1 after the point, ascending.
        searched_to: every occurrence that ends at this position or before has been found.
        stopped: "end" of the digits, "limit" of positions, or "time".
        continues: the position from which another search finds the rest; None at the end.
    """

    positions: list[int]
    searched_to: int
    stopped: Literal["end", "limit", "time"]
    continues: int | None


class DigitService:
    """Answers about one sequence of digits, to several threads at once.

    Attributes:
        name: of the file without its folder, or what was computed.
        base: of the digits.
        length: digits after the point.
    """

    def __init__(self, digits: DigitSequence, *, seconds: float = 10.0) -> None:
        """Answer about `digits`, which are put aside first where they can only be read from their beginning.

        Args:
            digits: stay open as long as the service is used.
            seconds: how long a search or a count may take at most.

        Raises:
            PiEngineError: they cannot be read.
        """
        digits.with_random_access()
        self._digits, self.seconds = digits, seconds
        self._path = None if digits.format is None else PurePath(digits.name)
        self.name = digits.name if self._path is None else self._path.name or digits.name
        self.base, self.length = digits.base, len(digits)
        digits.text(
            0, 1
        )  # the first pass has the file that was opened; later ones, which may be several at once, have their own
        self._units = digits.integer[-1:] or _UNITS[digits.base]
        self._tally = DigitTally(digits)

    def text(self, start: int, count: int) -> str:
        """`count` digits, fewer at the end: from the one before the point if `start` is 0, else from position `start` on."""
        if not count:
            return ""
        if start == 0:
            return self._units + self._digits.text(0, count - 1)
        return self._digits.text(start - 1, start - 1 + count)

    def find(self, string: str, *, start: int, limit: int, until: float, unwanted: Callable[[], bool]) -> Found:
        """The first `limit` occurrences of a digit string at position `start` or behind.

        Occurrences may overlap. The time may be exceeded by that of a piece.

        Args:
            string: digits of the base, and "?" for any digit, as `search.patterns.checked` gives them.
            start: a position, 1 or more.
            limit: 1 or more.
            until: by the clock `time.monotonic`.
            unwanted: whether nobody waits for the answer any more.
        """
        from pi_engine.search.scanning import LEAST_PIECE, gathered
        from pi_engine.search.string_search import StringSearch

        # of fewer digits than the string has, none would be out of the next search's way
        least = 2 * len(string)
        pieces = BoundedPieces(self._digits.characters(start - 1), until=until, unwanted=unwanted, least=least)
        search = StringSearch([string], self.base, room=limit, position=start)
        for piece in gathered(pieces, max(LEAST_PIECE, search.least_piece)):
            search.take(piece)
            if search.counts[0] >= limit:
                self._require_unchanged()
                positions = search.places(0)[:limit].tolist()
                return Found(positions, positions[-1] + len(string) - 1, "limit", positions[-1] + 1)
        positions, searched_to = search.places(0).tolist(), start - 1 + pieces.digits
        if pieces.out_of_time and searched_to < self.length:
            self._require_unchanged()
            return Found(positions, searched_to, "time", max(searched_to - len(string) + 2, start))
        return Found(positions, searched_to, "end", None)

    def probability(self, string: str) -> float:
        """That random digits, as many as these, hold a string that `find` takes."""
        from pi_engine.search.pattern_chance import chances_of_strings

        return chances_of_strings([string], self.base, self.length)[0].probability

    def count(self, *, until: float, unwanted: Callable[[], bool]) -> Tally:
        """How often each digit occurs, as far as it has been counted until then; the next call goes on from there."""
        tally = self._tally.count(until=until, unwanted=unwanted)
        self._require_unchanged()
        return tally

    def _require_unchanged(self) -> None:
        """Be certain that the file is as it was: a reading says so at its end, which one that stops early does not reach.

        Raises:
            PiEngineError: it has been written to.
        """
        self._digits.text(max(self.length - 1, 0), self.length)

    def without_folders(self, message: str) -> str:
        """A message about the file, or another one of its set, without the folders on the way: no client is told of them."""
        if self._path is None or len(self._path.parts) < 2:
            return message
        return message.replace(f"{self._path.parent}{os.sep}", "")

    def deadline(self) -> float:
        """When a reading that begins now has to end, by the clock `time.monotonic`."""
        return time.monotonic() + self.seconds
