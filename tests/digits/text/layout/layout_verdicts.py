"""What the reader answers to a layout, and whether that is true of it."""

from typing import NamedTuple

from pi_engine import verify_file
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.text.digit_text import DigitText
from pi_engine.errors import CorruptFileError
from tests.digits.text.layout.layout_digits import first_wrong

FALSE = ("false ok", "false wrong", "position", "count", "silent cut")
"""Faults that are lies; the others are something that could be read and was not, or that should have been said."""


class Answer(NamedTuple):
    """A verdict: its status, the digits after the point that were read or their number, the first wrong position, the notes."""

    status: str
    count: int
    first_wrong: int | None
    notes: tuple
    base: int | None
    message: str = ""


def answer_of_reader(path, base=None):
    """The verdict that follows from what the reader gives, by a comparison with known digits; much faster than `verify_file`."""
    integer, digits, notes, found_base, error = "", "", (), base, None
    try:
        with DigitFile(path, base=base) as file:
            integer, found_base, pieces, text = file.integer, file.base, [], DigitText(file.base)
            try:
                pieces.extend(text.text(block.words, block.digits) for block in file.blocks())
            except CorruptFileError as stray:
                error = stray
                # `extend` has kept what came before the error
            digits = b"".join(pieces).decode()
            notes = tuple(getattr(file, "notes", ()))
    except CorruptFileError as unreadable:
        error = unreadable
    if integer not in ("", "3"):
        return Answer("wrong", len(digits), 0, notes, found_base)
    place = first_wrong(digits, found_base) if found_base in (10, 16) else None
    if place is not None:
        return Answer("wrong", len(digits), place, notes, found_base)
    if error is not None:
        return Answer("corrupt", len(digits), None, notes, found_base, str(error))
    return Answer("ok", len(digits), None, notes, found_base)


def answer_of_verify(path, base=None):
    """The verdict of the whole program."""
    found = verify_file(path, base=base)
    return Answer(
        found.status, found.digits, found.first_wrong, tuple(getattr(found, "notes", ())), found.base, found.message
    )


def fault(layout, answer):
    """What is false in an answer, or could have been read and was not; None where all is well."""
    places = {reading: first_wrong(reading, layout.base) for reading in layout.readings}
    bare = {place for reading, place in places.items() if len(places) > 1 and reading[:1] == layout.integer}
    if layout.integer not in ("", "3"):
        places = dict.fromkeys(places, 0)
    right = {len(reading) for reading, place in places.items() if place is None}
    wrong = {place for place in [*places.values(), *bare] if place is not None}
    beside = any(first_wrong(reading[1:], layout.base) is None for reading in places)
    if len(places) > 1 or (
        not layout.integer and beside
    ):  # what looks like a digit before the point may be one of them
        wrong |= {0} if wrong else set()
    match answer.status:
        case "ok" if not right:
            return "false ok"
        case "ok" if answer.base != layout.base and min(right) > 1:
            return "base"
        case "ok" if answer.count not in right:
            return "silent cut" if answer.count < min(right) else "count"
        case "ok":
            return _unsaid(layout, answer)
        case "wrong" if not wrong:
            return "false wrong"
        case "wrong":
            return None if layout.vague or answer.first_wrong in wrong else "position"
        case "corrupt":
            return None if layout.hard else "unread"
    return f"status {answer.status}"


def _unsaid(layout, answer):
    if layout.noted and not answer.notes:
        return "no note"
    if layout.noted is False and answer.notes:
        return "needless note"
    return None
