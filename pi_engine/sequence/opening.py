"""Where the digits of a sequence come from: a file of any format, the store of digits, or a computation."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.errors import UsageError
from pi_engine.runtime.display import counted
from pi_engine.runtime.integers import as_int
from pi_engine.sequence.access.digit_access import ALPHABET

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import SupportsIndex

    from pi_engine.engine.result import Check
    from pi_engine.runtime.progress import Progress
    from pi_engine.sequence.access.digit_access import DigitAccess


class Origin(NamedTuple):
    """What a sequence is made of; see `DigitSequence`."""

    access: DigitAccess
    name: str
    base: int
    integer: str
    format: str | None
    checks: Sequence[Check] = ()
    path: str | None = None


def opened(path: str | os.PathLike[str], base: SupportsIndex | None) -> Origin:
    """The digits of a file; see `DigitSequence.open`."""
    from pi_engine.digits.reader import DigitFile
    from pi_engine.sequence.access.text_access import TextAccess
    from pi_engine.sequence.access.unchanged import Unchanged
    from pi_engine.sequence.access.ycd_access import open_ycd

    place = os.fspath(path)
    if not isinstance(place, str):
        raise TypeError(f"open takes the path as str or Path, not {type(place).__name__}")
    base = None if base is None else as_int(base, "base")
    if base not in {None, *ALPHABET}:
        raise UsageError(f"base {base} is not read: give 2, 8, 10 or 16, or leave it out")
    unchanged = Unchanged.of_path(place)
    file = DigitFile(place, base=base, few=True)
    access: DigitAccess
    if file.format == "ycd" and (unchanged.noted or os.path.isdir(place)):  # noqa: PTH112 (names of any length)
        file.close()
        access = open_ycd(place)
    else:
        access = TextAccess(place, file, base, unchanged)
    absolute = os.path.abspath(place) if unchanged.noted or file.format == "ycd" else None  # noqa: PTH100 (names of any length)
    return Origin(access, file.name, file.base, file.integer, file.format, path=absolute)


def computed(
    digits: int, base: int, *, cache: bool, threads: SupportsIndex | None, progress: Progress | None
) -> Origin:
    """The first digits of π; see `DigitSequence.computed`."""
    from pi_engine.sequence.access.text_in_memory import TextInMemory
    from pi_engine.sequence.digit_store import LEAST_DIGITS, DigitStore

    store = DigitStore() if cache and digits >= LEAST_DIGITS and base in {10, 16} else None
    stored = None if store is None else store.open(digits, base)
    checks: list[Check] = []
    access: DigitAccess | None = stored
    if access is None:
        from pi_engine.engine.compute import compute

        result = compute(digits, base=base, threads=threads, progress=progress)
        checks = result.checks
        stored = None if store is None else store.keep(result)
        access = TextInMemory(result.text(), 2) if stored is None else stored
    name = f"π, {counted(digits, 'digit')}" + (f" of base {base}" if base != 10 else "")
    return Origin(access, name, base, "3", None, checks, None if stored is None else stored.path)
