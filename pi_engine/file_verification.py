"""Is this file of digits π? One pass over the file, then the cheapest method that proves what that pass leaves open.

The pass (`verify.survey`) finds what is no digit, counts, and compares with published digits and hashes. What remains is a
method's work: each is a row of `METHODS`, with what it costs and whether it can be had here; "auto" takes the cheapest.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.digits.constants import PI, recognise
from pi_engine.digits.formats import COMPRESSED
from pi_engine.digits.reader import DigitFile, header_mismatch
from pi_engine.digits.spool import Spool
from pi_engine.engine import compute, require_capacity
from pi_engine.errors import CapacityError, CorruptFileError, UsageError, VerificationError
from pi_engine.radix.words import DIGITS_PER_WORD
from pi_engine.runtime.progress import silent
from pi_engine.verification import Status, Verification
from pi_engine.verify.difference import SHOWN, Difference, difference_at, first_difference
from pi_engine.verify.known import title_of
from pi_engine.verify.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pi_engine.digits.blocks import Block
    from pi_engine.runtime.progress import Progress

_CONTEXT = 100
"""Digits that are computed behind a wrong one, to tell what has happened there."""

_MOST_COMPRESSED = 3.0
"""Digits that a byte of a compressed file can hold at most: 8 bits of 3.32 each, with some room."""


def verify_file(
    path: str | Path,
    method: str = "auto",
    *,
    digits: int | None = None,
    base: int | None = None,
    threads: int | None = None,
    memory: int | None = None,
    progress: Progress | None = None,
) -> Verification:
    """Verify a file of digits of π, of any format, or a folder with a set of .ycd files, or "-" for standard input.

    Args:
        path: the file.
        method: "known" compares published digits and hashes, in one pass and bounded memory; "recompute" computes π to
            the file's length and compares all of it; "auto" takes the cheapest that proves the whole file.
        digits: how many it should have after the point; a file with fewer is truncated.
        base: of a text, 10 or 16; by default it is told from the digits.
        threads: for the computation, all by default.
        memory: bytes that it may take.
        progress: called as (phase, done, total).

    Raises:
        UsageError: there is no such file or method.
        CapacityError: "recompute" would not fit in memory.
        VerificationError: a check of the computation failed.
    """
    if method not in {"auto", "known", *METHODS}:
        raise UsageError(f"method {method!r} is not known: choose one of {', '.join(('auto', 'known', *METHODS))}")
    start = time.perf_counter()
    with ExitStack() as stack:
        case = _Case(
            path, base, threads=threads, memory=memory, progress=silent if progress is None else progress, stack=stack
        )
        try:
            found = case.answer(method, digits)
        except CorruptFileError as error:
            found = case.corrupt(error)
    asked = found if found.method else replace(found, method="known" if method == "auto" else method)
    return replace(asked, seconds=time.perf_counter() - start)


class _Case:
    """One file to be verified, and what is known of it so far."""

    def __init__(
        self,
        path: str | Path,
        base: int | None,
        *,
        threads: int | None,
        memory: int | None,
        progress: Progress,
        stack: ExitStack,
    ) -> None:
        self._path, self._given_base, self._stack = path, base, stack
        self.threads, self.memory, self.progress = threads, memory, progress
        self.file: DigitFile | None = None
        self.survey: Survey | None = None
        self._spool: Spool | None = None
        self._header_differs: int | None = None

    # ------------------------------------------------------------ the order of the questions

    def answer(self, method: str, digits: int | None) -> Verification:
        """Survey the file; then what is wrong is located, or what is open is proved by the method."""
        self._read(spooled=str(self._path) == "-" and method != "known")
        survey = self.survey
        assert survey is not None
        wrong = self._wrong(method)
        if wrong is not None:
            return wrong
        self._require_header()
        if method == "known" or (method == "auto" and self._known_proves_all()):
            found = self._known()
        else:
            found = self._cheapest() if method == "auto" else METHODS[method].run(self)
        return found if digits is None or found.status != "ok" else self._of_length(found, digits)

    def _read(self, *, spooled: bool) -> None:
        """One pass over the file."""
        file = self.file = self._stack.enter_context(DigitFile(self._path, base=self._given_base))
        survey = self.survey = self._stack.enter_context(Survey(file.base, file.integer, _most_digits(file)))
        blocks = file.blocks()
        if spooled:
            self._spool = self._stack.enter_context(Spool(file.base))
            blocks = self._spool.through(blocks)
        for block in blocks:
            if not survey.digits:
                self._header_differs = header_mismatch(file, block)
            survey.update(block)
            self.progress("read", file.position, file.size or 0)
        survey.finish()

    def _require_header(self) -> None:
        """The digits that a header repeats must be π's, now that those of the data are."""
        assert self.file is not None
        told = self.file.header_digits
        place = 0 if told is not None and told[0] != PI.integer else self._header_differs
        if place is not None:
            raise CorruptFileError(
                f"{self._path}: the digits are π's, but the FirstDigits of its header are not, from digit {place} on",
                kind="header",
            )

    def _of_length(self, found: Verification, digits: int) -> Verification:
        """The verdict on sound digits of which there should be so many."""
        if found.digits == digits:
            return found
        truncated = found.digits < digits
        held = (
            f"it holds {found.digits:_} of {digits:_} digits"
            if truncated
            else f"it holds {found.digits:_} digits, not {digits:_}"
        )
        return replace(
            found,
            status="corrupt",
            kind="truncated" if truncated else "length",
            message=f"{self._path} is truncated: {held}" if truncated else f"{self._path}: {held}",
        )

    # ------------------------------------------------------------ what the survey shows

    def _wrong(self, method: str) -> Verification | None:
        """The verdict where the survey has found something wrong; exact unless the method is "known"."""
        survey = self.survey
        assert survey is not None
        constant = recognise(survey.head, survey.base)
        assert self.file is not None
        integer_wrong = survey.integer not in {"", PI.integer} and self.file.header_digits is None
        if constant is not None:
            names = f"these are the digits of {constant.name}"
            return self._verdict("wrong", method="known", kind="constant", message=names, difference=self._in_head())
        if integer_wrong:
            return self._verdict("wrong", method="known", difference=self._in_head())
        reach = self._suspect()
        if reach is None:
            return None
        if method != "known":
            with_context = min(survey.digits, reach + _CONTEXT)
            if self._fits(with_context):
                return self._located(with_context)
        return self._wrong_as_published()

    def _suspect(self) -> int | None:
        """A number of digits among which one is wrong, as the survey shows."""
        assert self.survey is not None
        ends = []
        if self.survey.differs is not None:
            ends.append(self.survey.differs.start - 1 + len(self.survey.differs.digits))
        if self.survey.refuted_by_hash is not None:
            ends.append(self.survey.refuted_by_hash.digits)
        return min(ends, default=None)

    def _in_head(self) -> Difference | None:
        """The first difference, if it is the digit before the point or among the leading ones that are published."""
        survey = self.survey
        assert survey is not None
        known, integer = PI.fraction(survey.base), survey.integer or PI.integer
        if integer != PI.integer:
            instead = f"position 0: {integer} before the point where π has 3"
            return Difference(0, (PI.integer + known)[:SHOWN], (integer + survey.head)[:SHOWN], "substituted", instead)
        place = next((i for i, (a, b) in enumerate(zip(known, survey.head, strict=False)) if a != b), None)
        if place is None:
            return None
        before = known[place - 1] if place else PI.integer
        return difference_at(place + 1, known[place:], survey.head[place : len(known)], before)

    def _wrong_as_published(self) -> Verification:
        """The verdict by published digits and hashes alone."""
        survey = self.survey
        assert survey is not None
        difference = self._in_head()
        if difference is not None:
            return self._verdict("wrong", method="known", difference=difference)
        entry = survey.differs
        if entry is None:
            refuted = survey.refuted_by_hash
            assert refuted is not None
            message = (
                f"among the first {refuted.digits:_} digits some are wrong: their {title_of(refuted.algorithm)} is not that "
                "of π's; --method recompute finds the first"
            )
            return self._verdict("wrong", method="known", kind="hash", message=message)
        place = next(i for i, (a, b) in enumerate(zip(entry.digits, survey.found, strict=True)) if a != b)
        shown = f"positions {entry.start:_} to {entry.start + len(entry.digits) - 1:_}"
        shift = _shift(entry.digits, survey.around, entry.start, survey.around_start)
        hint = f"; {shift}" if shift else ""
        found = Difference(
            entry.start + place,
            entry.digits[place:],
            survey.found[place:],
            "position",
            f"{shown}: {survey.found} where π has {entry.digits}{hint}; digits before may be wrong too: "
            "--method recompute finds the first",
        )
        return self._verdict("wrong", method="known", difference=found)

    # ------------------------------------------------------------ methods

    def _known_proves_all(self) -> bool:
        survey = self.survey
        assert survey is not None
        proved = survey.proved_by_hash
        return survey.digits <= len(PI.fraction(survey.base)) or (proved is not None and proved.digits == survey.digits)

    def _known(self) -> Verification:
        return self._verdict("ok", method="known", proved=self._known_sentence())

    def _known_sentence(self) -> str:
        survey = self.survey
        assert survey is not None
        count, leading = survey.digits, len(PI.fraction(survey.base))
        if count == 0:
            return "the digit before the point is 3; there are none after it"
        if count <= leading:
            return f"all {count} digits after the point are those of π, as published{self._without_integer()}"
        by_hash = survey.proved_by_hash
        proved = by_hash.digits if by_hash else leading
        how = f"by their published {title_of(by_hash.algorithm)}" if by_hash else "as published"
        if proved == count:
            return f"all {count:_} digits after the point are those of π, {how}{self._without_integer()}"
        others = f"{survey.compared} groups of published digits agree, the last ending at position {survey.reach:_}"
        return (
            f"the first {proved:_} of {count:_} digits after the point are those of π, {how}, and {others}; "
            f"the other digits have not been compared{self._without_integer()}"
        )

    def _cheapest(self) -> Verification:
        """By the cheapest method that fits here; by what is published where none does."""
        survey = self.survey
        assert survey is not None
        usable = [row for row in METHODS.values() if row.fits(self)]
        if not usable:
            known = self._known()
            return replace(known, proved=f"{known.proved}; nothing that proves them all would fit in memory here")
        return min(usable, key=lambda row: row.seconds(survey.digits)).run(self)

    def recompute_fits(self) -> bool:
        """Whether π can be computed here to the file's length."""
        assert self.survey is not None
        return self._fits(self.survey.digits)

    def recompute(self) -> Verification:
        """Compute π to the file's length, and compare all of it."""
        assert self.survey is not None
        return self._located(self.survey.digits)

    def _fits(self, digits: int) -> bool:
        assert self.survey is not None
        try:
            require_capacity(digits, base=self.survey.base, threads=self.threads, memory=self.memory)
        except CapacityError:
            return False
        return True

    def _located(self, digits: int) -> Verification:
        """Compute so many digits, or up to the end of the last word, and compare them with the file's."""
        survey = self.survey
        assert survey is not None
        width = DIGITS_PER_WORD[survey.base]
        digits = min(survey.digits, -(-digits // width) * width)
        result = compute(digits, base=survey.base, threads=self.threads, memory=self.memory, progress=self.progress)
        integer = survey.integer or PI.integer
        difference = first_difference(result.words, digits, self._blocks(), survey.base, integer) if digits else None
        passed = ", ".join(check.name for check in result.checks if check.status == "passed")
        made = f"computed here by the {result.series.capitalize()} series, whose run passed its checks ({passed})"
        if difference is not None:
            before = difference.position - 1
            proved = (
                f"the {before:_} digits before position {difference.position:_} are those of π, {made}; this one is not"
            )
            return self._verdict("wrong", method="recompute", difference=difference, proved=proved)
        if digits < survey.digits:
            raise VerificationError(
                f"among the first {digits:_} digits one differs from those published, but none from those computed here: "
                "run again, and report it if it recurs"
            )
        proved = f"all {digits:_} digits after the point equal those of π {made}{self._without_integer()}"
        return self._verdict("ok", method="recompute", proved=proved)

    def _blocks(self) -> Iterator[Block]:
        """The digits once more, from the file or from what was put aside of it."""
        if self._spool is not None:
            return self._spool.blocks()
        assert self.file is not None
        return self._stack.enter_context(DigitFile(self._path, base=self.file.base)).blocks()

    def _without_integer(self) -> str:
        assert self.survey is not None
        return "" if self.survey.integer else "; the 3 before the point is not in the file"

    # ------------------------------------------------------------ verdicts

    def _verdict(
        self,
        status: Status,
        *,
        method: str,
        difference: Difference | None = None,
        kind: str | None = None,
        message: str = "",
        proved: str = "",
    ) -> Verification:
        assert self.file is not None
        assert self.survey is not None
        place = None if difference is None else difference.position
        told = "; ".join(part for part in (message, difference.message if difference else "") if part)
        return Verification(
            status=status,
            first_wrong=place,
            expected=difference.expected if difference else None,
            found=difference.found if difference else None,
            method=method,
            proved=proved or f"the digits are not those of π: {told}",
            digits=self.survey.digits,
            base=self.file.base,
            format=self.file.format,
            file=str(self._path),
            seconds=0.0,
            kind=kind or (difference.kind if difference else None),
            offset=None,
            message=told,
        )

    def corrupt(self, error: CorruptFileError) -> Verification:
        """The verdict on a file that cannot be read to its end."""
        file, survey = self.file, self.survey
        return Verification(
            status="corrupt",
            first_wrong=None,
            expected=None,
            found=None,
            method="",
            proved="this is no sound file of digits; its digits have not been judged",
            digits=survey.digits if survey else 0,
            base=file.base if file else self._given_base,
            format=file.format if file else None,
            file=str(self._path),
            seconds=0.0,
            kind=error.kind,
            offset=error.offset,
            message=str(error),
        )


def _most_digits(file: DigitFile) -> int | None:
    """A bound of the digits of a file, where there is one."""
    if file.digits is not None or file.size is None:
        return file.digits
    return int(file.size * _MOST_COMPRESSED) + 1000 if file.format in COMPRESSED else file.size


def _shift(expected: str, around: str, start: int, around_start: int) -> str:
    """Where else the expected digits stand, if they stand nearby: digits are missing before, or there are too many."""
    place = around.find(expected)
    if place < 0:
        return ""
    shift = start - (around_start + place)
    return f"{abs(shift)} digit{'s' * (abs(shift) > 1)} before them {'missing' if shift > 0 else 'too many'}"


class Method(NamedTuple):
    """A way to prove a whole file.

    Attributes:
        fits: whether it can be had for this file, on this machine.
        seconds: about how long it takes for so many digits, to choose by.
        run: gives the verdict.
    """

    fits: Callable[[_Case], bool]
    seconds: Callable[[int], float]
    run: Callable[[_Case], Verification]


METHODS = {
    # 0.16 s at 10^6 digits, 2.3 s at 10^7: docs/performance.md
    "recompute": Method(_Case.recompute_fits, lambda digits: 0.16 * (digits / 1e6) ** 1.15, _Case.recompute),
}
"""What proves a file whole, besides published hashes. A new method is a row here."""
