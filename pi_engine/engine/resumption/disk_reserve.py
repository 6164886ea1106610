"""The disk that a checkpoint may come to take, held by a file without a name until records need it.

The file loses its name as soon as it is made, so the system gives its space back however the process ends.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from typing import TYPE_CHECKING

from pi_engine.checkpoint.checkpoint_folder import MANIFESTS
from pi_engine.checkpoint.folder_faults import opening
from pi_engine.errors import CapacityError, PiEngineError
from pi_engine.runtime.limits.memory import format_bytes
from pi_engine.runtime.storage import durable, temporaries
from pi_engine.runtime.system import file_calls

if TYPE_CHECKING:
    from pathlib import Path

    from pi_engine.checkpoint.checkpoint_store import CheckpointStore

_BESIDE_NUMBERS = 1 << 16
"""Bytes of a record's header and of a manifest, and blocks of the file system that they do not fill."""


class DiskReserve:
    """What a checkpoint may take of its disk, beyond what its files take already."""

    def __init__(self, store: CheckpointStore) -> None:
        """Nothing is held yet."""
        self._store, self._descriptor, self._most, self.size = store, -1, 0, 0

    def require(self, most: int) -> None:
        """Hold this many bytes, less what the checkpoint's files take.

        Raises:
            CapacityError: the disk, or the quota, has less.
            OutputError: the system refuses for another reason.
        """
        self._most = most
        size = self._to_come()
        with opening(self._store.folder):
            free = shutil.disk_usage(self._store.folder).free + self.size
        if free < size:
            raise too_little_disk(self._store.folder, size, free)
        try:
            self._hold(size)
        except OSError as error:
            self.close()
            if error.errno == errno.EFBIG:
                return  # no file may be this long, but the records are several, and shorter
            if error.errno in CapacityError.errnos:
                raise too_little_disk(self._store.folder, size, free) from error
            with opening(self._store.folder):
                raise

    def _to_come(self) -> int:
        return max(0, self._most - self._store.bytes())

    def give(self, size: int) -> None:
        """Let go of what a record is about to take whose numbers have a given number of bytes."""
        if self._descriptor >= 0:
            self.size = max(0, self.size - size - _BESIDE_NUMBERS)
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self.size)

    def take_back(self) -> None:
        """Hold what the checkpoint may still take, after files were removed, as far as it is still there."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError, PiEngineError):
                self._hold(self._to_come())

    def _hold(self, size: int) -> None:
        if self._descriptor < 0:
            # A name that the next run removes, should this one be killed before the next line.
            path = temporaries.temporary_path(self._store.folder / MANIFESTS[0])
            self._descriptor = file_calls.open_passing(path)
        if size > self.size:
            durable.reserve(self._descriptor, size)
        else:
            os.ftruncate(self._descriptor, size)
        self.size = size

    def close(self) -> None:
        """Give everything back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self.size = -1, 0


def too_little_disk(folder: Path, size: int, free: int) -> CapacityError:
    """The message for a checkpoint that may take more bytes of the disk than are free."""
    return CapacityError(
        f"not enough disk space: the checkpoint in {folder} may take another {format_bytes(size)}, and "
        f"{format_bytes(free)} are free; make room there, or keep it in a folder on another disk"
    )
