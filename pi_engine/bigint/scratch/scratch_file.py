"""Files without a name for what a run puts on disk: written and read in large pieces, around the page cache, with a hash for each piece.

A piece is read as it was written, whole. What comes back otherwise is read once more, and then refused: so a disk that changes
what it keeps is an error that names the disk, and not one of the arithmetic that finds it later.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.arena import PAGE
from pi_engine.bigint.buffers.workspace import pool
from pi_engine.errors import CapacityError, MiscalculationError
from pi_engine.runtime.limits.memory import format_bytes
from pi_engine.runtime.machine_faults import TEST
from pi_engine.runtime.storage.durable import output_error, reserve, with_retries
from pi_engine.runtime.system import file_calls, open_flags

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pi_engine.errors import PiEngineError

_AROUND_CACHE, _NAMELESS = open_flags.AROUND_CACHE, open_flags.NAMELESS
_ATTEMPTS = 2
"""How often a piece is read that comes back changed."""


@dataclass
class Traffic:
    """What the files of a run have taken.

    Attributes:
        written: bytes written in all.
        read: bytes read in all.
        reread: pieces that came back changed, and right when they were read again.
        held: bytes that are reserved now.
        most_held: the most that were reserved at once.
    """

    written: int = 0
    read: int = 0
    reread: int = 0
    held: int = 0
    most_held: int = 0

    def reserve(self, size: int) -> None:
        """Count what is reserved, or with a negative size given back."""
        self.held += size
        self.most_held = max(self.most_held, self.held)


class ScratchFile:
    """`size` bytes on disk, reserved when it is made and given back when it is closed or dropped."""

    def __init__(self, folder: Path, size: int, traffic: Traffic) -> None:
        """Reserve them.

        Raises:
            CapacityError: the disk has no room.
            OutputError: the folder cannot be used.
        """
        self.folder, self.size, self.traffic = folder, padded(size), traffic
        self._hashes: dict[int, tuple[int, int]] = {}
        self._descriptor = -1
        try:
            self._descriptor = _nameless(folder)
            reserve(self._descriptor, self.size)
        except OSError as error:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
            raise self._refused(error, f"has no room for {format_bytes(self.size)} more") from error
        traffic.reserve(self.size)

    def write(self, place: int, address: int, size: int) -> None:
        """Write the bytes at `address` as the piece at `place`, a multiple of a page.

        Raises:
            CapacityError, OutputError: the system refuses.
        """
        from xxhash import xxh3_64_intdigest

        self._hashes[place] = size, xxh3_64_intdigest(_bytes_at(address, size))
        try:
            self._transfer(file_calls.write_from, place, address, size, into=False)
        except OSError as error:
            raise self._refused(error, "could not be written to") from error
        self.traffic.written += size

    def read(self, place: int, address: int) -> None:
        """Read the piece at `place` to `address`.

        Raises:
            MiscalculationError: it is not what was written.
            OutputError: the system refuses.
        """
        from xxhash import xxh3_64_intdigest

        size, known = self._hashes[place]
        for attempt in range(_ATTEMPTS):
            try:
                self._transfer(file_calls.read_into, place, address, size, into=True)
            except OSError as error:
                raise self._refused(error, "could not be read from") from error
            self.traffic.read += size
            found = xxh3_64_intdigest(_bytes_at(address, size))
            if found == known:
                self.traffic.reread += attempt > 0
                return
        reason = f"the scratch folder {self.folder} gave back other bytes than were written"
        changed = MiscalculationError(
            f"{reason}: its disk, or the memory, is faulty; use another folder, and test the memory with '{TEST}'",
            reason=reason,
            sides=((found,), (known,)),
        )
        # so that the step is made again, and nobody else is blamed
        changed.operands["what waited there"] = {"sound": False}
        raise changed

    def _transfer(
        self, call: Callable[[int, memoryview, int], int], place: int, address: int, size: int, *, into: bool
    ) -> None:
        """Move a piece; one whose memory does not begin and end with a page goes by a buffer that does, as the device asks."""
        buffer = None
        at, length = address, size
        if self._direct and (address % PAGE or size % PAGE):
            length = padded(size)
            buffer = pool.take(length + PAGE)
            at = padded(buffer.address)
        try:
            if buffer is not None and not into:
                ctypes.memmove(at, address, size)
            done = 0
            while done < length:
                moved = with_retries(
                    lambda: call(self._descriptor, _bytes_at(at + done, length - done), place + done)  # noqa: B023
                )
                if moved <= 0:
                    raise OSError(errno.EIO, "the file ended early")
                done += moved
                if self._direct and done % PAGE:  # what is left begins in the middle of a page: go around no more
                    self._through_cache()
            if buffer is not None and into:
                ctypes.memmove(address, at, size)
        finally:
            if buffer is not None:
                pool.give(buffer)
        if not self._direct and file_calls.can_forget_pages():
            if not into:
                file_calls.sync_content(self._descriptor)  # only what is on the device can be dropped
            file_calls.forget_pages(self._descriptor, place, length)

    @property
    def _direct(self) -> bool:
        if not _AROUND_CACHE:
            return False
        import fcntl  # which Windows does not have

        return bool(fcntl.fcntl(self._descriptor, fcntl.F_GETFL) & _AROUND_CACHE)

    def _through_cache(self) -> None:
        import fcntl

        flags = fcntl.fcntl(self._descriptor, fcntl.F_GETFL)
        fcntl.fcntl(self._descriptor, fcntl.F_SETFL, flags & ~_AROUND_CACHE)

    def close(self) -> None:
        """Give the space back; more than once is once."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            self.traffic.reserve(-self.size)

    def __del__(self) -> None:
        self.close()

    def _refused(self, error: OSError, what: str) -> PiEngineError:
        full = error.errno in CapacityError.errnos
        remedy = "make room there, or choose another with --scratch" if full else "choose another with --scratch"
        return output_error(error, f"the scratch folder {self.folder} {what}: {error.strerror or error}; {remedy}")


def padded(size: int) -> int:
    """Bytes up to the end of a page."""
    return -(-size // PAGE) * PAGE


def _bytes_at(address: int, size: int) -> memoryview:
    return memoryview((ctypes.c_uint8 * size).from_address(address)).cast("B")


def _nameless(folder: Path) -> int:
    """A file in the folder that has no name, so that it is gone with the process; around the page cache where that can be."""
    for flags in (_AROUND_CACHE, 0):
        if _NAMELESS:
            with contextlib.suppress(OSError):
                return os.open(folder, os.O_RDWR | _NAMELESS | os.O_EXCL | open_flags.CLOSE_ON_EXEC | flags, 0o600)
    return file_calls.open_passing(folder / f".pi-engine-scratch-{os.urandom(8).hex()}")
