"""A copy on disk of what can be read only once: for formats whose beginning tells too little."""

from __future__ import annotations

import shutil
import tempfile
from typing import IO, TYPE_CHECKING

from pi_engine.errors import CapacityError
from pi_engine.runtime.storage.durable import output_error

if TYPE_CHECKING:
    from contextlib import ExitStack

    from pi_engine.digits.common.source import Source

_PIECE = 1 << 20


def temporary_copy(source: Source, stack: ExitStack) -> IO[bytes]:
    """All bytes of `source` in a temporary file, which `stack` closes; it takes half of the free disk at most.

    Raises:
        CapacityError: it would take more, or the disk is full.
        OutputError: it cannot be written.
    """
    place = tempfile.gettempdir()
    try:
        left = shutil.disk_usage(place).free // 2
        file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        while piece := source.read(_PIECE):
            left -= len(piece)
            if left < 0:
                raise CapacityError(
                    f"{source.name}: a copy of this archive takes more than half of the free disk of {place}: save it as a file first"
                )
            file.write(piece)
        file.flush()
    except OSError as error:
        raise output_error(error, f"a temporary file in {place} failed: {error.strerror or error}") from error
    return file
