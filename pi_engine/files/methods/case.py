"""A file that is being verified: one pass over it, what that has shown, and how a verdict on it is put."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pi_engine.digits.common.constants import PI
from pi_engine.digits.common.formats import COMPRESSED
from pi_engine.digits.reader import DigitFile, header_mismatch
from pi_engine.digits.spool import Spool
from pi_engine.engine.arguments import require_capacity
from pi_engine.errors import CapacityError, CorruptFileError
from pi_engine.files.comparison.by_bbp import LOCATING
from pi_engine.files.comparison.scan import Scan
from pi_engine.files.methods.verdict import Status, Verification
from pi_engine.radix.kernels.binary_words import computed_as
from pi_engine.runtime.display import counted
from pi_engine.runtime.progress import announce, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import ExitStack

    from pi_engine.digits.common.blocks import Block
    from pi_engine.files.comparison.difference import Difference
    from pi_engine.proof.bbp.bbp_sum import Summation
    from pi_engine.runtime.progress import Progress, Step

_MOST_COMPRESSED = 10.0
"""Bits that digits of a byte of a compressed file can stand for at most: 8, with some margin."""


_COMPRESSED = 7.3
"""Bits that the digits of a byte of a file compressed by gzip stand for, about."""


@dataclass(frozen=True)
class FileCase:
    """One file to be verified, open, and the scan of it.

    Attributes:
        path: of the file, or "-".
        threads: for computations.
        memory: bytes that they may take.
        progress: called as (phase, done, total).
        stack: closes what is opened for the file.
        file: itself, which can be read once.
        scan: what the one pass over it shows.
        spool: where this pass puts the digits of a file that cannot be opened again.
        locating: whether something is known to be wrong, and only looked for.
        ended: what has ended the reading before the file ends, if anything has.
        elsewhere: what adds up BBP's terms, if not this process.
    """

    path: str
    threads: int
    memory: int | None
    progress: Progress
    stack: ExitStack
    file: DigitFile
    scan: Scan
    spool: Spool | None
    locating: bool = False
    ended: CorruptFileError | None = None
    elsewhere: Summation | None = None

    def read(self, expected: Callable[[int], list[Step]]) -> CorruptFileError | None:
        """Scan the file; `expected` gives the steps, this one the first, for a file of about a given number of digits.

        Returns what ends the reading before the file ends, if there are digits before it: they can be judged.

        Raises:
            CorruptFileError: the same without any digit before it.
        """
        file, scan = self.file, self.scan
        announce(self.progress, lambda: expected(_about_digits(file)))
        ended = None
        try:
            for block in file.blocks() if self.spool is None else self.spool.through(file.blocks()):
                scan.update(block)
                self.progress("read", file.position, file.size or 0)
        except CorruptFileError as error:
            if not scan.digits:
                raise
            ended = error
        scan.finish()
        return ended

    def blocks(self) -> Iterator[Block]:
        """The digits once more, from the file or from what was put aside of it; as far as they could be read at first.

        Raises:
            CorruptFileError: they are more or fewer than at first.
        """
        if self.spool is not None:
            return self._as_many(self.spool.blocks())
        again = self.stack.enter_context(DigitFile(self.path, base=self.file.base, partial=True))
        return self._as_many(again.blocks())

    def _as_many(self, blocks: Iterator[Block]) -> Iterator[Block]:
        """Blocks of as many digits as the scan has seen; a file that has become shorter would be compared in part, and pass."""
        digits = self.scan.digits
        try:
            for block in blocks:
                digits -= block.digits
                if digits < 0:
                    break
                yield block
        except CorruptFileError:  # as at first, where that was the end of the digits
            digits = digits if self.ended is not None else -1
        if digits:
            raise CorruptFileError(f"{self.path} has changed while it was verified: verify it again")

    def part_progress(self) -> Progress:
        """Progress of a computation that is a part of this verification."""
        return within(self.progress, LOCATING if self.locating else "")

    def require_header(self) -> None:
        """The digits that a header repeats must be π's.

        Raises:
            CorruptFileError: they are not.
        """
        header = self.file.header_digits
        place = header_mismatch(header, self.scan.head)
        if header is not None and header[0] != PI.integer:
            place = 0
        if place is not None:
            raise CorruptFileError(
                f"{self.file.name}: the FirstDigits of its header are not π's, from digit {place} on", kind="header"
            )

    def without_integer(self) -> str:
        """What a sentence must add where the file does not have the integer."""
        return "" if self.scan.integer else f"; the {PI.whole(self.scan.base)} before the point is not in the file"

    def fits(self, digits: int) -> bool:
        """Whether a given number of digits of π can be computed here."""
        try:
            digits, base = computed_as(digits, self.scan.base)
            require_capacity(digits, base=base, threads=self.threads, memory=self.memory)
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
        """A verdict of this file, with the number of digits that were compared with π's.

        Where nothing is wrong, "ok" becomes "unproved" unless they were all compared.
        """
        place, digits = None if difference is None else difference.position, self.scan.digits
        if status == "ok" and compared < digits:
            status, message = "unproved", f"{compared:_} of {counted(digits, 'digit')} were compared with those of π"
        message = "; ".join(part for part in (message, difference.message if difference else "") if part)
        return Verification(
            status=status,
            first_wrong=place,
            expected=difference.expected if difference else None,
            found=difference.found if difference else None,
            method=method,
            proved=proved or f"{compared:_} of {counted(digits, 'digit')} were compared with those of π: {message}",
            digits=digits,
            digits_compared=compared,
            base=self.file.base,
            format=self.file.format,
            file=self.path,
            seconds=0.0,
            kind=kind or (difference.kind if difference else None),
            offset=None,
            message=message,
            wrong_digits=difference.wrong_digits if difference else None,
            wrong_positions=difference.wrong_positions if difference else (),
        )


def open_case(
    path: str,
    base: int | None,
    *,
    threads: int,
    memory: int | None,
    progress: Progress,
    stack: ExitStack,
    spooled: bool,
    elsewhere: Summation | None = None,
) -> FileCase:
    """A file to be verified, as `verify_file` is given it; `spooled` where its digits are needed twice and can be read once.

    Raises:
        UsageError: it cannot be read.
        CorruptFileError: it holds no digits, or its header is wrong.
    """
    file = stack.enter_context(DigitFile(path, base=base, partial=True))
    scan = stack.enter_context(Scan(file.base, file.integer, _most_digits(file)))
    spool = stack.enter_context(Spool(file.base)) if spooled else None
    return FileCase(path, threads, memory, progress, stack, file, scan, spool, elsewhere=elsewhere)


def _about_digits(file: DigitFile) -> int:
    """How many digits a file has, as far as that is known before it is read; 0 where nothing is."""
    if file.digits is not None or file.size is None:
        return file.digits or 0
    return round(file.size * _COMPRESSED / math.log2(file.base)) if file.format in COMPRESSED else file.size


def _most_digits(file: DigitFile) -> int | None:
    """A bound of the digits of a file, where there is one."""
    if file.digits is not None or file.size is None:
        return file.digits
    if file.format not in COMPRESSED:
        return file.size
    return int(file.size * _MOST_COMPRESSED / math.log2(file.base)) + 1000
