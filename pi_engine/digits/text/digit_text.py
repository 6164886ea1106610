"""Characters ↔ words in every base that is read, and text without its separators.

In numpy and the standard library at some hundred MB a second; in kernels at memory speed, where there is enough to do
that loading or compiling them pays.
"""

from __future__ import annotations

import re
from binascii import unhexlify
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pi_engine.digits.text.layout.shapes import SEPARATORS
from pi_engine.radix.kernels.binary_words import octal_text, octal_words
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD
from pi_engine.runtime.compilation.kernel_set import KernelSet
from pi_engine.runtime.machine_faults import machine_fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pi_engine.digits.common.blocks import Words

    Characters = bytes | NDArray[np.uint8]

SECONDS_PER_BYTE = 4e-9
"""What the kernels save: without them a byte takes about this much longer."""

_TEXT = KernelSet("pi_engine.radix.kernels.conversion_kernels:TEXT_KERNELS")
_HASH = KernelSet("pi_engine.bigint.residues.stored_residues:RESIDUE_KERNELS")

_DIGITS = {2: b"01", 8: b"01234567", 10: b"0123456789", 16: b"0123456789ABCDEFabcdef"}
_BLOCK = 1 << 14
"""Words converted at once, so that what is intermediate stays in cache."""


class Compacted(NamedTuple):
    """The digits in a text; the place of the first character that is neither digit nor separator; the line feeds before it."""

    digits: Characters
    stray: int | None
    line_feeds: int


class DigitText:
    """Conversions in one base; knows how much there will be, or has been, to convert, and chooses by it."""

    def __init__(self, base: int, expected: int = 0) -> None:
        """Base 2, 8, 10 or 16; `expected` bytes of text if that is known."""
        self.base, self.width = base, DIGITS_PER_WORD[base]
        self._expected, self._seen = expected, 0
        self._kernels = False
        self._stray = re.compile(b"[^" + re.escape(_DIGITS[base] + SEPARATORS) + b"]")

    def _by_kernels(self, count: int) -> bool:
        self._seen += count
        self._kernels = self._kernels or (self.base == 10 and kernels_pay(max(self._seen, self._expected)))
        return self._kernels

    def compact(self, text: bytes) -> Compacted:
        """The digits in a text, up to the first character that is neither digit nor separator."""
        if self._by_kernels(len(text)):
            target, line_feeds = np.empty(len(text) + 8, np.uint8), np.zeros(1, np.int64)
            written = _compact(np.frombuffer(text, np.uint8), target, line_feeds)
            if written >= 0:
                return Compacted(target[:written], None, int(line_feeds[0]))
        bare = text.translate(None, SEPARATORS)
        if not bare.translate(None, _DIGITS[self.base]):
            return Compacted(bare, None, text.count(b"\n"))
        match = self._stray.search(text)
        assert match is not None
        before = text[: match.start()]
        return Compacted(before.translate(None, SEPARATORS), match.start(), before.count(b"\n"))

    def words(self, digits: Characters) -> Words:
        """Digits alone → words, zeros behind the last.

        Raises:
            VerificationError: a character is not a digit, though all were when they were looked at.
        """
        try:
            return self._words(digits)
        except ValueError as error:
            raise machine_fault("a digit changed in memory") from error

    def _words(self, digits: Characters) -> Words:
        rest = -len(digits) % self.width
        if rest:
            digits = bytes(digits) + b"0" * rest
        if self.base == 16:
            return np.frombuffer(unhexlify(bytes(digits)), ">u8").astype(np.uint64)
        if self.base == 2:
            bits = np.frombuffer(bytes(digits), np.uint8) & np.uint8(1)
            return np.packbits(bits).view(">u8").astype(np.uint64)
        if self.base == 8:
            return octal_words(bytes(digits))
        characters = np.frombuffer(digits, np.uint8) if isinstance(digits, bytes) else digits
        if self._by_kernels(0):
            from pi_engine.radix.word_text import words_of_text

            return words_of_text(characters)
        return _words_of_decimals(characters.reshape(-1, self.width))

    def text(self, words: Words, digits: int) -> bytes:
        """The first `digits` digits of words; hexadecimal ones in upper case."""
        return bytes(self.characters(words, digits))

    def characters(self, words: Words, digits: int) -> Characters:
        """`text`, as bytes or as an array of them, whichever needs no copy."""
        text: Characters
        if self.base == 16:
            text = words.astype(">u8").tobytes().hex().upper().encode("ascii")
        elif self.base == 2:
            text = (np.unpackbits(words.astype(">u8").view(np.uint8)) | np.uint8(ord("0"))).tobytes()
        elif self.base == 8:
            text = octal_text(words)
        elif self._by_kernels(self.width * len(words)):
            from pi_engine.radix.word_text import word_text

            text = word_text(words)
        else:
            text = _decimals_of_words(words)
        return text if len(text) == digits else text[:digits]


