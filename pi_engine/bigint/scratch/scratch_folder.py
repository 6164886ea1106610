"""The folder of a scratch space: there for a run, with room for it, and left as it was found."""

from __future__ import annotations

import contextlib
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.workspace import pool
from pi_engine.bigint.scratch.scratch_space import ScratchSpace
from pi_engine.bigint.scratch.space_of_run import scratch_path, within
from pi_engine.errors import CapacityError
from pi_engine.runtime.limits.address_space import return_large_blocks
from pi_engine.runtime.limits.memory import format_bytes
from pi_engine.runtime.storage.durable import output_error
from pi_engine.runtime.storage.presence import is_folder

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path

_KEPT = 1 / 16
"""The part of the limit that freed workspace may hold back."""


@contextmanager
def scratch_of_run(folder: str | os.PathLike[str], limit: int, needed: int) -> Iterator[ScratchSpace]:
    """Run within `limit` bytes of memory and in a folder, which is made if it is not there, and removed then.

    Args:
        folder: where.
        limit: bytes of memory that the process may have allocated.
        needed: bytes of disk that the run takes at once, about.

    Raises:
        UsageError: as `scratch_path`.
        CapacityError: its disk has less free than is needed.
        OutputError: it cannot be made.
    """
    path = scratch_path(folder)
    made = _make(path)
    try:
        if (refused := too_little_disk(path, needed)) is not None:
            raise refused
        kept, pool.limit = pool.limit, int(limit * _KEPT)
        return_large_blocks()
        try:
            with within(ScratchSpace(path, limit)) as space:
                assert space is not None
                yield space
        finally:
            pool.limit = kept
    finally:
        if made:
            with contextlib.suppress(OSError):
                path.rmdir()


def too_little_disk(folder: str | os.PathLike[str], needed: int) -> CapacityError | None:
    """The refusal of a run that needs `needed` bytes in a folder, which may have to be made; None if they are free.

    Raises:
        UsageError: as `scratch_path`.
    """
    path = scratch_path(folder)
    free = shutil.disk_usage(path if is_folder(path) else path.absolute().parent).free
    if free >= needed:
        return None
    return CapacityError(
        f"not enough disk: the run needs about {format_bytes(needed)} in the scratch folder {path}, and "
        f"{format_bytes(free)} are free; make room there, or choose another with --scratch"
    )


def _make(path: Path) -> bool:
    """Whether the folder had to be made."""
    if is_folder(path):
        return False
    try:
        path.mkdir(mode=0o700)
    except OSError as error:
        raise output_error(error, f"the scratch folder {path} cannot be made: {error.strerror or error}") from error
    return True
