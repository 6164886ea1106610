"""Verdicts on files that cannot be read to their end, or not at all: the digits before the fault are judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pi_engine.digits.common.formats import COMPRESSED
from pi_engine.files.methods.verdict import Verification
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from pi_engine.errors import CorruptFileError
    from pi_engine.files.methods.case import FileCase

_NO_PLACE = {"position", "hash", "residues", "constant"}
"""Kinds of error that do not tell where the first wrong digit is."""


def with_fault(case: FileCase, fault: CorruptFileError, found: Verification) -> Verification:
    """The verdict on a file that has a fault besides its digits, or behind them, on which the verdict is `found`."""
    what, digits = _unnamed(str(fault), case.file.name), counted(found.digits, "digit")
    in_header = fault.kind == "header"
    if found.status == "wrong":
        if fault.kind == "damaged" and found.format in COMPRESSED:
            return _damaged(fault, what, found)
        besides = what if in_header else f"behind the {digits} that could be read: {what}"
        return replace(found, message=f"{found.message}; and {besides}", offset=fault.offset)
    if found.status == "ok":
        judged = _are_right(found.digits, "its" if in_header else "the first")
    else:
        judged = (
            f"{digits} could be read, and {found.digits_compared:_} of them were compared with those of π and are right"
        )
    if fault.kind == "truncated":
        message = f"{what}; {judged}"
    elif in_header:
        message = f"{judged}; but {what}"
    else:
        message = f"{judged}; then{',' if what.startswith('at line') else ':'} {what}"
    return _corrupt(fault, message, found)


def _damaged(fault: CorruptFileError, what: str, found: Verification) -> Verification:
    """The verdict on wrong digits of compressed data whose check sums show damage: what made them wrong is not known."""
    right = 0 if found.kind in _NO_PLACE else (found.first_wrong or 0) - 1
    judged = "wrong digits in it may come from the damage"
    if right > 0:
        judged = f"{_are_right(right, 'the first')}; wrong digits behind them may come from the damage"
    without = replace(found, first_wrong=None, expected=None, found=None, wrong_digits=None, wrong_positions=())
    return _corrupt(fault, f"{what}; {judged}", without)


def _are_right(digits: int, which: str) -> str:
    return f"{which} digit is π's" if digits == 1 else f"{which} {digits:_} digits are π's"


def _corrupt(fault: CorruptFileError, message: str, found: Verification) -> Verification:
    return replace(
        found,
        status="corrupt",
        kind=fault.kind,
        offset=fault.offset,
        message=message,
        proved=f"this is not a sound file of digits; of the digits that could be read: {found.proved}",
    )


def corrupt_file(
    path: str, error: CorruptFileError, *, base: int | None, form: str | None = None, digits: int = 0
) -> Verification:
    """The verdict on a file without a digit that can be judged; base, format and digits as far as they are known."""
    return Verification(
        status="corrupt",
        first_wrong=None,
        expected=None,
        found=None,
        method="",
        proved="this is not a sound file of digits; none of its digits was compared with those of π",
        digits=digits,
        digits_compared=0,
        base=base,
        format=form,
        file=path,
        seconds=0.0,
        kind=error.kind,
        offset=error.offset,
        message=_unnamed(str(error), "standard input" if path == "-" else path),
    )


def _unnamed(message: str, name: str) -> str:
    """An error's message, which begins with the file's name, without it."""
    if message.startswith(f"{name}: "):
        return message[len(name) + 2 :]
    return f"the file{message[len(name) :]}" if message.startswith(f"{name} ") else message
