"""Patterns that are searched for: digit strings with wildcards, dates, runs, palindromes, numbers at their own position."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError
from pi_engine.runtime.display import fitted

if TYPE_CHECKING:
    from collections.abc import Iterable

WILDCARD = "?"
"""Stands for any digit in a pattern."""

DIGITS = "0123456789ABCDEF"

LONGEST_PALINDROME = 1000
"""Digits that a palindrome may be asked to have."""

_ADJECTIVES = {2: "a binary", 8: "an octal", 10: "a decimal", 16: "a hexadecimal"}
_SHOWN = 40

_LIKE_A_DATE = re.compile(r"\d{1,4}([-./])\d{1,2}(\1|\1\d{1,4})|\d{1,2}[-/]\d{1,2}")
"""A date as people write it, in any order, with a year or without."""

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)

_SPELLINGS = (
    ("ddmmyy", "{d:02}{m:02}{yy:02}"),
    ("ddmmyyyy", "{d:02}{m:02}{y:04}"),
    ("mmddyy", "{m:02}{d:02}{yy:02}"),
    ("mmddyyyy", "{m:02}{d:02}{y:04}"),
    ("yymmdd", "{yy:02}{m:02}{d:02}"),
    ("yyyymmdd", "{y:04}{m:02}{d:02}"),
    ("dmyy", "{d}{m}{yy:02}"),
    ("dmyyyy", "{d}{m}{y:04}"),
    ("mdyy", "{m}{d}{yy:02}"),
    ("mdyyyy", "{m}{d}{y:04}"),
)
"""Name → format; d, m are the day and the month, y the year and yy its last two digits."""


@dataclass(frozen=True)
class DigitString:
    """A string of digits. A "?" stands for any digit.

    Attributes:
        text: the string; letters of base 16 in upper case.
        name: what it spells, such as "ddmmyy" of a date; else "".
    """

    text: str
    name: str = ""


@dataclass(frozen=True)
class Runs:
    """Maximal runs of one digit: as long as the digit repeats.

    Attributes:
        length: the least digits of a run.
        digit: the digit, as a character; None for any.
    """

    length: int
    digit: str | None = None


@dataclass(frozen=True)
class Palindromes:
    """Maximal palindromes: as long as both sides of their middle agree.

    Attributes:
        length: the least digits of a palindrome, 2 … `LONGEST_PALINDROME`.
    """

    length: int


@dataclass(frozen=True)
class SelfLocating:
    """Numbers n, written in the base of the digits, that stand at position n."""


Sought = DigitString | Runs | Palindromes | SelfLocating
"""What `one_pass.find` takes, beside text, which is a `DigitString`."""


def checked(sought: Sought | str, base: int) -> Sought:
    """What is to be found, in upper case.

    Raises:
        UsageError: it cannot be found in digits of this base; the message says why.
    """
    match sought:
        case str():
            return DigitString(_checked_text(sought, base))
        case DigitString():
            return DigitString(_checked_text(sought.text, base), sought.name)
        case Runs():
            digit = sought.digit if sought.digit is None else sought.digit.upper()
            if digit is not None and (len(digit) != 1 or digit not in DIGITS[:base]):
                raise UsageError(f"a run consists of one digit of base {base}, not of '{_short(sought.digit or '')}'")
            if sought.length < 1:
                raise UsageError("a run has at least 1 digit: give a length of 1 or more")
            return Runs(sought.length, digit)
        case Palindromes():
            if not 2 <= sought.length <= LONGEST_PALINDROME:
                raise UsageError(f"the least length of a palindrome is 2 to {LONGEST_PALINDROME}, not {sought.length}")
            return sought
        case SelfLocating():
            return sought
    raise TypeError(f"find takes text, DigitString, Runs, Palindromes or SelfLocating, not {type(sought).__name__}")


def distinct(wanted: Iterable[Sought]) -> list[Sought]:
    """Each once, in the order in which they come first; of the same string with several names it has all of them."""
    names: dict[Sought, list[str]] = {}
    for sought in wanted:
        if isinstance(sought, DigitString):
            names.setdefault(DigitString(sought.text), []).append(sought.name)
        else:
            names.setdefault(sought, [])
    return [
        DigitString(sought.text, ", ".join(dict.fromkeys(filter(None, same))))
        if isinstance(sought, DigitString)
        else sought
        for sought, same in names.items()
    ]


def parse_date(text: str) -> dt.date:
    """The date that is written like 1988-03-14.

    Raises:
        UsageError: it is not written so, or there is no such day.
    """
    match = _ISO.fullmatch(text.strip())
    shown = _short(text)
    if match is None:
        raise UsageError(f"'{shown}' is not a date: write year, month and day like 1988-03-14")
    try:
        return dt.date(*map(int, match.groups()))
    except ValueError as error:
        raise UsageError(f"'{shown}' is not a date: there is no such day") from error


def spellings(date: dt.date) -> list[DigitString]:
    """The date in all spellings; those that are the same digits are one, with all its names."""
    names: dict[str, list[str]] = {}
    for name, form in _SPELLINGS:
        text = form.format(d=date.day, m=date.month, y=date.year, yy=date.year % 100)
        names.setdefault(text, []).append(name)
    return [DigitString(text, ", ".join(same)) for text, same in names.items()]


def is_like_a_date(text: str) -> bool:
    """Whether a text looks like a date that somebody has written: 14.3.1988, 3/14, 1988-03-14."""
    return bool(_LIKE_A_DATE.fullmatch(text))


def _checked_text(text: str, base: int) -> str:
    if not text:
        raise UsageError("a pattern is empty: give at least one digit")
    upper = text.upper() if text.isascii() else text
    allowed = {*DIGITS[:base], WILDCARD}
    if not allowed.issuperset(upper):
        wrong = next(character for character, raised in zip(text, upper, strict=True) if raised not in allowed)
        remedy = f"write digits and '{WILDCARD}' for any digit"
        if is_like_a_date(text):
            remedy = "for a date, give the option --date YYYY-MM-DD, or write its digits alone"
        elif wrong == ".":
            remedy = "write digits after the point, without '3.'"
        raise UsageError(f"'{_short(text)}' is not a pattern: {wrong!r} is not {_ADJECTIVES[base]} digit; {remedy}")
    if set(upper) == {WILDCARD}:
        raise UsageError(f"'{_short(text)}' matches everywhere: give at least one digit")
    return upper


def _short(text: str) -> str:
    return fitted(text, _SHOWN)
