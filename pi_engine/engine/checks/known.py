"""Digits at known positions: the table `known_digits.json`, with its sources."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol


class Characters(Protocol):
    """It has a number of characters, and gives slices of them as str: a str does."""

    def __len__(self) -> int:
        """How many."""
        ...

    def __getitem__(self, key: slice, /) -> str:
        """Some of them."""
        ...


class KnownDigits(NamedTuple):
    """`digits` stand at positions start, start + 1, … after the point (1 is the first)."""

    start: int
    digits: str


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(Path(__file__).with_name("known_digits.json").read_text(encoding="utf-8"))
    return table


@cache
def known_digits(base: int) -> tuple[KnownDigits, ...]:
    """The table for base 2, 8, 10 or 16, by position; that of base 16 is read in base 2 and 8."""
    if base in {2, 8}:
        return tuple(_of_bits(entry, {2: 1, 8: 3}[base]) for entry in known_digits(16))
    table = _table()
    leading = KnownDigits(1, table["leading"][str(base)])
    if base == 10:
        rest = [KnownDigits(int(end) - 9, ten) for end, ten in table["decimal_ending_at"].items()]
    else:
        rest = [KnownDigits(int(start), some) for start, some in table["hex_starting_at"].items()]
    return (leading, *sorted(rest))


def _of_bits(entry: KnownDigits, width: int) -> KnownDigits:
    """The digits of a given number of bits that hexadecimal digits hold in full."""
    start, length = 4 * (entry.start - 1), 4 * len(entry.digits)
    bits = f"{int(entry.digits, 16):0{length}b}"
    places = range(-start % width, length - width + 1, width)
    return KnownDigits(
        (start + places.start) // width + 1, "".join(f"{int(bits[place : place + width], 2)}" for place in places)
    )


def known_hash(digits: int, base: int) -> int | None:
    """⌊π·10^digits⌋ mod 2^61 − 1 where it is known."""
    value = _table()["hash_mod_2_61_minus_1"].get(str(digits)) if base == 10 else None
    return None if value is None else int(value)


class KnownDigest(NamedTuple):
    """The published hash of `3.` and the first `digits` digits: an algorithm of hashlib and its value."""

    digits: int
    algorithm: str
    value: str


def title_of(algorithm: str) -> str:
    """SHA-256 for sha256."""
    return algorithm.upper().replace("SHA", "SHA-")


@cache
def known_digests(base: int) -> tuple[KnownDigest, ...]:
    """The published hashes of text, by the number of digits."""
    if base != 10:
        return ()
    rows = ((name, _table()[f"{name}_of_3_point_and_digits_no_newline"]) for name in ("sha256", "md5"))
    return tuple(sorted(KnownDigest(int(count), name, value) for name, row in rows for count, value in row.items()))


class KnownResult(NamedTuple):
    """How many known positions were compared, the last digit they reach, and the first one that differs."""

    compared: int
    reach: int
    differs: KnownDigits | None
    found: str


def compare_with_known(text: Characters, base: int, start: int = 0) -> KnownResult:
    """Compare the digits after the point, text[start:], with every known position they reach.

    The leading digits are compared as far as they go, the other positions where all of their digits are there.
    """
    compared = reach = 0
    digits = max(0, len(text) - start)
    for entry in known_digits(base):
        expected = entry.digits[:digits] if entry.start == 1 else entry.digits
        end = entry.start - 1 + len(expected)
        if end > digits or not expected:
            continue
        found = text[start + entry.start - 1 : start + end]
        if found != expected:
            return KnownResult(compared, reach, KnownDigits(entry.start, expected), found)
        compared += 1
        reach = max(reach, end)
    return KnownResult(compared, reach, None, "")
