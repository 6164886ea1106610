"""Files of nodes between workers: each gives parts of its own to whoever asks, on Dask's connections and beside its tasks.

A worker has a folder for a run, in Dask's folder of the worker. Its files are named, never by a path. They go in parts of `PART` bytes,
so that no message is large and none of the processes holds a whole file.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distributed import WorkerPlugin
from distributed.comm.core import connect
from distributed.core import send_recv

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from distributed import Worker

    from pi_engine.distributed.nodes.sum_job import NodePlace

PART = 1 << 24
"""Bytes of a message at most: Dask cuts longer ones into frames of 64 MiB, and holds them whole."""

CONNECT_SECONDS = 10.0
"""How long a worker may take to accept a connection, before it counts as gone."""

_FILE = re.compile(r"[a-z0-9-]{1,120}\.node")


def service_name(run: str) -> str:
    """What Dask calls the service of a run, and its folder."""
    return f"pi-engine-{run}"


class NodeService(WorkerPlugin):
    """The folder of a run on a worker, and what others may ask for in it.

    Attributes:
        name: see `service_name`.
        folder: where it is, on the worker.
    """

    def __init__(self, run: str) -> None:
        """Of the run of that name."""
        self.name = service_name(run)
        self.folder = Path()
        self._handlers: dict[str, Any] = {}

    def setup(self, worker: Worker) -> None:
        """Begin, on a worker."""
        self.folder = Path(worker.local_directory) / self.name
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._handlers = {
            operation(self.name, "read"): self.read,
            operation(self.name, "write"): self.write,
            operation(self.name, "remove"): self.remove,
        }
        worker.handlers.update(self._handlers)

    def teardown(self, worker: Worker) -> None:
        """End: nothing is left."""
        for name in self._handlers:
            worker.handlers.pop(name, None)
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, file: str) -> Path:
        """Where a file is.

        Raises:
            ValueError: its name is not that of a node's file.
        """
        if not _FILE.fullmatch(file):
            raise ValueError(f"{file!r} is not the name of a node's file")
        return self.folder / file

    async def read(self, file: str, first: int, last: int) -> bytes:
        """A part of a file."""
        return await asyncio.to_thread(_read, self.path(file), first, min(last, first + PART))

    async def write(self, file: str, first: int, data: bytes) -> int:
        """Put the next part at the end of a file; its bytes then."""
        return await asyncio.to_thread(_append, self.path(file), first, data)

    async def remove(self, files: Sequence[str]) -> None:
        """Take files away; that there is none is not a failure."""
        for file in files:
            self.path(file).unlink(missing_ok=True)


def operation(service: str, name: str) -> str:
    """What a worker is asked."""
    return f"{service}-{name}"


def _read(path: Path, first: int, last: int) -> bytes:
    with path.open("rb") as stream:
        stream.seek(first)
        return stream.read(last - first)


def _append(path: Path, first: int, data: bytes) -> int:
    with path.open("ab" if first else "xb") as stream:
        if stream.tell() != first:
            raise ValueError(f"{path.name} has {stream.tell()} bytes, and not {first}")
        stream.write(data)
        return stream.tell()


async def pull(connection: Mapping[str, Any], service: str, place: NodePlace, target: Path) -> None:
    """Bring a file from a worker to this process.

    Args:
        connection: what Dask's connections are made with.
        service: the name of the worker's service.
        place: the file.
        target: a file that does not exist yet.

    Raises:
        OSError: the worker does not answer, or has no such file; or the target cannot be written.
    """
    comm = await connect(place.worker, timeout=CONNECT_SECONDS, **connection)
    try:
        with target.open("xb") as stream:
            for first in range(0, place.size, PART):
                last = min(place.size, first + PART)
                part = await send_recv(comm, op=operation(service, "read"), file=place.file, first=first, last=last)
                await asyncio.to_thread(stream.write, part)  # if it is too short, whoever reads the file sees that
    finally:
        comm.abort()


async def push(connection: Mapping[str, Any], address: str, service: str, file: str, source: Path) -> None:
    """Bring a file of this process to a worker.

    Raises:
        OSError: the worker does not answer, or cannot write it; or the source cannot be read.
    """
    comm = await connect(address, timeout=CONNECT_SECONDS, **connection)
    try:
        first, size = 0, source.stat().st_size
        while first < size:
            data = await asyncio.to_thread(_read, source, first, first + PART)
            first = await send_recv(comm, op=operation(service, "write"), file=file, first=first, data=data)
    finally:
        comm.abort()


async def remove(connection: Mapping[str, Any], address: str, service: str, files: Sequence[str]) -> None:
    """Have a worker take files away.

    Raises:
        OSError: the worker does not answer.
    """
    comm = await connect(address, timeout=CONNECT_SECONDS, **connection)
    try:
        await send_recv(comm, op=operation(service, "remove"), files=list(files))
    finally:
        comm.abort()
