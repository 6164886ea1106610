"""Digits of π that have been computed, kept for the next command that looks at them.

A file of the store is a .ycd file whose name says the base, the number of digits and their hash, ⌊π·base^N⌋ mod 2^61 − 1, as the
computation gave it after its checks. What is read must have that hash, so damage is found before a digit of it is used.
The digits of a smaller N are the first ones of a larger.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import platformdirs

from pi_engine.errors import PiEngineError
from pi_engine.runtime.storage.trusted_files import make_trusted, require_trusted

if TYPE_CHECKING:
    from pi_engine.engine.result import ComputeResult

LEAST_DIGITS = 100_000
"""Fewer are computed sooner than they are looked for."""

USUAL_LIMIT = 1 << 30
"""Bytes of all files together: 2.5·10^9 decimal digits."""

_NAME = re.compile(r"pi-(?P<base>10|16)-(?P<digits>[0-9]{1,18})-(?P<hash>[0-9a-f]{16})\.ycd")


class _Stored(NamedTuple):
    path: Path
    base: int
    digits: int
    hash: int


class DigitStore:
    """A folder of files of digits."""

    def __init__(self, folder: Path | None = None, limit: int | None = None) -> None:
        """Of the user's cache, with the limit that PI_ENGINE_DIGIT_STORE sets, unless others are given."""
        self.folder = store_folder() if folder is None else folder
        self.limit = USUAL_LIMIT if limit is None else limit

    def find(self, digits: int, base: int) -> Path | None:
        """The smallest file that holds so many digits; what is damaged is removed."""
        for stored in sorted(self._files(), key=lambda stored: stored.digits):
            if stored.base != base or stored.digits < digits:
                continue
            if _is_sound(stored):
                with suppress(OSError):
                    os.utime(stored.path)  # the file that has not been used for longest makes room first
                return stored.path
            with suppress(OSError):
                stored.path.unlink()
        return None

    def keep(self, result: ComputeResult) -> Path | None:
        """Store digits that were checked, and remove those that they make superfluous; None where they cannot be stored."""
        size = 8 * (result.digits // 16 + 1000)
        if result.digits < LEAST_DIGITS or size > self.limit or not result.checks:
            return None
        path = self.folder / f"pi-{result.base}-{result.digits}-{result.hash:016x}.ycd"
        try:
            make_trusted(self.folder)
            self._make_room(size, result)
            result.write(path, overwrite=True)
        except (PiEngineError, OSError):  # nothing is lost but time
            return None
        for stored in self._files():
            if stored.base == result.base and stored.digits < result.digits:
                stored.path.unlink(missing_ok=True)
        return path

    def _make_room(self, size: int, result: ComputeResult) -> None:
        files = sorted(self._files(), key=lambda stored: stored.path.stat().st_mtime)
        kept = [x for x in files if x.base != result.base or x.digits > result.digits]
        left = self.limit - size - sum(stored.path.stat().st_size for stored in kept)
        for stored in kept:
            if left >= 0:
                break
            left += stored.path.stat().st_size
            stored.path.unlink(missing_ok=True)

    def _files(self) -> list[_Stored]:
        """What is there and can have been written by this user alone."""
        try:
            require_trusted(self.folder)
            entries = [(path, match) for path in self.folder.iterdir() if (match := _NAME.fullmatch(path.name))]
        except (OSError, PiEngineError):
            return []
        return [
            _Stored(path, int(match["base"]), int(match["digits"]), int(match["hash"], 16)) for path, match in entries
        ]


def store_folder() -> Path:
    """Where digits are kept: in the user's cache."""
    return Path(platformdirs.user_cache_dir("pi-engine", appauthor=False)) / "digits"


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
    return found.count == stored.digits and found.values == [stored.hash]
