"""Words of the bases 2, 8 and 16: one string of bits, cut into 64, 63 and 64 bits a word.

Words of base 2 are those of base 16. 64 words of base 8 hold the bits of 63 others: word s of 64 takes s bits from the low end of
one word and 63 − s from the high end of the next.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from gmpy2 import mpz

from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

BITS_PER_DIGIT = {2: 1, 8: 3, 16: 4}

_BLOCK = 1 << 10
"""Groups of 63 or 64 words regrouped at once, so that what is intermediate stays in cache."""


def computed_as(digits: int, base: int) -> tuple[int, int]:
    """The base, 10 or 16, and the number of digits in it that hold `digits` digits of base 2, 8, 10 or 16."""
    return (-(-BITS_PER_DIGIT[base] * digits // 4), 16) if base in {2, 8} else (digits, base)


def words_in_base(computed: Words, digits: int, base: int) -> Words:
    """The first `digits` digits of base 2, 8, 10 or 16 in words, zeros behind the last, from words of what `computed_as` says."""
    if base not in {2, 8}:
        return computed
    width = DIGITS_PER_WORD[base] * BITS_PER_DIGIT[base]
    bits = BITS_PER_DIGIT[base] * digits
    count = -(-bits // width)
    words = _octal(computed)[:count] if base == 8 else computed[:count].copy()
    if spare := count * width - bits:
        words[-1] &= np.uint64(2**width - 2**spare)
    return words


def binary_integer(words: Words, digits: int, base: int) -> mpz:
    """The first `digits` digits of base 2, 8 or 16 in these words as an integer; linear time."""
    words = _hexadecimal(words) if base == 8 else words
    number = mpz(int.from_bytes(words.astype(">u8").tobytes(), "big"))
    return number >> (64 * len(words) - BITS_PER_DIGIT[base] * digits)


def octal_words(text: bytes) -> Words:
    """Words of 21·n octal characters; some 0.7 ns a digit."""
    rows = np.frombuffer(text, np.uint8).reshape(-1, 21)
    words = np.empty(len(rows), np.uint64)
    step = 16 * _BLOCK
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        upper, middle, last = (_eight(block[:, first : first + 8]) for first in (0, 8, 13))
        # Of the last eight digits three have been read: five remain.
        words[start : start + step] = upper << np.uint64(39) | middle << np.uint64(15) | last & np.uint64(0o77777)
    return words


def _eight(characters: NDArray[np.uint8]) -> Words:
    """The numbers that rows of eight octal characters stand for."""
    x = np.ascontiguousarray(characters).view("<u8")[:, 0] & np.uint64(0x0707070707070707)
    for step, bits, mask in ((8, 3, 0x00FF00FF00FF00FF), (16, 6, 0x0000FFFF0000FFFF), (32, 12, 2**32 - 1)):
        x = (x << np.uint64(bits) | x >> np.uint64(step)) & np.uint64(mask)
    return x


@cache
def _fours() -> NDArray[np.uint32]:
    """The four characters of each number below 8^4."""
    return np.frombuffer("".join(f"{i:04o}" for i in range(8**4)).encode("ascii"), "<u4").astype(np.uint32)


def octal_text(words: Words) -> bytes:
    """21 octal characters a word."""
    pieces, fours = [], _fours()
    step = 16 * _BLOCK
    for start in range(0, len(words), step):
        block = words[start : start + step]
        characters = np.empty((len(block), 6), "<u4")
        for column in range(6):
            characters[:, column] = fours[(block >> np.uint64(60 - 12 * column) & np.uint64(0o7777)).astype(np.intp)]
        pieces.append(characters.view(np.uint8)[:, 3:].tobytes())
    return b"".join(pieces)


def _octal(words: Words) -> Words:
    """Words of 63 bits from words of 64, zeros behind the last."""
    groups = _rows(words, 63)
    octal = np.empty((len(groups), 64), np.uint64)
    for start in range(0, len(groups), _BLOCK):
        rows, target = groups[start : start + _BLOCK], octal[start : start + _BLOCK]
        target[:, 0] = rows[:, 0] >> np.uint64(1)
        for s in range(1, 63):
            target[:, s] = (rows[:, s - 1] << np.uint64(64 - s) | rows[:, s] >> np.uint64(s)) >> np.uint64(1)
        target[:, 63] = rows[:, 62] & np.uint64(2**63 - 1)
    return octal.reshape(-1)[: math.ceil(64 * len(words) / 63)]


def _hexadecimal(words: Words) -> Words:
    """Words of 64 bits from words of 63, zeros behind the last."""
    groups = _rows(words, 64)
    hexadecimal = np.empty((len(groups), 63), np.uint64)
    for start in range(0, len(groups), _BLOCK):
        rows, target = groups[start : start + _BLOCK], hexadecimal[start : start + _BLOCK]
        for i in range(63):
            target[:, i] = rows[:, i] << np.uint64(i + 1) | rows[:, i + 1] >> np.uint64(62 - i)
    return hexadecimal.reshape(-1)[: math.ceil(63 * len(words) / 64)]


def _rows(words: Words, length: int) -> Words:
    """The words in rows of that length, the last one filled with zeros."""
    rest = -len(words) % length
    return (np.concatenate([words, np.zeros(rest, np.uint64)]) if rest else words).reshape(-1, length)
