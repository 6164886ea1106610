"""A set of .ycd files that is being written: a temporary folder with reserved space, which gets its name when it is whole.

Why a process that ends at any instant, by a signal or by kill -9, leaves the old set or the new one:

1. The new files are written, synced, read back and compared in the temporary folder T; nothing touches the old set O.
2. Where the system can swap two names (renameat2 with RENAME_EXCHANGE), one call gives T the target's name and O that of T. Before
   it the target is O, after it the new set; there is no instant between.
3. Elsewhere O is renamed to A, `.NAME.….old`, then T to the target. Between the two calls the target is missing, and both sets are
   whole, A and T with the same number in their names. T has that number's A only after step 1, so a T beside its A is
   known to be whole: `recover` in the next run finishes the second renaming, or takes A back where T is gone, and readers
   name both. In this process `close` does the same, whatever has ended it.
4. Only when the target is the new set are the files of O removed, one by one and each only if it is by its content a file of that
   number of a set. A folder that then holds anything else stays, and is named.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from typing import TYPE_CHECKING

from pi_engine.digits.ycd.ycd_set import holds_only_a_set, is_whole_set, piece_name, remove_pieces
from pi_engine.errors import UsageError
from pi_engine.runtime.storage import durable, temporaries, watcher
from pi_engine.runtime.storage.pending_file import NameTakenError, Pending, exists, outcome
from pi_engine.runtime.storage.presence import is_folder, is_there
from pi_engine.runtime.system import file_calls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import IO


class PendingSet(Pending):
    """A temporary folder, locked, with files that are named after the target."""

    def __init__(self, target: Path, *, overwrite: bool, sizes: Sequence[int] = ()) -> None:
        """Create the temporary with files of a given number of bytes.

        Raises:
            OSError: it cannot be created, or the disk has less.
        """
        super().__init__(target, overwrite=overwrite)
        watcher.begin_set(target, self.path)
        self._count = len(sizes)
        self._descriptor: int | None = None
        try:
            self.path.mkdir()
            self._descriptor = file_calls.open_folder(self.path)
            if self._descriptor is not None:
                temporaries.require_locked(self._descriptor, self.path)
            for number, size in enumerate(sizes):
                with (self.path / piece_name(target.name, number)).open("xb", buffering=0) as stream:
                    durable.reserve(stream.fileno(), size)
        except BaseException:
            self.close()
            raise

    def open(self, number: int) -> IO[bytes]:
        """The file of that number, unbuffered."""
        return (self.path / piece_name(self.target.name, number)).open("rb+", buffering=0)

    def finish(self) -> None:
        """Have the names of the files reach the device; the files themselves are synced one by one."""
        durable.sync_folder(self.path)

    def publish(self, target: Path | None = None) -> None:
        """Give the finished folder its name, or that of another target beside it.

        Raises:
            NameTakenError: the name is taken by now, and `overwrite` is false.
            UsageError: what has it is not a set, and stays.
            OSError: the system refuses.
            OutputError: the set has its name, and its folder could not be synced.
        """
        place = self.target if target is None else target
        if target is None and self.overwrite and os.path.lexists(place):
            if not holds_only_a_set(place):
                raise UsageError(not_a_set(place))
            self._replace()
        else:
            try:
                durable.with_retries(lambda: durable.rename_new(self.path, place))
            except OSError as error:
                if error.errno in {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}:
                    raise NameTakenError(exists(place)) from None
                raise
        self._named(place, "copy it")
        self._remove_old()

    def _replace(self) -> None:
        """Steps 2 and 3."""
        aside = temporaries.aside_path(self.path)
        if durable.with_retries(lambda: durable.exchange(self.path, self.target)):
            self.published = True
            with contextlib.suppress(OSError):  # the name of the old set says what it is, no more
                self.path.rename(aside)
            return
        durable.with_retries(lambda: self.target.rename(aside))
        try:
            durable.with_retries(lambda: self.path.rename(self.target))
        except OSError:
            aside.rename(self.target)
            raise

    def _remove_old(self) -> None:
        """Step 4."""
        aside = temporaries.aside_path(self.path)
        if is_folder(aside) and not remove_pieces(aside):
            temporaries.name_leftover(aside, self.target)

    def close(self) -> None:
        """Remove the temporary if it still is one; what an interrupt has left between two names is finished first."""
        aside = temporaries.aside_path(self.path)
        with contextlib.suppress(OSError):
            if os.path.lexists(aside):
                finish_replacement(aside, self.path, self.target)
        with contextlib.suppress(OSError):
            if self._is_ours():
                for number in range(self._count):
                    (self.path / piece_name(self.target.name, number)).unlink(missing_ok=True)
                self.path.rmdir()
            elif os.path.lexists(self.path):  # the two were swapped: this is the old set
                self.path.rename(aside)
                self._remove_old()
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None

    def _is_ours(self) -> bool:
        return self._descriptor is None or temporaries.is_at(self._descriptor, self.path)

    @property
    def outcome(self) -> str:
        """What there is after a failure, in words."""
        left = [str(path) for path in (self.path, temporaries.aside_path(self.path)) if os.path.lexists(path)]
        if left:
            return f"{' and '.join(left)} {'is' if len(left) == 1 else 'are'} left of it: look into what is there"
        return outcome(self.target)


def not_a_set(folder: Path) -> str:
    """The words for a folder that is not replaced."""
    if not is_folder(folder):
        return f"{folder} is not a folder, and a set of files needs one of that name: remove it, or choose another name"
    return f"{folder} holds more than one whole set of .ycd files: remove it, or choose another name"


def finish_replacement(aside: Path, partial: Path, target: Path) -> None:
    """Finish what was broken off between the two renamings: the target is the new set where that is there, else the old one."""
    if not os.path.lexists(target):
        (partial if is_whole_set(partial) else aside).rename(target)
        durable.sync_folder(target.parent)
    if os.path.lexists(aside) and not (
        is_whole_set(target) and remove_pieces(aside)
    ):  # what else is there is no replacement
        temporaries.name_leftover(aside, target)


def recover(target: Path, abandoned: Path | None = None) -> None:
    """Settle what killed runs have left of a set, remove their temporaries, and name those that are whole.

    Args:
        target: the name of the set.
        abandoned: a temporary that is removed even if it is whole: its user has broken the run off.
    """
    for path in temporaries.leftovers(target):
        if path.suffix == f".{temporaries.OLD}":
            partial = path.with_suffix(f".{temporaries.PARTIAL}")
            if is_folder(path) and (not is_there(partial) or partial in set(temporaries.leftovers(target))):
                finish_replacement(path, partial, target)
    for path in temporaries.leftovers(target):
        if path.suffix == f".{temporaries.PARTIAL}" and is_folder(path):
            unwanted = path == abandoned or not is_whole_set(path)
            if not (unwanted and remove_pieces(path, reserved=re.compile(re.escape(target.name) + r" - [0-9]+\.ycd"))):
                temporaries.name_leftover(path, target)
