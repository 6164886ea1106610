"""Words of 19 decimal digits ↔ characters, and the words' hash: `text_kernel` shared out over threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.mersenne import M61
from pi_engine.bigint.threads import share
from pi_engine.radix.conversion_kernels import LANES, hash_of_words, text_to_words, words_to_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]
    Characters = NDArray[np.uint8]

DIGITS = 19
_PIECE = DIGITS << 20
"""Characters that are hashed at once: a multiple of a word's."""

_LEAST_SHARE = 1 << 14
"""Words of a share: below, another thread takes longer to begin than the work does."""


def _useful(threads: int, words: int) -> int:
    return max(1, min(threads, words // _LEAST_SHARE))


def word_text(words: Words, threads: int = 1) -> Characters:
    """The 19·len(words) digits as ASCII; at memory speed."""
    words = np.ascontiguousarray(words, np.uint64)
    text = np.empty(DIGITS * len(words), np.uint8)
    source, target = words.ctypes.data, text.ctypes.data

    def task(_thread: int, first: int, last: int) -> None:
        words_to_text(source + 8 * first, last - first, target + DIGITS * first)

    share(task, len(words), _useful(threads, len(words)))
    return text


def words_of_text(text: Characters, threads: int = 1) -> Words:
    """The words of 19·n ASCII digits; at memory speed.

    Raises:
        ValueError: a character is not a decimal digit, or their number is no multiple of 19.
    """
    count, rest = divmod(len(text), DIGITS)
    if rest:
        raise ValueError(f"{len(text)} characters are no multiple of {DIGITS}")
    text = np.ascontiguousarray(text, np.uint8)
    words = np.empty(count, np.uint64)
    source = text.ctypes.data
    bad: list[int] = []

    def task(_thread: int, first: int, last: int) -> None:
        good = int(text_to_words(source + DIGITS * first, last - first, words[first:last]))
        if good < last - first:
            bad.append(first + good)

    share(task, count, _useful(threads, count))
    if bad:
        place = DIGITS * min(bad)
        place += int(np.flatnonzero((text[place : place + DIGITS] - np.uint8(48)) > 9)[0])
        raise ValueError(f"character {place} is {chr(text[place])!r}, not a decimal digit")
    return words


def word_hash(words: Words, threads: int = 1) -> int:
    """The words as one integer of base 10^19, the first most significant, modulo 2^61 − 1; at memory speed."""
    words = np.ascontiguousarray(words, np.uint64)
    source = words.ctypes.data
    step = pow(10, DIGITS * LANES, M61)
    parts: list[tuple[int, int]] = []

    def task(_thread: int, first: int, last: int) -> None:
        parts.append((last, int(hash_of_words(source + 8 * first, last - first, step))))

    share(task, len(words), _useful(threads, len(words)))
    return sum(value * pow(10, DIGITS * (len(words) - last), M61) for last, value in parts) % M61


def text_hash(text: str, threads: int = 1) -> int:
    """The decimal digits of a text as one integer modulo 2^61 − 1, as `DigitHash` finds it; at memory speed.

    Raises:
        ValueError: a character is not a decimal digit.
    """
    total = 0
    head = len(text) % DIGITS
    for start, end in [(0, head), *((i, min(i + _PIECE, len(text))) for i in range(head, len(text), _PIECE))]:
        piece = text[start:end]
        padded = piece.rjust(DIGITS, "0").encode("ascii", "replace")
        words = words_of_text(np.frombuffer(padded, np.uint8), threads)
        total = (total * pow(10, len(piece), M61) + word_hash(words, threads)) % M61
    return total
