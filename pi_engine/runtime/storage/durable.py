"""What the system does to make a file last, each call with its answer to what may pass and to what is not supported."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from typing import IO, TYPE_CHECKING, TypeVar

from pi_engine.errors import CapacityError, OutputError
from pi_engine.runtime.system import file_calls

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_Result = TypeVar("_Result")

_PAUSES = (0.02, 0.1)
"""Seconds before a call is tried for the second and the third time."""

_PASSING = {
    *(errno.EIO, errno.EAGAIN, errno.EINTR, errno.EBUSY, errno.ETIMEDOUT, errno.ENOMEM, errno.ENOBUFS, errno.ESTALE),
    *(errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENOSPC, errno.EDQUOT),
}
"""What may have passed a moment later; a permission or a name will not."""

_UNSUPPORTED = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
"""How file systems answer what they have no call for."""

_FOLDER_UNSUPPORTED = {*_UNSUPPORTED, errno.EACCES, errno.EPERM, errno.EBADF}


def with_retries(call: Callable[[], _Result]) -> _Result:
    """The result of call(), which is tried up to three times where it fails for a reason that may pass."""
    for pause in _PAUSES:
        try:
            return call()
        except OSError as error:
            if error.errno not in _PASSING:
                raise
        time.sleep(pause)
    return call()


def write_all(stream: IO[bytes], piece: bytes | memoryview) -> None:
    """Write a piece to an unbuffered stream, which may take it in parts."""
    left = memoryview(piece).cast("B") if len(piece) else memoryview(b"")
    while left:
        written = with_retries(lambda left=left: stream.write(left))  # type: ignore[misc]
        left = left[written or 0 :]


def sync(descriptor: int) -> None:
    """Have a file's content reach the device, where the file system can be asked to."""
    try:
        with_retries(lambda: os.fsync(descriptor))
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise


def finish(stream: IO[bytes]) -> None:
    """Cut a file off where its content ends, if more was reserved, and have all reach the device.

    What is read of it next comes from the device itself, where the system can be asked to.
    """
    stream.truncate()
    sync(stream.fileno())
    drop_pages(stream)


def drop_pages(stream: IO[bytes]) -> None:
    """Take what has reached the device out of the page cache, where the system can be asked to; that it does not is not a failure."""
    with contextlib.suppress(OSError):
        file_calls.forget_pages(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last; some folders cannot be synced, or not be opened for it, and that is not a failure."""
    try:
        descriptor = file_calls.open_folder(folder)
        if descriptor is None:
            return
        try:
            with_retries(lambda: os.fsync(descriptor))
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _FOLDER_UNSUPPORTED:
            raise


def reserve(descriptor: int, size: int) -> None:
    """Take `size` bytes of the disk for an empty file; without such a call the file only gets its length, in zeros.

    Either way a file ends in zeros until it is finished.
    """
    if not size:
        return
    try:
        file_calls.allocate(descriptor, size)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        os.ftruncate(descriptor, size)


def rename_new(source: Path, target: Path) -> None:
    """Rename, and never in the place of something else.

    Raises:
        FileExistsError: there is something of that name.
    """
    done = _rename_with(source, target, linux=1, darwin=4)  # RENAME_NOREPLACE, RENAME_EXCL
    if not done:
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        source.rename(target)


def exchange(first: Path, second: Path) -> bool:
    """Swap two names at one instant; False, and nothing done, where the system or the file system cannot."""
    return _rename_with(first, second, linux=2, darwin=2)  # RENAME_EXCHANGE, RENAME_SWAP


def _rename_with(source: Path, target: Path, *, linux: int, darwin: int) -> bool:
    """Rename with a flag that Python has no call for; False if there is none here."""
    if sys.platform not in {"linux", "darwin"}:
        return False
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(source), os.fsencode(target)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        here = ctypes.c_int(-100)  # AT_FDCWD
        code = library.renameat2(here, names[0], here, names[1], ctypes.c_uint(linux))
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        code = library.renamex_np(*names, ctypes.c_uint(darwin))
    else:
        return False
    if code == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED or number == errno.EXDEV:  # overlayfs answers the last for folders of its lower layers
        return False
    raise OSError(number, os.strerror(number), str(source), None, str(target))


def output_error(error: OSError, message: str) -> OutputError | CapacityError:
    """The error of this package that stands for one of the system's."""
    return (CapacityError if error.errno in CapacityError.errnos else OutputError)(message)
