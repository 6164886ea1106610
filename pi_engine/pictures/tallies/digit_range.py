"""The digits that a picture is drawn of: some of a sequence, as numbers, with the words that say where they are from."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.errors import UsageError
from pi_engine.runtime.display import counted
from pi_engine.runtime.versions import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from pi_engine.runtime.progress import Progress
    from pi_engine.sequence.digit_sequence import DigitSequence

_LONGEST_NAME = 40
_NAMES = {2: "binary ", 8: "octal ", 10: "", 16: "hexadecimal "}
DIGITS = "0123456789ABCDEF"
_THIN = "\N{NARROW NO-BREAK SPACE}"


class DigitRange:
    """Digits from one place to another, which are read once.

    Attributes:
        base: of the digits.
        start: the place of the first, from 0.
        count: how many have been read.
    """

    def __init__(self, digits: DigitSequence, start: int, stop: int | None, progress: Progress) -> None:
        """Nothing is read yet; `stop` None is the end."""
        self._digits, self.start, self._stop, self._progress = digits, start, stop, progress
        self.base = digits.base
        self.count = 0

    @property
    def known_length(self) -> int | None:
        """How many digits there are to read; None where the end is not known."""
        length = self._digits.known_length
        if length is None:
            return None if self._stop is None else self._stop - self.start
        return max(0, (length if self._stop is None else min(self._stop, length)) - self.start)

    def require(self, least: int) -> None:
        """Refuse what is known not to be there, before anything is read.

        Raises:
            UsageError: the range ends behind the digits, or has fewer than `least`.
        """
        length = self._digits.known_length
        if length is not None:
            wanted = [self.start + 1, *([] if self._stop is None else [self._stop])]
            for position in wanted:
                if position > max(length, 1):
                    self._refuse_position(position, length)
        if self.known_length is not None and self.known_length < least:
            self._refuse_length(self.known_length, least)

    def require_read(self, least: int) -> None:
        """Refuse what turned out not to be there.

        Raises:
            UsageError: the range ends behind the digits, or has fewer than `least`.
        """
        end = self.start + self.count
        if self.start and not self.count:
            self._refuse_position(self.start + 1, len(self._digits))
        if self._stop is not None and end < self._stop:
            self._refuse_position(self._stop, len(self._digits))
        if self.count < least:
            self._refuse_length(self.count, least)

    def values(self, most: int | None = None) -> Iterator[NDArray[np.uint8]]:
        """The digits as numbers, in pieces; `most` of them at most."""
        total = self.known_length or 0
        stop = self._stop
        if most is not None:
            total = min(total, most)
            stop = self.start + most if stop is None else min(stop, self.start + most)
            if stop != self._stop:  # the digits may end before
                self._stop = None
        table = _table()
        for piece in self._digits.characters(self.start, stop):
            yield table[piece]
            self.count += len(piece)
            self._progress("reading", self.count if total else 0, total)

    @property
    def numbers(self) -> str:
        """Like `digits`, or `hexadecimal digits`."""
        return f"{_NAMES[self.base]}digits"

    def source(self, drawn: int | None = None) -> str:
        """Like `pi.ycd, digits 1 to 1 000 000, pi-engine 0.1.0`; of the first `drawn` digits, or of all that were read."""
        last = self.start + (self.count if drawn is None else drawn)
        return f"{self._name}, {self.numbers} {grouped(self.start + 1)} to {grouped(last)}, pi-engine {__version__}"

    @property
    def _name(self) -> str:
        name = self._digits.name
        if self._digits.format is None:
            return name.partition(",")[0]  # of "π, 1_000_000 digits", whose number follows anyway
        name = "standard input" if name == "-" else PurePath(name).name or name
        name = "".join(c if c.isprintable() else "?" for c in name)
        return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"

    def _refuse_position(self, position: int, length: int) -> None:
        raise UsageError(
            f"position {position:_} is after the end: {self._digits.name} has {counted(length, 'digit')} after the point"
        )

    def _refuse_length(self, count: int, least: int) -> None:
        raise UsageError(
            f"too few digits: there {'is' if count == 1 else 'are'} {counted(count, 'digit')} from position "
            f"{self.start + 1:_} on, and this picture of base {self.base} needs at least {least:_}"
        )


def _table() -> NDArray[np.uint8]:
    """Character → digit."""
    table = np.zeros(256, np.uint8)
    for value, character in enumerate(DIGITS):
        table[ord(character)] = value
    return table


def grouped(count: int) -> str:
    """Like 1 000 000, with narrow blanks; 1000 stays."""
    return f"{count:,}".replace(",", _THIN) if count >= 10_000 else str(count)
