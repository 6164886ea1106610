"""Which digits a report looks at: their name, their number, the first and the last of them, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError
from pi_engine.runtime.storage.presence import is_regular_file

if TYPE_CHECKING:
    from pi_engine.engine.result import Check
    from pi_engine.sequence.digit_sequence import DigitSequence

SHOWN = 50
"""Digits that are shown of the beginning and of the end."""


@dataclass(frozen=True)
class DigitFacts:
    """The digits of a report.

    Attributes:
        name: the file, or what was computed.
        file: the file's name; None for digits that were computed.
        format: of the file; None if there is none.
        size: bytes of the file; None if there is none, or if it is a folder or a stream.
        base: 2, 8, 10 or 16.
        digits: how many there are after the point.
        integer: the digits before it.
        first: the first digits after the point.
        last: the last ones.
        notes: what the reader of the file has taken for granted or left out.
        checks: what was compared when the digits were computed in this run; empty for a file and for digits of the store.
    """

    name: str
    file: str | None
    format: str | None
    size: int | None
    base: int
    digits: int
    integer: str
    first: str
    last: str
    notes: list[str]
    checks: list[Check]

    @property
    def origin(self) -> str:
        """Where the digits come from: "file", "computed" or "store"."""
        if self.file is not None:
            return "file"
        return "computed" if self.checks else "store"


def digit_facts(digits: DigitSequence, file: str | None) -> DigitFacts:
    """Look at both ends of the digits.

    Raises:
        UsageError: there are none after the point.
        CorruptFileError: they are damaged.
    """
    count = len(digits)
    if not count:
        held = "0 digits were asked for" if file is None else f"{digits.name} has no digits after the point"
        raise UsageError(f"{held}: there is nothing to report on")
    return DigitFacts(
        name=digits.name,
        file=file,
        format=digits.format,
        size=_size(file),
        base=digits.base,
        digits=count,
        integer=digits.integer,
        first=digits.text(0, SHOWN),
        last=digits.text(max(0, count - SHOWN), count),
        notes=digits.notes,
        checks=list(digits.checks),
    )


def _size(file: str | None) -> int | None:
    if file is None or file == "-":
        return None
    path = Path(file)
    return path.stat().st_size if is_regular_file(path) else None
