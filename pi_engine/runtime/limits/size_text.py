"""Sizes of memory and of files, as people write them."""

from __future__ import annotations

import re
from fractions import Fraction

_SIZE = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)\s*(?P<prefix>[kmgtp]?)(?P<binary>i?)(?P<bytes>b?)", re.IGNORECASE | re.ASCII
)
_LONGEST = 1000


def parse_size(text: str) -> int:
    """Bytes: `8GiB` and `8G` are 8·2^30, `8GB` is 8·10^9, a bare number is bytes.

    Raises:
        ValueError: it is not a size of at least one byte.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None or (match["binary"] and not match["prefix"]) or len(text) > _LONGEST:
        raise ValueError(f"{text!r} is not a size: write it like 8GiB, 8GB or 800M")
    decimal = match["bytes"] and not match["binary"]
    unit = (1000 if decimal else 1024) ** " kmgtp".index(match["prefix"].lower() or " ")
    size = Fraction(match["number"]) * unit
    if size < 1:
        raise ValueError(f"{text!r} is not a size: give at least one byte")
    return int(size)
