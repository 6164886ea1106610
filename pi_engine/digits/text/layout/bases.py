"""In which base are these digits? π begins differently in each, so that a few digits tell it.

A digit of base b holds log₂ b bits. n digits that differ from π's in at most m places are one of Σ C(n, k)·(b − 1)^k, k ≤ m, of
the b^n strings
of n digits; the evidence is the logarithm of the share. From `SURE_BITS` on it is believed: of random digits one text in a million is
taken for π in any of the bases 2 to 36. That is 30 digits of base 2, 10 of base 8, and 64 of base 2 with 8 wrong ones among them.
"""

from __future__ import annotations

import math
import re
from functools import cache
from itertools import islice
from typing import NamedTuple

import gmpy2

SURE_BITS = 30
"""Bits of evidence that tell a base."""

SURE_BITS_OF_ALL = 16
"""Bits of evidence that tell the base of a text that ends so early, if none of its digits is wrong."""

SURE_BITS_OF_11 = 8
"""The same for a text that begins with 11 and a point, as π does in base 2 alone."""

READ = (2, 8, 10, 16)
"""Bases that are read."""

_BASES = range(2, 37)
_COMPARED = 64
"""First digits that are compared."""

_MOST_WRONG = 8
"""Of these, wrong ones at most: with more, base 2 is not told from chance."""

_FEW = 8
"""Digits after which most must be right."""

_TYPICAL = {2: 64, 8: 100}
"""Digits that show by themselves that they are binary or octal: among other digits this many in a row are not all below 2, or 8."""

_HEAD = 4096
_BETWEEN = rb"[ \t\r\n\v\f,_]*"
_BLANK = rb"[ \t\r\n\v\f]*"
_PREFIXES = {b"0b": 2, b"0o": 8}
_POINTED = re.compile(rb"(0[bBoO])?([0-9A-Za-z]{0,4})" + _BLANK + rb"([.,])" + _BLANK)
_PREFIX = re.compile(rb"0[bBoO](?=[ \t]*[0-9])")
_CANDIDATE = re.compile(rb"(?:\A|[ \t\r\n\v\f=:(\"'\x88\xbf])(?=[.,]?[0-9])")
"""Where digits may begin: behind a blank, a line end or one of these signs; the last two bytes end ≈ and the byte order mark."""

_CANDIDATES = 40
_RUN = re.compile(rb"[0-9A-Za-z]*")


class Start(NamedTuple):
    """Where the digits after the point begin, those before it ("" where they are missing), and the base."""

    offset: int
    integer: str
    base: int


_WHOLE = {2: "11", 3: "10"}


def whole(base: int) -> str:
    """The digits of π before the point: 3, but in base 2 and 3."""
    return _WHOLE.get(base, "3")


@cache
def beginning(base: int, count: int) -> str:
    """The first `count` digits of π after the point in base 2 to 36, truncated, in upper case."""
    guard = 64
    while True:
        bits = math.ceil(count * math.log2(base)) + guard
        with gmpy2.context(precision=bits + 8):
            mantissa = gmpy2.mpz(gmpy2.floor(gmpy2.mul_2exp(gmpy2.const_pi(), bits))) - (3 << bits)
        power = gmpy2.mpz(base) ** count
        low, high = ((mantissa + error) * power >> bits for error in (-1, 2))
        if low == high:
            return low.digits(base).upper().rjust(count, "0") if count else ""
        guard *= 2


def base_of(digits: str, integer: str, *, complete: bool = False) -> int | None:
    """The base, of 2 to 36, in which π begins with these digits, except for a few wrong ones; None if none is sure.

    Args:
        digits: the first ones after the point, in upper case, without separators.
        integer: those before it, or "".
        complete: whether they are all digits of the text.
    """
    evidence = {base: _evidence(digits, integer, base) for base in _BASES}
    found = max(_BASES, key=lambda base: evidence[base])
    sure = SURE_BITS
    if complete and _all_right(digits, found):
        sure = SURE_BITS_OF_11 if found == 2 and integer == whole(2) else SURE_BITS_OF_ALL
    return found if evidence[found] >= sure else None


def base_without_point(digits: str, *, complete: bool = False) -> tuple[int, str] | None:
    """The base of digits that have no point, and those of them that stand before it: all of π's integer, or none."""
    found = [
        (_evidence(digits[len(integer) :], integer, base), base, integer)
        for base in _BASES
        for integer in {"", whole(base) if digits.startswith(whole(base)) else ""}
    ]
    bits, base, integer = max(found)
    sure = SURE_BITS_OF_ALL if complete and _all_right(digits[len(integer) :], base) else SURE_BITS
    return (base, integer) if bits >= sure else None


def base_of_alphabet(digits: str) -> int | None:
    """2 or 8 where many digits are all below it, each of them about as frequent as the others; of π or not."""
    for base, least in _TYPICAL.items():
        counts = [digits.count(digit) for digit in "01234567"[:base]]
        if len(digits) >= least and sum(counts) == len(digits) and 2 * base * min(counts) >= len(digits):
            return base
    return None


def base_at(window: bytes, begin: int) -> int | None:
    """The base, of 2 to 36, in which a text begins with the digits of π there; None if none is sure."""
    pointed = _POINTED.match(window, begin)
    if pointed:
        digits, complete = _digits_at(window, pointed.end())
        found = base_of(digits, pointed[2].decode().upper(), complete=complete)
        if found is not None or pointed[3] == b".":
            return found
    prefix = _PREFIX.match(window, begin)
    digits, complete = _digits_at(window, prefix.end() if prefix else begin)
    told = base_without_point(digits, complete=complete)
    return None if told is None else told[0]


