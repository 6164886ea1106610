"""Digits as a Python sequence, whatever they come from."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Self, overload

from pi_engine.errors import UsageError
from pi_engine.runtime.display import counted, html_table, line
from pi_engine.runtime.integers import as_int
from pi_engine.sequence.access.digit_access import PIECE, values_of
from pi_engine.sequence.slices import item, sliced, values

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Sequence
    from typing import SupportsIndex

    import numpy as np
    from distributed import Client
    from numpy.typing import NDArray

    from pi_engine.engine.result import Check
    from pi_engine.runtime.progress import Progress
    from pi_engine.search.occurrences import Occurrences
    from pi_engine.search.patterns import Sought
    from pi_engine.sequence.access.digit_access import Characters, DigitAccess
    from pi_engine.statistics.summary import Statistics


class DigitSequence:
    """The digits after the point of a file, or of π as it was computed.

    Index 0 is the first digit after the point, which people call position 1. An index gives an integer, a slice gives a
    numpy array, and `text` gives characters. Digits are read when they are asked for, so a file of any size takes little memory.

    A .ycd file, a set of them, and plain text in one line or in equal lines are read at any place. Other text is read from its
    beginning each time, unless `with_random_access` has copied its digits. Several threads can read at the same time. If the file
    changes while it is open, the next read raises an error and gives no wrong digits. The sequence is a context manager that
    closes the file.

    >>> digits = DigitSequence.computed(1000)
    >>> len(digits), digits[0], digits[-1]
    (1000, 1, 9)
    >>> digits[761:767]
    array([9, 9, 9, 9, 9, 9], dtype=uint8)
    >>> digits.text(0, 10), "999999" in digits
    ('1415926535', True)

    Attributes:
        name: the file, or what was computed.
        base: 2, 8, 10 or 16.
        integer: the digits before the point, "3" for π in base 10; "" if a file begins after the point.
        format: of the file: "text", "gz", "xz", "zst", "bz2", "zip" or "ycd"; None for digits that were computed.
        checks: what was compared when the digits were computed; empty for a file and for digits of the store.
        path: the absolute path of the file that holds the digits; None for digits in memory, and for input that can be read only once.
    """

    def __init__(  # noqa: PLR0917 (what an `Origin` has)
        self,
        access: DigitAccess,
        name: str,
        base: int,
        integer: str,
        format: str | None,  # noqa: A002
        checks: Sequence[Check] = (),
        path: str | None = None,
    ) -> None:
        """Use `pi_engine.open` or `computed`: this takes over what they have opened."""
        self._access, self._closed = access, False
        self._at_end = weakref.finalize(self, access.close)  # as an array gives its memory back, without a warning
        self.name, self.base, self.integer, self.format = name, base, integer, format
        self.checks, self.path = list(checks), path

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, base: SupportsIndex | None = None) -> Self:
        """Open a file of digits: text of any layout, compressed text, .ycd, the folder of a set, or "-" for standard input.

        Args:
            path: what to read.
            base: of a text, 2, 8, 10 or 16; by default the digits decide it.

        Raises:
            UsageError: it cannot be read, or holds digits of another base.
            CorruptFileError: it holds no digits, or its header is wrong.
        """
        from pi_engine.sequence.opening import opened

        return cls(*opened(path, base))

    @classmethod
    def computed(
        cls,
        digits: SupportsIndex,
        *,
        base: SupportsIndex = 10,
        cache: bool = True,
        threads: SupportsIndex | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """The first `digits` digits of π, from the store of digits or computed now.

        Args:
            digits: N ≥ 0, the digits after the point.
            base: 10 or 16.
            cache: whether to read the store of digits in the user's cache, and to keep there what is computed.
            threads: how many to compute with; all by default.
            progress: as `pi_engine.compute` takes it.

        Raises:
            UsageError, CapacityError, VerificationError: see `pi_engine.compute`.
        """
        from pi_engine.sequence.opening import computed

        count = as_int(digits, "digits")
        return cls(*computed(count, as_int(base, "base"), cache=cache, threads=threads, progress=progress))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. After that, digits cannot be read."""
        self._closed = True
        self._at_end()

    @property
    def notes(self) -> list[str]:
        """What was assumed and what was left out in the part of a text that has been read: a sentence each."""
        return list(self._access.notes)

    @property
    def known_length(self) -> int | None:
        """How many digits there are; None if the file must be read to count them."""
        return self._access.digits

    def __len__(self) -> int:
        """Digits after the point. Of a text whose layout is not regular, they are counted, once."""
        if self._access.digits is None:
            for _ in self.characters():
                pass
        assert self._access.digits is not None
        return self._access.digits

    def __bool__(self) -> bool:
        """True, also for no digits after the point."""
        return True

    @overload
    def __getitem__(self, key: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, key: slice) -> NDArray[np.uint8]: ...

    def __getitem__(self, key: SupportsIndex | slice) -> int | NDArray[np.uint8]:
        """The digit at a place from 0 on, or an array of digits; negative places count from the end.

        Raises:
            IndexError: there is no such place.
            TypeError: the key is neither an integer nor a slice.
        """
        return sliced(self, key) if isinstance(key, slice) else item(self, key)

    def __iter__(self) -> Iterator[int]:
        """The digits after the point, one by one."""
        for piece in self.characters():
            yield from values_of(piece, self.base).tolist()

    def __reversed__(self) -> Iterator[int]:
        """The digits from the last to the first."""
        for stop in range(len(self), 0, -PIECE):
            yield from values(self, max(stop - PIECE, 0), stop)[::-1].tolist()

    def __contains__(self, digits: object) -> bool:
        """Whether a string of digits occurs, letters in either case; or whether a digit does, given as an integer.

        Raises:
            TypeError: it is neither.
        """
        from pi_engine.sequence.questions import holds

        return holds(self, digits)

    def characters(self, start: SupportsIndex = 0, stop: SupportsIndex | None = None) -> Iterator[Characters]:
        """ASCII characters of the digits from place `start` up to `stop`, or to the end, in arrays of any length.

        Letters are in upper case. The memory does not depend on their number. An array may be used again for the next one.

        Raises:
            CorruptFileError: after the digits before it, the file is damaged.
            PiEngineError: the file cannot be read, or changed while it was read.
        """
        first, last = as_int(start, "start"), None if stop is None else as_int(stop, "stop")
        if min(first, last or 0) < 0:
            raise UsageError("start and stop must not be negative")
        if self._closed:
            raise ValueError(f"{self.name} is closed")
        return self._pieces(first, last)

    def _pieces(self, start: int, stop: int | None) -> Iterator[Characters]:
        yield from self._access.pieces(start, stop)  # as long as it is read, this object is there and its file open

    def text(self, start: SupportsIndex = 0, stop: SupportsIndex | None = None) -> str:
        """The characters of the digits from place `start` up to `stop`, or to the end."""
        return b"".join(piece.tobytes() for piece in self.characters(start, stop)).decode("ascii")

    def find(
        self,
        pattern: str | Sought,
        *,
        limit: int | None = None,
        threads: SupportsIndex | None = None,
        cluster: str | Client | None = None,
    ) -> Occurrences:
        """Where a pattern occurs: see `find_all`."""
        return self.find_all([pattern], limit=limit, threads=threads, cluster=cluster)[0]

    def find_all(
        self,
        patterns: Iterable[str | Sought],
        *,
        limit: int | None = None,
        threads: SupportsIndex | None = None,
        cluster: str | Client | None = None,
    ) -> list[Occurrences]:
        """Where each of the patterns occurs, in one pass. All occurrences are counted, and `positions` count from 1.

        Args:
            patterns: digit strings, in which "?" is any digit, or `Runs`, `Palindromes` and `SelfLocating` of `pi_engine.search`.
            limit: how many positions of each pattern are kept, the first ones; all by default.
            threads: how many work; all by default. On a cluster, how many for each worker.
            cluster: a Dask cluster whose workers search ranges of the digits: an address as --cluster takes it, or a `distributed.Client`.

        Raises:
            UsageError: there is no pattern, or one cannot occur in digits of this base, or is longer than the digits.
            CorruptFileError, PiEngineError: see `characters`; or the cluster cannot be used, or not for a file of this kind.
        """
        from pi_engine.sequence.questions import find_all

        return find_all(self, patterns, limit=limit, threads=threads, cluster=cluster)

    def stats(
        self,
        *,
        kgrams: SupportsIndex | None = None,
        threads: SupportsIndex | None = None,
        progress: Progress | None = None,
        cluster: str | Client | None = None,
    ) -> Statistics:
        """Counts, entropy and tests of randomness of all digits, from one pass over them; needs SciPy, the extra "statistics".

        Args:
            kgrams: the longest k-grams that are listed and tested; by default 6, or 5 in base 16.
            threads: how many count; all by default. On a cluster, how many for each worker.
            progress: called as ("counting", done, total).
            cluster: a Dask cluster whose workers count ranges of the digits; see `find_all`.

        Raises:
            UsageError: there is no digit, or the k-grams are too long to be counted.
            CorruptFileError, PiEngineError: see `find_all`; or SciPy is not installed.
        """
        from pi_engine.sequence.questions import stats

        return stats(self, kgrams=kgrams, threads=threads, progress=progress, cluster=cluster)

    @property
    def random_access(self) -> bool:
        """Whether digits can be read at any place, without the digits before it."""
        return getattr(self._access, "regular", True)

    def with_random_access(self) -> Self:
        """This sequence with its digits in a temporary file, if its file can only be read from the beginning.

        The copy takes 0.42 bytes a decimal digit. Nothing is copied if digits can be read at any place already.
        """
        from pi_engine.sequence.access.text_access import put_aside

        if (aside := put_aside(self._access)) is not None:
            self._access = aside
            self._at_end()
            self._at_end = weakref.finalize(self, self._access.close)
        return self

    def __repr__(self) -> str:
        """Like `DigitSequence(pi.ycd, 1_000_000 digits, base 10)`."""
        if self.format is None:
            return line("DigitSequence", self.name)
        digits = "length not counted yet" if self._access.digits is None else counted(self._access.digits, "digit")
        return line("DigitSequence", self.name, digits, f"base {self.base}")

    def _repr_html_(self) -> str:
        length = "not counted yet" if self._access.digits is None else f"{self._access.digits:_}"
        rows = [("name", self.name), ("base", str(self.base)), ("digits after the point", length)]
        rows += ([("format", self.format)] if self.format else []) + [("note", note) for note in self.notes]
        return html_table("DigitSequence", rows)


open = DigitSequence.open  # noqa: A001 (its name in the package)
