"""What a verification of a file of digits answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pi_engine.runtime.display import counted, fitted, html_table, line, seconds_text

Status = Literal["ok", "wrong", "corrupt", "unproved"]

EXIT_CODES: dict[Status, int] = {"ok": 0, "wrong": 3, "corrupt": 5, "unproved": 6}
"""Status → exit code of the command line."""

_LONGEST_NAME = 24
_LONGEST_MESSAGE = 52


@dataclass(frozen=True)
class Verification:
    """Is this file π, and if not, where does it go wrong?

    It is true in an `if` if its status is "ok". Two are equal if everything except their seconds is equal.

    Attributes:
        status: "ok" (every digit was compared with π), "wrong" (a digit is not π's), "corrupt" (this is not a sound file
            of digits) or "unproved" (nothing wrong was found, but not every digit was compared).
        first_wrong: the first wrong position, counted from 1 after the point, 0 for the digit before it. None if the
            method cannot find it, or nothing is wrong.
        expected: ten digits of π from there, fewer if the file ends.
        found: the ten digits of the file from there.
        method: the method that was used.
        proved: what exactly the method has shown.
        digits: how many there are after the point, as far as the file could be read.
        digits_compared: how many of them were compared with those of π; all if the status is "ok".
        base: 2, 8, 10 or 16; None if the digits do not show it.
        format: "text", "gz", "xz", "zst", "bz2", "zip" or "ycd".
        file: its name.
        seconds: how long the verification took.
        kind: the kind of error; None if there is no error. Digits may be "substituted", "transposed", "missing", "doubled",
            "inserted", "scattered" or "different". A block may be "repeated", "copied" in place of another, or "exchanged"
            with one. The last digit may be "rounded", or the "tail" wrong. The digits may be those of another "constant". A
            comparison with the table gives "position" or "hash", and one modulo primes "residues". Other files are "stray",
            "truncated", "header", "empty", "damaged", "length" or "certificate".
        offset: bytes before the place where a file is corrupt.
        message: one line that says what is wrong, or how many digits were compared if not all were; otherwise "".
            It does not begin with the file's name.
        wrong_digits: how many positions differ from π's in all. None if nothing is wrong, if the method does not compare
            all, or if digits are missing or too many, because those after them then have other positions.
        wrong_positions: the first ten of them.
        notes: what was assumed or left out when the file was read, and whether its length differs from the one that it claims.
    """

    status: Status
    first_wrong: int | None
    expected: str | None
    found: str | None
    method: str
    proved: str
    digits: int
    digits_compared: int
    base: int | None
    format: str | None
    file: str
    seconds: float = field(compare=False)
    kind: str | None
    offset: int | None
    message: str
    wrong_digits: int | None = None
    wrong_positions: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether every digit was compared with π, and none is wrong."""
        return self.status == "ok"

    def __repr__(self) -> str:
        """Like `Verification(ok, pi.txt, 1_000_000 digits, base 10, known, 0.05 s)`, or what is wrong in place of the last two."""
        parts = [self._short_name, counted(self.digits, "digit")]
        parts += [f"base {self.base}"] if self.base is not None else []
        if self.message:
            wrong = fitted(self.message, _LONGEST_MESSAGE)
            return line("Verification", f"{self.status}: {wrong}", *parts)
        return line("Verification", self.status, *parts, self.method, seconds_text(self.seconds))

    def _repr_html_(self) -> str:
        rows = [("status", self.status), ("file", self.file), ("length", counted(self.digits, "digit"))]
        rows.append(("compared with π", counted(self.digits_compared, "digit")))
        if self.first_wrong is not None:
            rows.append(("first wrong position", f"{self.first_wrong:_}"))
        if self.found is not None and self.expected is not None:
            rows += [("found", self.found), ("expected", self.expected)]
        if self.wrong_digits is not None:
            rows.append(("wrong digits", f"{self.wrong_digits:_}"))
        if self.message:
            rows.append(("message", self.message))
        rows += [("note", note) for note in self.notes]
        rows += [("method", self.method), ("proved", self.proved), ("time", seconds_text(self.seconds))]
        return html_table("Verification", rows)

    @property
    def _short_name(self) -> str:
        """The file's name; of a long path its end."""
        if len(self.file) <= _LONGEST_NAME:
            return fitted(self.file, _LONGEST_NAME)
        return "…" + fitted(self.file[1 - _LONGEST_NAME :], _LONGEST_NAME)

    @property
    def exit_code(self) -> int:
        """Of the command line."""
        return EXIT_CODES[self.status]


def all_right(digits: int) -> str:
    """That all digits after the point are those of π."""
    if digits == 1:
        return "the one digit after the point is that of π"
    return f"all {digits:_} digits after the point are those of π"
