"""Words of 19 decimal digits ↔ characters, and the words' hash: `text_kernel` shared out over threads."""

from __future__ import annotations

import ctypes
import functools
import itertools
import operator
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.workers import share, share_several
from pi_engine.bigint.residues.kernels.modulus_table import digit_tables
from pi_engine.bigint.residues.moduli import Residues, moduli, power, power_residues
from pi_engine.bigint.residues.stored_residues import weighted_sums_at
from pi_engine.radix.kernels.conversion_kernels import PIECE, sums_of_sixteens, text_to_words, words_to_text
from pi_engine.radix.kernels.digit_words import DECIMALS_PER_WORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pi_engine.bigint.scratch.stored_words import StoredWords

    Words = NDArray[np.uint64]
    Characters = NDArray[np.uint8]

_SIXTEEN = 16
_BLOCK = 4 * _SIXTEEN
"""Characters of a number, and of a step, of the kernel that hashes a text."""

_LEAST_SHARE = 1 << 14
"""Words of a share of text: below, another thread takes longer to begin than the work does."""

_LEAST_HASHED = 1 << 17
"""Words of a share of a hash, which is less work."""

_LEAST_SIXTEENS = 1 << 16
"""Numbers of sixteen characters of a share of a text's hash."""


def _useful(threads: int, count: int, least: int) -> int:
    return max(1, min(threads, count // least))


def word_text(words: Words, threads: int = 1, head: bytes = b"") -> Characters:
    """`head`, and the 19·len(words) digits as ASCII; at memory speed."""
    words = np.ascontiguousarray(words, np.uint64)
    text = np.empty(len(head) + DECIMALS_PER_WORD * len(words), np.uint8)
    text[: len(head)] = np.frombuffer(head, np.uint8)
    source, target = words.ctypes.data, text.ctypes.data + len(head)

    def task(_thread: int, first: int, last: int) -> None:
        words_to_text(source + 8 * first, last - first, target + DECIMALS_PER_WORD * first)

    share(task, len(words), _useful(threads, len(words), _LEAST_SHARE), words, text)
    return text


def words_of_text(text: Characters, threads: int = 1) -> Words:
    """The words of 19·n ASCII digits; at memory speed.

    Raises:
        ValueError: a character is not a decimal digit, or their number is not a multiple of 19.
    """
    count, rest = divmod(len(text), DECIMALS_PER_WORD)
    if rest:
        raise ValueError(f"{len(text)} characters are not a multiple of {DECIMALS_PER_WORD}")
    text = np.ascontiguousarray(text, np.uint8)
    words = np.empty(count, np.uint64)
    source = text.ctypes.data
    bad: list[int] = []

    def task(_thread: int, first: int, last: int) -> None:
        good = int(text_to_words(source + DECIMALS_PER_WORD * first, last - first, words[first:last]))
        if good < last - first:
            bad.append(first + good)

    share(task, count, _useful(threads, count, _LEAST_SHARE), text)
    if bad:
        place = DECIMALS_PER_WORD * min(bad)
        place += int(np.flatnonzero((text[place : place + DECIMALS_PER_WORD] - np.uint8(48)) > 9)[0])
        raise ValueError(f"character {place} is {chr(text[place])!r}, not a decimal digit")
    return words


def word_hashes(words: Words | StoredWords, primes: Sequence[int], threads: int = 1) -> list[int]:
    """The words as one integer of base 10^19, the first most significant, modulo odd primes below 2^61, but 5, in one pass."""
    return _hashes(words, [len(words)], threads, tuple(primes))[0]


def word_residues(words: Words | StoredWords, threads: int = 1) -> Residues:
    """The words as one integer of base 10^19 modulo both `moduli`; at memory speed."""
    return residues_of_parts(words, [len(words)], threads)[0]


def residues_of_parts(words: Words | StoredWords, lengths: Sequence[int], threads: int = 1) -> list[Residues]:
    """Consecutive parts of the words, of these lengths, each as one integer modulo both `moduli`; the threads share them all."""
    return [Residues((first, second)) for first, second in _hashes(words, lengths, threads, moduli())]


def _hashes(
    words: Words | StoredWords, lengths: Sequence[int], threads: int, primes: tuple[int, ...]
) -> list[list[int]]:
    """With B = 10^19, n words are B^(n−1)·Σ words[i]·B^(−i): residues of limbs are found so, with other weights."""
    if not isinstance(words, np.ndarray):
        return _hashes_on_disk(words, lengths, threads, primes)
    words, starts = np.ascontiguousarray(words, np.uint64), list(itertools.accumulate(lengths, initial=0))
    if starts[-1] > len(words):
        raise ValueError(f"parts of {starts[-1]} words in all, where there are {len(words)}")
    threads = _useful(threads, starts[-1], _LEAST_HASHED)
    source, tables = words.ctypes.data, digit_tables(primes, DECIMALS_PER_WORD)
    sums = np.empty((threads, len(lengths), len(primes), 2), np.uint64)
    weights, target, size = tables.ctypes.data, sums.ctypes.data, 16 * len(primes)
    parts: list[tuple[int, int, int]] = []

    def task(thread: int, i: int, first: int, last: int) -> None:
        place = target + size * (thread * len(lengths) + i)
        weighted_sums_at(source + 8 * (starts[i] + first), last - first, weights, len(primes), place)
        parts.append((thread, i, first))

    share_several(task, lengths, threads, words, tables, sums)
    found = sums[..., 0].tolist()
    totals = [[0] * len(primes) for _ in lengths]
    for thread, i, first in parts:
        for j, prime in enumerate(primes):
            totals[i][j] += found[thread][i][j] * power(10, DECIMALS_PER_WORD * (lengths[i] - 1 - first), prime)
    return [[total % prime for total, prime in zip(row, primes, strict=True)] for row in totals]


def _hashes_on_disk(
    words: StoredWords, lengths: Sequence[int], threads: int, primes: tuple[int, ...]
) -> list[list[int]]:
    """The same, piece by piece."""
    rows, start = [], 0
    for length in lengths:
        totals = [0] * len(primes)
        end = start + length
        while start < end:
            count = min(words.each - start % words.each, end - start)
            found = _hashes(words[start : start + count], [count], threads, primes)[0]
            for i, prime in enumerate(primes):
                totals[i] = (totals[i] * power(10, DECIMALS_PER_WORD * count, prime) + found[i]) % prime
            start += count
        rows.append(totals)
    return rows


def text_residues(text: str, threads: int = 1, start: int = 0) -> Residues:
    """The decimal digits of text[start:] as one integer modulo both `moduli`, as `DigitHash` finds it; at memory speed.

    Raises:
        ValueError: a character is not a decimal digit.
    """
    head = start + (len(text) - start) % _BLOCK
    first_digits = text[start:head]
    if not text.isascii() or not (first_digits.isdigit() or head == start):
        raise ValueError("not all of these characters are decimal digits")
    address, count = _address_of_characters(text) + head, (len(text) - head) // _SIXTEEN
    tables = digit_tables(moduli(), _SIXTEEN)
    parts: list[Residues] = []

    def task(_thread: int, first: int, last: int) -> None:
        piece, sums = np.empty(PIECE, np.uint64), np.empty(4, np.uint64)
        place, length = address + _BLOCK * first, 4 * (last - first)
        if not sums_of_sixteens(place, length, tables.ctypes.data, piece.ctypes.data, sums.ctypes.data):
            raise ValueError("not all of these characters are decimal digits")
        parts.append(power_residues(10, -_BLOCK * first) * Residues((int(sums[0]), int(sums[2]))))

    share(task, count // 4, _useful(threads, count, _LEAST_SIXTEENS), text)
    after_head = functools.reduce(operator.add, parts) * power_residues(10, _SIXTEEN * (count - 1))
    return power_residues(10, _SIXTEEN * count) * int(first_digits or 0) + after_head


_utf8 = ctypes.pythonapi.PyUnicode_AsUTF8AndSize
_utf8.argtypes = [ctypes.py_object, ctypes.c_void_p]
_utf8.restype = ctypes.c_void_p


def _address_of_characters(text: str) -> int:
    """Where the characters of an ASCII text lie, without a copy of them: CPython keeps such a text as it is in UTF-8."""
    return int(_utf8(text, None))
