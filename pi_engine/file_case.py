"""A file that is being verified: one pass over it, what that has shown, and how a verdict on it is put."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.digits.constants import PI
from pi_engine.digits.formats import COMPRESSED
from pi_engine.digits.head import first_digits
from pi_engine.digits.reader import DigitFile, header_mismatch
from pi_engine.digits.spool import Spool
from pi_engine.engine import require_capacity
from pi_engine.errors import CapacityError, CorruptFileError
from pi_engine.runtime.progress import announce, within
from pi_engine.verification import Status, Verification
from pi_engine.verify.by_bbp import LOCATING
from pi_engine.verify.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import ExitStack
    from pathlib import Path

    from pi_engine.digits.blocks import Block
    from pi_engine.runtime.progress import Progress, Step
    from pi_engine.verify.difference import Difference

_MOST_COMPRESSED = 3.0
"""Digits that a byte of a compressed file can hold at most: 8 bits of 3.32 each, with some room."""


_COMPRESSED = 2.2
"""The same, as gzip leaves it."""


class FileCase:
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
        self.path, self._given_base, self._stack = path, base, stack
        self.threads, self.memory, self.progress = threads, memory, progress
        self.locating = False
        """Whether something is known to be wrong, and only looked for."""
        self.file: DigitFile | None = None
        self.survey: Survey | None = None
        self._spool: Spool | None = None
        self._header_differs: int | None = None

    def read(self, expected: Callable[[int], list[Step]], *, spooled: bool) -> None:
        """One pass over the file; `expected` gives the steps, this one the first, for a file of about so many digits."""
        file = self.file = self._stack.enter_context(DigitFile(self.path, base=self._given_base))
        announce(self.progress, lambda: expected(_about_digits(file)))
        survey = self.survey = self._stack.enter_context(Survey(file.base, file.integer, _most_digits(file)))
        head, blocks = first_digits(file.blocks(), file.base)
        self._header_differs = header_mismatch(file, head)
        if spooled:
            self._spool = self._stack.enter_context(Spool(file.base))
            blocks = self._spool.through(blocks)
        for block in blocks:
            survey.update(block)
            self.progress("read", file.position, file.size or 0)
        survey.finish()

    def blocks(self) -> Iterator[Block]:
        """The digits once more, from the file or from what was put aside of it.

        Raises:
            CorruptFileError: they are more or fewer than at first.
        """
        assert self.survey is not None
        if self._spool is not None:
            return self._as_many(self._spool.blocks(), self.survey.digits)
        assert self.file is not None
        again = self._stack.enter_context(DigitFile(self.path, base=self.file.base))
        return self._as_many(again.blocks(), self.survey.digits)

    def _as_many(self, blocks: Iterator[Block], digits: int) -> Iterator[Block]:
        """The same blocks; without this a file that has become shorter would be compared in part, and called right as a whole."""
        for block in blocks:
            digits -= block.digits
            if digits < 0:
                break
            yield block
        if digits:
            raise CorruptFileError(f"{self.path} has changed while it was verified: verify it again")

    def told(self) -> Progress:
        """Progress of a computation that is a part of this verification."""
        return within(self.progress, LOCATING if self.locating else "")

    def require_header(self) -> None:
        """The digits that a header repeats must be π's, now that those of the data are."""
        assert self.file is not None
        told = self.file.header_digits
        place = 0 if told is not None and told[0] != PI.integer else self._header_differs
        if place is not None:
            raise CorruptFileError(
                f"{self.path}: the digits are π's, but the FirstDigits of its header are not, from digit {place} on",
                kind="header",
            )

    def without_integer(self) -> str:
        """What a sentence must add where the file does not have the integer."""
        assert self.survey is not None
        return "" if self.survey.integer else "; the 3 before the point is not in the file"

    def fits(self, digits: int) -> bool:
        """Whether so many digits of π can be computed here."""
        assert self.survey is not None
        try:
            require_capacity(digits, base=self.survey.base, threads=self.threads, memory=self.memory)
        except CapacityError:
            return False
        return True

    def verdict(
        self,
        status: Status,
        *,
        method: str,
        compared: int,
        difference: Difference | None = None,
        kind: str | None = None,
        message: str = "",
        proved: str = "",
    ) -> Verification:
        """A verdict of this file, of which so many digits were compared with π's.

        Where nothing is wrong, "ok" becomes "unproved" unless they were all compared.
        """
        assert self.file is not None
        assert self.survey is not None
        place, digits = None if difference is None else difference.position, self.survey.digits
        if status == "ok" and compared < digits:
            status, message = "unproved", f"{compared:_} of {digits:_} digits were compared with those of π"
        told = "; ".join(part for part in (message, difference.message if difference else "") if part)
        return Verification(
            status=status,
            first_wrong=place,
            expected=difference.expected if difference else None,
            found=difference.found if difference else None,
            method=method,
            proved=proved or f"the digits are not those of π: {told}",
            digits=digits,
            digits_compared=compared,
            base=self.file.base,
            format=self.file.format,
            file=str(self.path),
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
            digits_compared=0,
            base=file.base if file else self._given_base,
            format=file.format if file else None,
            file=str(self.path),
            seconds=0.0,
            kind=error.kind,
            offset=error.offset,
            message=str(error),
        )


def _about_digits(file: DigitFile) -> int:
    """How many digits a file has, as far as that is known before it is read; 0 where nothing is."""
    if file.digits is not None or file.size is None:
        return file.digits or 0
    return round(file.size * _COMPRESSED) if file.format in COMPRESSED else file.size


def _most_digits(file: DigitFile) -> int | None:
    """A bound of the digits of a file, where there is one."""
    if file.digits is not None or file.size is None:
        return file.digits
    return int(file.size * _MOST_COMPRESSED) + 1000 if file.format in COMPRESSED else file.size
