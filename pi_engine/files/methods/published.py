"""What published digits and hashes say of a file: the method "known", and where they show that something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.digits.common.constants import PI
from pi_engine.engine.checks.known import title_of
from pi_engine.files.comparison.diagnosis import diagnosed, with_integer
from pi_engine.files.comparison.difference import SHOWN, Difference, difference_at, only_first
from pi_engine.files.comparison.held_digits import HeldDigits
from pi_engine.files.methods.verdict import all_right
from pi_engine.radix.kernels.digit_words import digit_words
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from pi_engine.files.methods.case import FileCase
    from pi_engine.files.methods.verdict import Verification


def known(case: FileCase) -> Verification:
    """The verdict on a file in which published digits and hashes show nothing wrong: mostly "unproved"."""
    return case.verdict("ok", method="known", compared=compared_as_published(case), proved=_known_sentence(case))


def compared_as_published(case: FileCase, beginning: int = 0) -> int:
    """How many digits were compared: those of the scan, and the first `beginning`, which were compared otherwise."""
    by_hash = case.scan.proved_by_hash
    return case.scan.compared_digits(max(beginning, by_hash.digits if by_hash else 0))


def known_proves_all(case: FileCase) -> bool:
    """Whether published digits, or a published SHA-256, are of all of them."""
    return compared_as_published(case) == case.scan.digits


def suspect(case: FileCase) -> int | None:
    """A number of digits among which one is wrong, as the scan shows."""
    ends = []
    if case.scan.differs is not None:
        ends.append(case.scan.differs.start - 1 + len(case.scan.differs.digits))
    if case.scan.refuted_by_hash is not None:
        ends.append(case.scan.refuted_by_hash.digits)
    return min(ends, default=None)


def wrong_as_published(case: FileCase) -> Verification:
    """The verdict by published digits and hashes alone."""
    scan = case.scan
    difference, compared = in_head(case), compared_as_published(case)
    if difference is not None:
        return case.verdict("wrong", method="known", compared=compared, difference=difference)
    entry = scan.differs
    if entry is None:
        refuted = scan.refuted_by_hash
        assert refuted is not None
        message = (
            f"among the first {refuted.digits:_} digits one or more are wrong: their {title_of(refuted.algorithm)} is not that "
            "of π's; --method recompute finds the first"
        )
        return case.verdict("wrong", method="known", compared=compared, kind="hash", message=message)
    place = next(i for i, (a, b) in enumerate(zip(entry.digits, scan.found, strict=True)) if a != b)
    shown = f"positions {entry.start:_} to {entry.start + len(entry.digits) - 1:_}"
    shift = _shift(entry.digits, scan.around, entry.start, scan.around_start)
    hint = f"; {shift}" if shift else ""
    found = Difference(
        entry.start + place,
        entry.digits[place:],
        scan.found[place:],
        "position",
        f"{shown}: {scan.found} where π has {entry.digits}{hint}; digits before may be wrong too: "
        "--method recompute finds the first",
    )
    return case.verdict("wrong", method="known", compared=compared, difference=found)


def in_head(case: FileCase) -> Difference | None:
    """The first difference, if it is the digit before the point or among the leading ones that are published."""
    scan = case.scan
    known, whole = PI.fraction(scan.base), PI.whole(scan.base)
    integer = scan.integer or whole
    if scan.digits < len(known):  # all of them
        ours, theirs = (HeldDigits(digit_words(text, scan.base), len(text), scan.base) for text in (known, scan.head))
        return with_integer(diagnosed(ours, theirs) if theirs.count else None, scan.integer, scan.head, scan.base)
    if integer != whole:
        instead = f"position 0: {integer} before the point where π has {whole}"
        return only_first(Difference(0, (whole + known)[:SHOWN], (integer + scan.head)[:SHOWN], "substituted", instead))
    place = next((i for i, (a, b) in enumerate(zip(known, scan.head, strict=False)) if a != b), None)
    if place is None:
        return None
    before = known[place - 1] if place else whole[-1]
    return only_first(difference_at(place + 1, known[place:], scan.head[place : len(known)], before, scan.base))


def _known_sentence(case: FileCase) -> str:
    scan = case.scan
    count, leading = scan.digits, len(PI.fraction(scan.base))
    if count == 0:
        whole = PI.whole(scan.base)
        what = "digit before the point is" if len(whole) == 1 else "digits before the point are"
        return f"the {what} {whole}; there are none after it"
    if count <= leading:
        return f"{all_right(count)}, as published{case.without_integer()}"
    by_hash = scan.proved_by_hash
    proved = by_hash.digits if by_hash else leading
    how = f"by their published {title_of(by_hash.algorithm)}" if by_hash else "as published"
    if proved == count:
        return f"{all_right(count)}, {how}{case.without_integer()}"
    others = f"{scan.compared} groups of published digits agree, the last ending at position {scan.reach:_}"
    forgeable = scan.agreeing_forgeable
    if forgeable is not None and forgeable.digits > proved:
        others += f", and so does the published {title_of(forgeable.algorithm)} of the first {forgeable.digits:_}, which can be forged"
    return (
        f"the first {proved:_} of {count:_} digits after the point are those of π, {how}, and {others}; "
        f"the other digits have not been compared{case.without_integer()}"
    )


def _shift(expected: str, around: str, start: int, around_start: int) -> str:
    """Where else the expected digits stand, if they stand nearby: digits are missing before, or there are too many."""
    place = around.find(expected)
    if place < 0:
        return ""
    shift = start - (around_start + place)
    return f"{counted(abs(shift), 'digit')} before them {'missing' if shift > 0 else 'too many'}"
