"""What a verification of a file of digits answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "wrong", "corrupt"]


@dataclass(frozen=True)
class Verification:
    """Is this file π, and if not, where does it go wrong?

    Attributes:
        status: "ok", "wrong" (these are digits, but not π's) or "corrupt" (this is no sound file of digits).
        first_wrong: the first wrong position, counted from 1 after the point, 0 for the digit before it; None where the
            method cannot tell, or nothing is wrong.
        expected: ten digits of π from there, fewer where the file ends.
        found: those of the file.
        method: the one that has shown it.
        proved: what exactly it has shown.
        digits: how many there are after the point, as far as the file could be read.
        base: 10 or 16; None where that could not be told.
        format: "text", "gz", "xz", "zst" or "ycd".
        file: its name.
        seconds: it took.
        kind: of an error: "substituted", "transposed", "missing", "doubled", "inserted" or "different" digits, another
            "constant", a "position" or "hash" of the table; or "stray", "truncated", "header", "empty", "damaged", "length".
        offset: bytes before the place where a file is corrupt.
        message: one line that says what is wrong; "" where nothing is.
    """

    status: Status
    first_wrong: int | None
    expected: str | None
    found: str | None
    method: str
    proved: str
    digits: int
    base: int | None
    format: str | None
    file: str
    seconds: float
    kind: str | None
    offset: int | None
    message: str

    @property
    def exit_code(self) -> int:
        """Of the command line."""
        return {"ok": 0, "wrong": 3, "corrupt": 5}[self.status]
