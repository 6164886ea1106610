"""Digits as words: 19 decimal, 16 hexadecimal, 21 octal or 64 binary digits in a uint64, the first digit most significant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DECIMALS_PER_WORD = 19
"""The most decimal digits that every uint64 of this many digits can hold."""

DIGITS_PER_WORD = {2: 64, 8: 21, 10: DECIMALS_PER_WORD, 16: 16}
"""By base; all bases in which digits are read."""

_BLOCK = 1 << 16
"""Words converted at once, so that what is intermediate stays in cache."""


def digit_words(digits: str, base: int) -> NDArray[np.uint64]:
    """⌈len/19⌉ words (base 2: ⌈len/64⌉, and so on), the last padded with zeros at its low end; about 1 ns a digit."""
    import numpy as np  # not where only the width of a word is asked

    width = DIGITS_PER_WORD[base]
    padded = digits.encode("ascii").ljust(-(-len(digits) // width) * width, b"0")
    characters = np.frombuffer(padded, dtype=np.uint8).reshape(-1, width)
    words = np.zeros(len(characters), dtype=np.uint64)
    for start in range(0, len(words), _BLOCK):
        block = characters[start : start + _BLOCK]
        values = np.where(block > ord("9"), block - (ord("A") - 10), block - ord("0"))
        word = words[start : start + _BLOCK]
        for column in range(width):
            word *= np.uint64(base)
            word += values[:, column]
    return words
