"""A date as people write it in digits: every usual order, with and without leading zeros."""

from __future__ import annotations

import datetime as dt
import re

from pi_engine.errors import UsageError
from pi_engine.runtime.display import fitted
from pi_engine.search.patterns import DigitString

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


def parse_date(text: str) -> dt.date:
    """The date that is written like 1988-03-14.

    Raises:
        UsageError: it is not written so, or there is no such day.
    """
    match = _ISO.fullmatch(text.strip())
    shown = fitted(text, 40)
    if match is None:
        raise UsageError(f"'{shown}' is no date: write year, month and day like 1988-03-14")
    try:
        return dt.date(*map(int, match.groups()))
    except ValueError as error:
        raise UsageError(f"'{shown}' is no date: there is no such day") from error


def spellings(date: dt.date) -> list[DigitString]:
    """The date in all spellings; those that are the same digits are one, with all its names."""
    names: dict[str, list[str]] = {}
    for name, form in _SPELLINGS:
        text = form.format(d=date.day, m=date.month, y=date.year, yy=date.year % 100)
        names.setdefault(text, []).append(name)
    return [DigitString(text, ", ".join(same)) for text, same in names.items()]
