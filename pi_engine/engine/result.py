"""What a computation hands back: the digits in their forms, how long it took, and what was checked."""

from __future__ import annotations

import itertools
import operator
import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from gmpy2 import mpz

from pi_engine.errors import PiEngineError
from pi_engine.radix import from_text
from pi_engine.runtime.display import counted, fitted, html_table, line, seconds_text
from pi_engine.runtime.integers import as_int

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import SupportsIndex

    import numpy as np
    from numpy.typing import NDArray

    from pi_engine.bigint.scratch.scratch_space import ScratchSpace
    from pi_engine.bigint.scratch.stored_words import StoredWords
    from pi_engine.distributed.connection.cluster_use import ClusterUse
    from pi_engine.engine.checks.known import Characters
    from pi_engine.engine.conversion.text_of_words import TextOfWords
    from pi_engine.proof.bbp.last_hex_digits import Tail
    from pi_engine.runtime.repairs import Repair

_WHOLE = 20
"""Digits after the point that are shown all."""

_END = 8
"""Of more, this many of the first and of the last."""

_LONGEST_NAME = 20


class ScratchUse(NamedTuple):
    """What a run has had on disk because it did not fit in memory.

    Attributes:
        folder: where.
        bytes_written: in all.
        bytes_read: in all.
        most_bytes: at once.
        pieces_reread: that came back changed, and right when they were read again.
    """

    folder: str
    bytes_written: int
    bytes_read: int
    most_bytes: int
    pieces_reread: int

    @classmethod
    def of(cls, space: ScratchSpace) -> ScratchUse:
        """What a scratch space has been used for so far."""
        found = space.traffic
        return cls(str(space.folder), found.written, found.read, found.most_held, found.reread)


class Check(NamedTuple):
    """One check of a result: its name, "passed" or "skipped", and what exactly it has compared."""

    name: str
    status: Literal["passed", "skipped"]
    detail: str

    def __repr__(self) -> str:
        """Like `Check(root passed: the square and its remainder modulo …)`."""
        return line("Check", f"{self.name} {self.status}: {self.detail}")