def start_at(window: bytes, begin: int, base: int | None = None) -> Start | None:
    """The digits that begin a text, if they are of another base than 10 and 16; or of `base`, which is then 2 or 8.

    Args:
        window: the first bytes of the text.
        begin: the first that is not blank.
        base: that of the digits, if it is known.
    """
    if base is not None:
        return _start_in(window, begin, base)
    pointed, prefix = _POINTED.match(window, begin), _PREFIX.match(window, begin)
    if pointed:
        integer, (digits, complete) = pointed[2].decode().upper(), _digits_at(window, pointed.end())
        found = _PREFIXES.get((pointed[1] or b"").lower()) or base_of(digits, integer, complete=complete)
        found = found or (base_of_alphabet(digits) if pointed[3] == b"." else None)
        if found is not None or pointed[3] == b".":
            return _pointed_start(pointed.end(), integer, found)
    if prefix:
        return _start_in(window, prefix.end(), _PREFIXES[prefix[0].lower()])
    digits, complete = _digits_at(window, begin)
    told = base_without_point(digits, complete=complete)
    if told is None and (found := base_of_alphabet(digits)) is not None:
        return _start_in(window, begin, found)
    return None if told is None or told[0] in {10, 16} else _behind(window, begin, told[1], told[0])


def start_behind_header(window: bytes, begin: int, base: int | None = None) -> Start | None:
    """The first digits of π behind other text, if they are of another base than 10 and 16; or of `base`, which is then 2 or 8."""
    for match in islice(_CANDIDATE.finditer(window, begin), _CANDIDATES):
        told = base_at(window, match.end())
        if told is not None and base in {None, told}:
            return start_at(window, match.end())
    return None


def start_of_line(window: bytes, begin: int, base: int) -> Start | None:
    """The first line that holds digits of base 2 or 8 only, of π or not, and ten or more."""
    for line in re.finditer(rb"[^\r\n]+", window[begin:]):
        bare = line[0].translate(None, b" \t\v\f,_.")
        if len(bare) >= 10 and all(48 <= byte < 48 + base for byte in bare):
            return _start_in(window, begin + line.start() + len(line[0]) - len(line[0].lstrip()), base)
    return None


def _all_right(digits: str, base: int) -> bool:
    return beginning(base, _COMPARED).startswith(digits)


def _evidence(digits: str, integer: str, base: int) -> float:
    """How many bits say that digits are π's in this base; those before the point count where they are right."""
    known = beginning(base, _COMPARED)
    if integer == whole(base):
        digits, known = integer + digits, integer + known
    best, wrong, bits = 0.0, 0, math.log2(base)
    places = min(len(digits), len(known))
    for n in range(1, places + 1):
        wrong += digits[n - 1] != known[n - 1]
        if wrong > _MOST_WRONG or 2 * wrong > n >= _FEW:
            break
        # digits that are right have no more than `bits` each, wrong ones no more than one
        if (n == places or digits[n] != known[n]) and (n - wrong) * bits + wrong > max(best, SURE_BITS_OF_11 - 1):
            ways = sum(math.comb(n, k) * (base - 1) ** k for k in range(wrong + 1))
            best = max(best, n * bits - math.log2(ways))
    return best


def _digits_at(window: bytes, offset: int) -> tuple[str, bool]:
    """The first digits and letters from there on, without separators, and whether they are all that is there."""
    bare = window[offset : offset + _HEAD].translate(None, b" \t\r\n\v\f,_")
    match = _RUN.match(bare)
    assert match is not None
    return match[0].decode().upper(), match.end() == len(bare) and len(window) <= offset + _HEAD


def _pointed_start(offset: int, integer: str, base: int | None) -> Start | None:
    """The start behind a point, if what stands before it is of the base; a 3 before digits of base 2 and 3 is the decimal one."""
    if base in {None, 10, 16}:
        return None
    if integer == "3":
        return Start(offset, whole(base), base)
    return Start(offset, integer, base) if all(int(digit, 36) < base for digit in integer) else None


def _start_in(window: bytes, begin: int, base: int) -> Start | None:
    """Digits of base 2 or 8, of π or not, that begin there."""
    prefix = _PREFIX.match(window, begin)
    begin = prefix.end() if prefix and _PREFIXES[prefix[0].lower()] == base else begin
    begin += len(window[begin:]) - len(window[begin:].lstrip())
    alphabet = b"01234567"[:base]
    pointed = re.compile(rb"([" + alphabet + rb"]{0,4}|3)" + _BLANK + rb"([.,])" + _BLANK).match(window, begin)
    if pointed and (pointed[2] == b"." or pointed[1].decode() in {"", whole(base), "3"}):
        return _pointed_start(pointed.end(), pointed[1].decode(), base)
    digits, _ = _digits_at(window, begin)
    if not digits or any(digit not in alphabet.decode() for digit in digits[:2]):
        return None
    integer, known = whole(base), beginning(base, _COMPARED)
    with_integer = digits.startswith(integer) and _agreeing(digits, integer + known) >= _agreeing(digits, known)
    return _behind(window, begin, integer if with_integer else "", base)


def _agreeing(digits: str, known: str) -> int:
    return sum(a == b for a, b in zip(digits, known, strict=False))


def _behind(window: bytes, begin: int, integer: str, base: int) -> Start:
    """The start behind an integer, which separators may part."""
    match = re.compile(_BETWEEN.join(re.escape(digit.encode()) for digit in integer)).match(window, begin)
    assert match is not None
    return Start(match.end(), integer, base)
