"""Digits of π that have been computed, kept for the next command that looks at them.

A file of the store is a .ycd file whose name says the base, the number of digits and their hash, ⌊π·base^N⌋ mod 2^61 − 1, as the
computation gave it after its checks. What is read must have that hash, so damage is found before a digit of it is used.
The digits of a smaller N are the first ones of a larger. Files that others may have written are not read (`trusted_files`).
"""

from __future__ import annotations

import os
import re
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import platformdirs

from pi_engine.errors import PiEngineError, UsageError
from pi_engine.runtime.limits.size_text import parse_size
from pi_engine.runtime.storage.temporaries import leftovers
from pi_engine.runtime.storage.trusted_files import is_own_file, make_trusted, require_trusted

if TYPE_CHECKING:
    from pi_engine.engine.result import ComputeResult
    from pi_engine.sequence.access.word_access import WordAccess

LEAST_DIGITS = 100_000
"""Fewer are computed sooner than they are looked for."""

USUAL_LIMIT = 1 << 30
"""Bytes of all files together: 2.5·10^9 decimal digits."""

VARIABLE = "PI_ENGINE_DIGIT_STORE"

_NAME = re.compile(r"pi-(?P<base>10|16)-(?P<digits>[0-9]{1,18})-(?P<hash>[0-9a-f]{16})\.ycd")
_TEMPORARY = re.compile(rf"\.(?P<target>{_NAME.pattern})\.[0-9a-f]{{16}}\.partial")
_HEADER_BYTES = 1000


class _Stored(NamedTuple):
    path: Path
    base: int
    digits: int
    hash: int
    size: int
    used: int


class DigitStore:
    """A folder of files of digits.

    Attributes:
        folder: where they are, or will be.
        limit: bytes that they may take together; 0 if nothing is kept and nothing is read.
    """

    def __init__(self, folder: Path | None = None, limit: int | None = None) -> None:
        """Of the user's cache, with the limit that PI_ENGINE_DIGIT_STORE sets, unless others are given.

        Raises:
            UsageError: the variable holds no size.
        """
        self.folder = store_folder() if folder is None else folder
        self.limit = stated_limit() if limit is None else limit

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(stored.size for stored in self._files())

    def open(self, digits: int, base: int) -> WordAccess | None:
        """The first digits of the smallest file that holds as many; None if there is none. A damaged file is removed."""
        from pi_engine.sequence.access.ycd_access import open_ycd

        if not self.limit:
            return None
        for stored in sorted(self._files(), key=lambda stored: stored.digits):
            if stored.base != base or stored.digits < digits:
                continue
            if _is_sound(stored):
                with suppress(PiEngineError, OSError):  # another process may have removed it
                    access = open_ycd(stored.path, digits)
                    _note_use(stored.path)
                    return access
            else:
                with suppress(OSError):
                    stored.path.unlink()
        return None

    def keep(self, result: ComputeResult) -> WordAccess | None:
        """Store digits that were checked, and give them back from there; None if they are not stored.

        Files that hold fewer digits of the same base are removed, and others, those not used for longest, to make room.
        """
        from pi_engine.sequence.access.ycd_access import open_ycd

        size = 8 * (result.digits // 16) + _HEADER_BYTES
        if result.digits < LEAST_DIGITS or size > self.limit or not result.checks:
            return None
        if any(stored.base == result.base and stored.digits >= result.digits for stored in self._files()):
            return None  # another process was faster
        path = self.folder / f"pi-{result.base}-{result.digits}-{result.hash:016x}.ycd"
        try:
            make_trusted(self.folder)
            self._remove_leftovers()
            self._make_room(size, result)
            result.write(path, overwrite=True)
            self._make_room(0, result, path)  # another process may have stored digits at the same time
            return open_ycd(path)
        except (PiEngineError, OSError):  # nothing is lost but time
            return None

    def _make_room(self, size: int, result: ComputeResult, own: Path | None = None) -> None:
        """Remove what is superfluous beside the result, and more until `size` bytes are free, except for the file `own`."""
        left = self.limit - size
        for stored in sorted(self._files(), key=lambda stored: stored.used, reverse=True):
            superfluous = own is not None and stored.base == result.base and stored.digits < result.digits
            if stored.path != own and (superfluous or stored.size > left):
                stored.path.unlink(missing_ok=True)
            else:
                left -= stored.size

    def _remove_leftovers(self) -> None:
        """Remove what processes that were killed have not written to its end."""
        targets = {match["target"] for path in self.folder.iterdir() if (match := _TEMPORARY.fullmatch(path.name))}
        for target in targets:
            for path in leftovers(self.folder / target):
                path.unlink(missing_ok=True)

    def _files(self) -> list[_Stored]:
        """What is there and can have been written by this user alone."""
        found = []
        try:
            require_trusted(self.folder)
            entries = list(self.folder.iterdir())
        except (OSError, PiEngineError):
            return []
        for path in entries:
            match = _NAME.fullmatch(path.name)
            if match is None:
                continue
            with suppress(OSError):  # it has just been removed
                status = path.lstat()
                if stat.S_ISREG(status.st_mode) and is_own_file(status):
                    base, digits, number = int(match["base"]), int(match["digits"]), int(match["hash"], 16)
                    found.append(_Stored(path, base, digits, number, status.st_size, status.st_atime_ns))
        return found


def _note_use(path: Path) -> None:
    """Set the time at which a file was last used; when it was written stays, by which readers know that it has not changed."""
    with suppress(OSError):
        os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))


def store_folder() -> Path:
    """Where digits are kept: in the user's cache."""
    return Path(platformdirs.user_cache_dir("pi-engine", appauthor=False)) / "digits"


def stated_limit() -> int:
    """The bytes that PI_ENGINE_DIGIT_STORE states, or the usual ones.

    Raises:
        UsageError: it holds no size.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return USUAL_LIMIT
    if text == "0":
        return 0
    try:
        return parse_size(text)
    except ValueError as error:
        raise UsageError(f"{VARIABLE}: {error}, or 0 to keep no digits") from None


def _is_sound(stored: _Stored) -> bool:
    """Whether a file holds the digits that its name says."""
    from pi_engine.bigint.residues.kernels.mersenne import M61
    from pi_engine.digits.block_hash import BlockHashes
    from pi_engine.digits.reader import DigitFile, sound_blocks

    try:
        with DigitFile(stored.path) as file:
            found = BlockHashes(stored.base, int(file.integer), [M61])
            for block in sound_blocks(file):
                found.update(block)
    except (PiEngineError, OSError):
        return False
    return (file.base, found.count, found.values) == (stored.base, stored.digits, [stored.hash])