@dataclass(frozen=True, eq=False, repr=False)
class ComputeResult:
    """N digits of π after the point, truncated, never rounded.

    It is a sequence of those digits: `len(result)` is N, `result[0]` the first digit after the point, `result[:10]` the
    first ten, as str. `str(result)` is the text with `3.` before them. Results are equal if their bases and their digits are.

    Attributes:
        digits: N.
        base: 10 or 16.
        series: the name of the series that was summed.
        threads: how many threads the run could use.
        hash: value mod 2^61 − 1.
        residues: value by modulus, for 2^61 − 1 and the random prime that the checks used; None with check="none".
        seconds: wall-clock seconds by phase, and "total".
        checks: what has been checked, in the order in which it was.
        path: "compiled" if the kernels computed, "plain" if GMP alone did.
        kernels: where the kernels were when the run began: "loaded", "stored" or "to be compiled"; "not used" on the plain path.
        processor_seconds: seconds that processors worked for this process meanwhile, all threads together; on `threads` processors without
            other work it is up to `threads` times the total.
        peak_memory_bytes: the most memory that the process had allocated up to the end of the computation,
            without the pages of mapped libraries: see `runtime.limits.memory.peak_memory`.
        mapped_memory_bytes: the pages of mapped libraries that were resident then; None if the system does not say.
        tail: π's hexadecimal digits that BBP gave, with check="full".
        scratch: what the run had on disk; None if all of it fitted in memory.
        repairs: the steps that failed a check and were repeated, and the damaged records of the checkpoint that were computed
            again. It is usually empty.
        cluster: what a cluster did for the run; None without a cluster.
    """

    digits: int
    base: int
    series: str
    threads: int
    hash: int
    seconds: dict[str, float]
    checks: list[Check]
    path: Literal["compiled", "plain"]
    kernels: Literal["loaded", "stored", "to be compiled", "not used"]
    processor_seconds: float
    peak_memory_bytes: int
    mapped_memory_bytes: int | None
    tail: Tail | None
    residues: dict[int, int] | None
    scratch: ScratchUse | None
    repairs: list[Repair]
    cluster: ClusterUse | None
    _text: str | TextOfWords = field(repr=False)

    @cached_property
    def value(self) -> mpz:
        """⌊π·base^N⌋, converted back from the digits when it is first asked for."""
        digits = self.text().replace(".", "")
        return from_text(digits) if self.base == 10 else mpz(digits, 16)

    def text(self) -> str:
        """`3.` and the N digits, a str of 2 + N characters; `3` for N = 0. Hexadecimal digits are upper case."""
        return str(self._text)

    @property
    def characters(self) -> Characters:
        """Slices of the text, without all of it in memory."""
        return self._text

    def pieces(self, size: int = 1 << 20) -> Iterator[str]:
        """The text in pieces of at most `size` characters, for streaming."""
        for start in range(0, len(self._text), size):
            yield self._text[start : start + size]

    def __len__(self) -> int:
        """N."""
        return self.digits

    def __bool__(self) -> bool:
        """True, also for no digits after the point."""
        return True

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        """Digits after the point, by position from 0 on, or by a slice; negative positions count from the end.

        Raises:
            IndexError: there is no such position.
            TypeError: the key is neither an integer nor a slice.
        """
        if isinstance(key, slice):
            start, stop, step = key.indices(self.digits)
            return self._text[2 + start : 2 + stop : step]
        try:
            position = operator.index(key)
        except TypeError:
            raise TypeError(f"digits are taken by an integer or a slice, not {type(key).__name__}") from None
        if not -self.digits <= position < self.digits:
            raise IndexError(f"position {position} is not among {counted(self.digits, 'digit')} after the point")
        return self._text[2 + position % self.digits]

    def __iter__(self) -> Iterator[str]:
        """The digits after the point, one by one."""
        return itertools.islice(itertools.chain.from_iterable(self.pieces()), len("3."), None)

    def __contains__(self, digits: object) -> bool:
        """Whether these digits, a str, occur after the point."""
        return isinstance(digits, str) and (not digits or self._text.find(digits, 2) >= 0)

    def __eq__(self, other: object) -> bool:
        """Whether base and digits are the same."""
        if not isinstance(other, ComputeResult):
            return NotImplemented
        return (self.base, self._text) == (other.base, other._text)

    def __hash__(self) -> int:
        """Of base, N and value."""
        return hash((self.base, self.digits, self.hash))

    def __str__(self) -> str:
        """The digits, as `text()` gives them."""
        return self.text()

    def __repr__(self) -> str:
        """Like `ComputeResult(3.14159265…82148086, 1_000_000 digits, base 10, chudnovsky, 0.34 s)`."""
        return line("ComputeResult", self._shown, *(value for _, value in self._facts()))

    def _repr_html_(self) -> str:
        checks = [(f"check: {check.name}", f"{check.status}: {check.detail}") for check in self.checks]
        return html_table("π", [("value", self._shown), *self._facts(), *checks])

    @property
    def _shown(self) -> str:
        """The digits, or their ends."""
        if self.digits <= _WHOLE:
            return self.text()
        return f"{self._text[: 2 + _END]}…{self._text[-_END:]}"

    def _facts(self) -> list[tuple[str, str]]:
        return [
            ("length", counted(self.digits, "digit")),
            ("base", f"base {self.base}"),
            ("series", fitted(self.series, _LONGEST_NAME)),
            ("time", seconds_text(self.seconds.get("total", 0.0))),
        ]

    @property
    def fraction_text(self) -> str:
        """The N digits after the point."""
        return self._text[2:]

    @cached_property
    def words(self) -> NDArray[np.uint64]:
        """The digits after the point, 19 (base 16: 16) a word, first digit most significant, zero-padded at the end."""
        return self.word_source()[:]

    def word_source(self) -> NDArray[np.uint64] | StoredWords:
        """The same as `words`, to be read slice by slice. If the run used the disk, the words are there."""
        if not isinstance(self._text, str):
            return self._text.words
        from pi_engine.radix.kernels.digit_words import digit_words

        return digit_words(self.fraction_text, self.base)

    def write(
        self,
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        format: str | None = None,  # noqa: A002 (the name of the option)
        block_size: SupportsIndex | None = None,
    ) -> list[Check]:
        """Write the digits to `path`: the file appears whole or not at all, and is read back and compared.

        A write that fails is tried once more. If this method raises, the result still holds the digits.

        Args:
            path: the file; for a set of .ycd files `NAME.ycd`, which stands for `NAME/NAME - 0.ycd` and so on.
            overwrite: whether an existing file may be replaced.
            format: "text", "gz", "xz", "zst" or "ycd"; by default the suffix of `path` decides, and otherwise it is text.
            block_size: digits of each file of a .ycd set.

        Returns:
            The check of the file; None if it could not be read back, because it is a device or a pipe.

        Raises:
            TypeError: an argument is of another type.
            UsageError: the file exists and `overwrite` is false, the folder is missing, or the format cannot be written.
            OutputError: the system refuses to write.
            CapacityError: the disk is full.
            VerificationError: the digits that were read back differ from the result; no file is left.
        """
        from pi_engine.engine.result_file import DigitsChangedError, ResultFile

        path = os.fspath(path)
        if not isinstance(path, str):
            raise TypeError(f"write takes the path as str or Path, not {type(path).__name__}")
        block_size = None if block_size is None else as_int(block_size, "block_size")
        file = ResultFile(path, self.digits, base=self.base, form=format, block_size=block_size, overwrite=overwrite)
        try:
            with file:
                checks = file.write(self)
        except DigitsChangedError:
            raise
        except PiEngineError as error:
            message = f"{error}; {file.outcome}the digits are still in the result: write it again, or to another place"
            raise type(error)(message) from error
        return checks
