"""How many digits a file's name or header claims, and a note where the file holds others.

It is a note and no error: N may count the digits after the point, or the 3 before it as well, and both are usual. A number in
a name is taken for a claim only where hardly anything else can be meant: `1000000.txt`, `pi-1000000.txt`,
`pi1M.txt`, `10k-digits.txt`, but not a date, a year, a version or the number of a copy.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from pi_engine.files.methods.case import FileCase

_POWERS = {"k": 3, "thousand": 3, "m": 6, "million": 6, "g": 9, "b": 9, "billion": 9, "t": 12, "trillion": 12}
_LONGEST_NAME = 255
_MOST = 10**15
_LEAST = 100
"""Smaller numbers are counters, bases and widths of words more often than claims."""

_SUFFIXES = re.compile(r"(\.(txt|text|dat|dec|hex|csv|md|out|log|gz|xz|zst|bz2|zip|ycd|html?|json))+$", re.IGNORECASE)
_FIRST_DIGITS = re.compile(r"(?<!\d)3[.,]?14(1\d*)?(?!\d)")
_DATE = re.compile(r"(?<!\d)(19|20)\d\d([-_.]?)(0[1-9]|1[0-2])(\2(0[1-9]|[12]\d|3[01]))?(?!\d)")
_VERSION = re.compile(r"(?<![a-z])(v|ver|version|rev|r)[-_. ]?\d+([._]\d+)*|\d+(\.\d+)+", re.IGNORECASE)
_OTHER = re.compile(
    r"(?<![a-z])(sha|utf|md|x|win|amd|arm|base|iso|part|vol|page|line|file|block|chunk|run|test|thread|core)s?[-_ ]?\d+|\d+(\^|\*\*)\d+",
    re.IGNORECASE,
)
"""Numbers of something else, and powers."""

_NUMBER = re.compile(
    r"(?<![0-9a-z])(?:pi|π|first|dec|hex|digits?)?"
    r"(?P<digits>\d{1,3}(?:[_,']\d{3})+|\d+)(?:e(?P<exponent>\d{1,2}))?"
    r"[-_ ]?(?P<power>thousand|million|billion|trillion|[kmgbt])?"
    r"(?:[-_ ]?(?:digits?|decimals?|places|dp|dec|hex|d))?(?![0-9a-z])",
    re.IGNORECASE,
)
_ABOUT_DIGITS = re.compile(r"pi|π|digit|decimal|places", re.IGNORECASE)


def claimed_by_name(name: str) -> int | None:
    """The digits that a file's name claims; None where it claims none, or it is not clear which of its numbers are meant."""
    stem = _SUFFIXES.sub("", PurePath(name).name[:_LONGEST_NAME])
    bare = stem
    for pattern in (_FIRST_DIGITS, _DATE, _VERSION, _OTHER):
        bare = pattern.sub(" ", bare)
    found = [(match, value) for match in _NUMBER.finditer(bare) if _LEAST <= (value := _value(match)) <= _MOST]
    if len(found) != 1:
        return None
    match, value = found[0]
    alone = bare.strip() == stem and match.group(0) == stem
    if not alone and not _ABOUT_DIGITS.search(stem):
        return None
    year = match["exponent"] is None and match["power"] is None and 1900 <= value < 2100
    return None if year else value


def claim_notes(case: FileCase) -> tuple[str, ...]:
    """Notes on claims that are not true of a file that was read to its end."""
    digits = case.scan.digits
    by_header = getattr(case.file, "claimed", None)
    by_name = None if case.path == "-" else claimed_by_name(case.path)
    notes = []
    for source, claim in (("its header", by_header), ("its name", by_name)):
        if claim is not None and digits not in {claim, claim - 1}:
            notes.append(_note(source, claim, digits))
    return tuple(notes)


def _note(source: str, claim: int, digits: int) -> str:
    if digits < claim:
        difference = f"{counted(claim - digits, 'digit')} fewer, or {claim - 1 - digits:_} if the 3 before the point is one of them"
    else:
        difference = f"{counted(digits - claim, 'digit')} more"
    return f"{source} says {counted(claim, 'digit')}; the file holds {digits:_} after the point: {difference}"


def _value(match: re.Match[str]) -> int:
    power = int(match["exponent"] or 0) + _POWERS.get((match["power"] or "").lower(), 0)
    digits = re.sub(r"\D", "", match["digits"])
    return 0 if len(digits) > 18 else int(digits) * 10**power
