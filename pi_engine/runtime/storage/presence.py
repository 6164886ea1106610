"""Whether a name leads to something: the same answer on every Python.

From Python 3.14 on, `Path.exists`, `Path.is_dir` and `Path.is_file` say no where the system refuses to look: at a name that
is too long, in a folder that is closed to this user, on a disk that fails. Before, they raised the system's error. A command that is told
"no" there would go on as if the file were missing, so here the error is raised on all of them.
"""

from __future__ import annotations

import errno
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from pathlib import Path

_NOTHING = {errno.ENOENT, errno.ENOTDIR, errno.EBADF, errno.ELOOP}
"""The answers of the system that mean that there is nothing: a link to itself leads nowhere."""

_NOTHING_ON_WINDOWS = {21, 123, 1921}
"""The same as Windows numbers them: a drive that is not ready, a name that no file can have, a link that leads nowhere."""


def status_of(path: Path) -> os.stat_result | None:
    """The status of what a path leads to, or None where there is nothing.

    Raises:
        OSError: the system refuses to look.
    """
    try:
        return path.stat()
    except OSError as error:
        if error.errno in _NOTHING or getattr(error, "winerror", None) in _NOTHING_ON_WINDOWS:
            return None
        raise
    except ValueError:  # a zero byte, or a character that no name can have
        return None


def is_there(path: Path) -> bool:
    """Whether a path leads to anything.

    Raises:
        OSError: the system refuses to look.
    """
    return status_of(path) is not None


def is_folder(path: Path) -> bool:
    """Whether a path leads to a folder.

    Raises:
        OSError: the system refuses to look.
    """
    found = status_of(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def is_regular_file(path: Path) -> bool:
    """Whether a path leads to a regular file: not a folder, a device, a pipe or a socket.

    Raises:
        OSError: the system refuses to look.
    """
    found = status_of(path)
    return found is not None and stat.S_ISREG(found.st_mode)