def kernels_pay(characters: int) -> bool:
    """Whether a text of this length is converted sooner by the kernels. If so, they are loaded or compiled now."""
    return _TEXT.pays_for(SECONDS_PER_BYTE * characters)


def hash_pays(characters: int) -> bool:
    """Whether the hash of a given number of digits is found sooner by the kernels. If so, they are loaded or compiled now."""
    return _HASH.pays_for(SECONDS_PER_BYTE * characters)


def _compact(text: NDArray[np.uint8], target: NDArray[np.uint8], line_feeds: NDArray[np.int64]) -> int:
    from pi_engine.radix.kernels.conversion_kernels import compact_digits

    return int(compact_digits(text, len(text), target, _kinds(), line_feeds))


@cache
def _kinds() -> NDArray[np.uint8]:
    """For each character: 0 a separator, 1 a decimal digit, 2 neither, 3 the separator that ends lines; as the kernel has them."""
    kinds = np.full(256, 2, np.uint8)
    kinds[list(_DIGITS[10])] = 1
    kinds[list(SEPARATORS)] = 0
    kinds[ord("\n")] = 3
    return kinds


def _eight(characters: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The numbers that eight characters each stand for, the first in the lowest byte; as in `text_kernel`."""
    x = characters & np.uint64(0x0F0F0F0F0F0F0F0F)
    for step, weight, mask in ((8, 10, 0x00FF00FF00FF00FF), (16, 100, 0x0000FFFF0000FFFF), (32, 10_000, 2**32 - 1)):
        x *= np.uint64(1 + (weight << step))
        x >>= np.uint64(step)
        x &= np.uint64(mask)
    return x


def _words_of_decimals(rows: NDArray[np.uint8]) -> Words:
    """A word from each row of 19 decimal digits."""
    words = np.empty(len(rows), np.uint64)
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        upper, middle, last = (
            np.ascontiguousarray(block[:, first : first + 8]).view("<u8")[:, 0] for first in (0, 8, 11)
        )
        # Of the last eight, five have been read: three remain, behind five zeros.
        word = _eight(upper)
        word *= np.uint64(10**8)
        word += _eight(middle)
        word *= np.uint64(1000)
        word += _eight(last & np.uint64(0xFFFFFF0000000000))
        words[start : start + _BLOCK] = word
    return words


@cache
def _fours() -> NDArray[np.uint32]:
    """The four characters of each number below 10^4."""
    return np.frombuffer("".join(f"{i:04d}" for i in range(10_000)).encode("ascii"), "<u4").astype(np.uint32)


def _decimals_of_words(words: Words) -> bytes:
    """19 characters a word: fours of digits, looked up, and the first three."""
    pieces = []
    fours, ten_thousand = _fours(), np.uint64(10_000)
    for start in range(0, len(words), _BLOCK):
        rest = words[start : start + _BLOCK]
        characters = np.empty((len(rest), 5), "<u4")
        for column in (4, 3, 2, 1):
            upper = rest // ten_thousand
            characters[:, column] = fours[(rest - upper * ten_thousand).astype(np.intp)]
            rest = upper
        characters[:, 0] = fours[rest.astype(np.intp)]
        pieces.append(characters.view(np.uint8)[:, 1:].tobytes())
    return b"".join(pieces)
