"""How often each digit occurs: counted in several goes, each in bounded time."""

from __future__ import annotations

import math
import time
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.server.bounded_pieces import BoundedPieces

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.sequence.digit_sequence import DigitSequence

_BLOCK = 1 << 16
"""Digits counted at once: they are compared with each digit of the base while they are in the cache."""

DIGITS = "0123456789ABCDEF"


class Tally(NamedTuple):
    """Counts of the first digits.

    Attributes:
        counts: of each digit, 0 first.
        counted: how many digits, from position 1 on.
        complete: whether these are all.
    """

    counts: tuple[int, ...]
    counted: int
    complete: bool

    @property
    def chi_square(self) -> float | None:
        """Pearson's statistic against equal frequencies; None for no digits. Random digits have about len(counts) − 1."""
        if not self.counted:
            return None
        expected = self.counted / len(self.counts)
        return sum((count - expected) ** 2 for count in self.counts) / expected

    @property
    def p_value(self) -> float | None:
        """The probability that random digits give this χ² or a larger one; None for few digits, or where SciPy is not installed."""
        from pi_engine.statistics.significance import LEAST_EXPECTED

        if self.counted < LEAST_EXPECTED * len(self.counts):
            return None
        try:
            from scipy.special import chdtrc
        except ImportError:
            return None
        return float(chdtrc(len(self.counts) - 1, self.chi_square))

    @property
    def entropy_bits(self) -> float | None:
        """Shannon's entropy of a digit by these frequencies; at most log₂ of the base."""
        if not self.counted:
            return None
        shares = [count / self.counted for count in self.counts if count]
        return abs(sum(share * math.log2(share) for share in shares))


class DigitTally:
    """Counts the digits of a sequence from the beginning to the end, once, however many ask."""

    def __init__(self, digits: DigitSequence) -> None:
        """Count those of `digits`, which know their length."""
        self._digits = digits
        self._lock = Lock()
        self._tally = Tally((0,) * digits.base, 0, complete=len(digits) == 0)

    def count(self, *, until: float, unwanted: Callable[[], bool]) -> Tally:
        """Go on counting until the clock `time.monotonic` says `until`, or `unwanted` says yes; one caller counts, others wait for it.

        Raises:
            CorruptFileError, PiEngineError: the digits cannot be read; those before are counted.
        """
        if not self._tally.complete and self._lock.acquire(timeout=max(until - time.monotonic(), 0)):
            try:
                if not self._tally.complete:
                    self._go_on(until, unwanted)
            finally:
                self._lock.release()
        return self._tally

    def _go_on(self, until: float, unwanted: Callable[[], bool]) -> None:
        import numpy as np

        characters = [ord(digit) for digit in DIGITS[: self._digits.base]]
        pieces = BoundedPieces(self._digits.characters(self._tally.counted), until=until, unwanted=unwanted)
        for piece in pieces:
            found = np.zeros(len(characters), np.int64)
            for i in range(0, len(piece), _BLOCK):
                block = piece[i : i + _BLOCK]
                found += [np.count_nonzero(block == character) for character in characters]
            counts = tuple(a + b for a, b in zip(self._tally.counts, found.tolist(), strict=True))
            self._tally = Tally(counts, self._tally.counted + len(piece), complete=False)
        self._tally = self._tally._replace(complete=self._tally.counted >= len(self._digits))
