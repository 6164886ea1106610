"""Record files: written whole or not at all, read back before they have their name, and verified block by block when loaded.

Limbs go in transfers of one block, and what has been transferred is dropped from the page cache, so that a record of any size
pushes nothing else out of memory. Writing takes one block of memory beside the numbers, for reading back; loading takes none.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, NamedTuple

from pi_engine.checkpoint.record_header import PREAMBLE, Block, NumberShape, RecordHeader, header_length, parse_header
from pi_engine.errors import CorruptFileError, OutputError
from pi_engine.runtime.machine_faults import TEST
from pi_engine.runtime.storage import durable
from pi_engine.runtime.storage.pending_file import PendingFile
from pi_engine.runtime.storage.random_reading import read_at
from pi_engine.runtime.system import open_flags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.scratch.stored_limbs import DiskLimbs, LimbWriter
    from pi_engine.checkpoint.untrusted_json import JSON

    Allocate = Callable[[str, int], Limbs | LimbWriter]
    Numbers = Mapping[str, tuple[Limbs | DiskLimbs, bool]]

BLOCK = 1 << 22
"""Bytes of limbs that are transferred at a time and have one hash."""

SYNC_BYTES = 1 << 26
"""Bytes after which what has been written is synced and dropped: a file has at most this many bytes in dirty pages."""

ATTEMPTS = 2
"""How often a file is written that reads back differently."""


class Record(NamedTuple):
    """What was kept under a key.

    Attributes:
        key: the key.
        numbers: by name; limbs, least significant first, in memory or on disk, and whether the number is negative.
        fields: anything that JSON has.
    """

    key: str
    numbers: dict[str, tuple[Limbs | DiskLimbs, bool]]
    fields: dict[str, JSON]


class WrittenFile(NamedTuple):
    """Attributes: size, in bytes; digest, 128 bits over header and hashes, and so over everything."""

    size: int
    digest: str


def write_record(target: Path, key: str, numbers: Numbers, fields: Mapping[str, JSON]) -> WrittenFile:
    """Write a record to a file that does not exist yet; the file is on the disk, and was read back, when this returns.

    Raises:
        OSError: the system refuses; there is no such file.
        OutputError: it reads back differently, twice; or it could not be made to last.
    """
    content = RecordContent(key, numbers, fields)
    with PendingFile(target, overwrite=False, size=content.size) as pending:
        for _ in range(ATTEMPTS):
            pending.rewind()
            content.write(pending)
            if content.reads_back(pending.stream, target.name):
                break
        else:
            raise OutputError(
                f"{target} reads back differently from what was written: the disk, its cable or the memory is faulty; "
                f"use another disk, and test the memory with '{TEST}'"
            )
        pending.publish()
    return content.written()


class RecordContent:
    """What a record file is to hold.

    Attributes:
        header: the header.
        begin: preamble and header as bytes.
        table: the hashes, as bytes.
        size: of the file, in bytes.
    """

    def __init__(self, key: str, numbers: Numbers, fields: Mapping[str, JSON]) -> None:
        from xxhash import xxh3_64_intdigest

        shapes = tuple(NumberShape(name, len(limbs), negative) for name, (limbs, negative) in numbers.items())
        self._arrays = [limbs for limbs, _ in numbers.values()]
        self.header = RecordHeader(key, dict(fields), shapes, BLOCK)
        self.begin = self.header.to_bytes()
        self._hashes = [xxh3_64_intdigest(piece) for _, piece in self.pieces()]
        self.table = _table(self._hashes)
        self.size = self.header.file_size(len(self.begin))

    def written(self) -> WrittenFile:
        """What can be said of the file."""
        return WrittenFile(self.size, _digest(self.begin, self.table))

    def pieces(self) -> Iterator[tuple[Block, memoryview]]:
        """Each block with its bytes, little-endian and in one piece."""
        import numpy as np

        for block in self.header.blocks(len(self.begin)):
            limbs = self._arrays[block.number][block.first // 8 : block.last // 8]
            yield block, np.ascontiguousarray(limbs, "<u8").data.cast("B")

    def write(self, pending: PendingFile) -> None:
        """Write everything, and see that it has left the page cache for the device."""
        pending.write(self.begin)
        synced = 0
        for block, piece in self.pieces():
            pending.write(piece)
            end = block.place + len(piece)
            if end - synced >= SYNC_BYTES:
                durable.sync(pending.stream.fileno())
                durable.drop_pages(pending.stream)
                synced = end
        pending.write(self.table)
        pending.finish()

    def reads_back(self, stream: IO[bytes], name: str) -> bool:
        """Whether the file holds what was written. An fsync that failed once may have lost pages, and here it is seen."""
        from xxhash import xxh3_64_intdigest

        if _read(stream, 0, len(self.begin), name) != self.begin:
            return False
        buffer = memoryview(bytearray(min(self.header.block, self.size)))
        for block, expected in zip(self.header.blocks(len(self.begin)), self._hashes, strict=True):
            piece = buffer[: block.last - block.first]
            if read_at(stream, block.place, piece, name) < len(piece) or xxh3_64_intdigest(piece) != expected:
                return False
        same = _read(stream, self.size - len(self.table), len(self.table) + 1, name) == self.table
        durable.drop_pages(stream)
        return same


def _table(hashes: Sequence[int]) -> bytes:
    """The hashes as they stand in a file, with their own."""
    from xxhash import xxh3_64_intdigest

    table = b"".join(found.to_bytes(8, "little") for found in hashes)
    return table + xxh3_64_intdigest(table).to_bytes(8, "little")


def _digest(begin: bytes, table: bytes) -> str:
    from xxhash import xxh3_128_hexdigest

    return xxh3_128_hexdigest(begin + table)


class RecordFile:
    """An open record file whose header is right; a context.

    Attributes:
        header: what it says of itself.
        size: in bytes.
        digest: of header and hashes; it is that of the manifest if this is the file that was kept.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        """Read header and hashes of an open file.

        Raises:
            CorruptFileError: one of them is damaged.
            PiEngineError: the system cannot read.
        """
        self._stream, self._name = stream, name
        source = f"the record {name}"
        self.size = os.fstat(stream.fileno()).st_size
        preamble = _read(stream, 0, PREAMBLE.size, name)
        text = _read(stream, PREAMBLE.size, header_length(preamble, self.size, source), name)
        self.header = parse_header(preamble, text, self.size, source)
        self._start = len(preamble) + len(text)
        length = 8 * (self.header.block_count + 1)
        table = _read(stream, self.size - length, length, name)
        self._hashes = [int.from_bytes(table[i : i + 8], "little") for i in range(0, length - 8, 8)]
        if _table(self._hashes) != table:
            raise CorruptFileError(f"{source} is damaged: its hashes do not have theirs")
        self.digest = _digest(preamble + text, table)

    def require(self, key: str, digest: str) -> None:
        """See that this is the file that was kept.

        Raises:
            CorruptFileError: it is that of another record, or an older or newer one.
        """
        if (self.header.key, self.digest) != (key, digest):
            raise CorruptFileError(f"the record {self._name} is not the one that was kept: it has another hash")

    def load(self, allocate: Allocate) -> Record:
        """The record. Every block has its hash.

        allocate: gives memory for the number of that name, as many limbs in one piece, or what puts them on disk; it is called for what
            fits in the file only.

        Raises:
            CorruptFileError: a block does not have its hash.
            PiEngineError: the system cannot read.
        """
        from pi_engine.bigint.scratch.arriving_limbs import ArrivingLimbs

        taken = [ArrivingLimbs(allocate(shape.name, shape.limbs), self.header.block) for shape in self.header.numbers]
        try:
            self._verify(
                lambda number, first, last: taken[number].view(first, last), lambda number: taken[number].put()
            )
            numbers = {
                shape.name: (one.limbs(), shape.negative) for shape, one in zip(self.header.numbers, taken, strict=True)
            }
        finally:
            for one in taken:
                one.close()
        return Record(self.header.key, numbers, self.header.fields)

    def verify(self) -> None:
        """Read every block once, in the memory of one.

        Raises:
            CorruptFileError, PiEngineError: as `load`.
        """
        buffer = memoryview(bytearray(min(self.header.block, self.size)))
        self._verify(lambda _, first, last: buffer[: last - first], lambda _: None)

    def _verify(self, target: Callable[[int, int, int], memoryview], verified: Callable[[int], None]) -> None:
        from xxhash import xxh3_64_intdigest

        dropped = 0
        for block, expected in zip(self.header.blocks(self._start), self._hashes, strict=True):
            piece = target(block.number, block.first, block.last)
            if (
                read_at(self._stream, block.place, piece, self._name) < len(piece)
                or xxh3_64_intdigest(piece) != expected
            ):
                name = self.header.numbers[block.number].name
                raise CorruptFileError(
                    f"the record {self._name} is damaged: limbs {block.first // 8:_} to {block.last // 8:_} of {name} "
                    "do not have their hash",
                    offset=block.place,
                )
            verified(block.number)
            if block.place - dropped >= SYNC_BYTES:
                durable.drop_pages(self._stream)
                dropped = block.place
        durable.drop_pages(self._stream)


@contextmanager
def open_record(path: Path) -> Iterator[RecordFile]:
    """A record file, opened and its header read; a link, a folder or a device is none.

    Raises:
        FileNotFoundError: there is none.
        OSError: it cannot be opened.
        CorruptFileError, PiEngineError: as `RecordFile`.
    """
    with open_regular(path) as stream:
        yield RecordFile(stream, path.name)


def open_regular(path: Path) -> IO[bytes]:
    """A regular file, unbuffered, for reading.

    Raises:
        FileNotFoundError: there is none.
        CorruptFileError: it is something else: a link, a folder, a pipe.
        OSError: it cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | open_flags.REGULAR)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:
            raise CorruptFileError(f"{path} is not a regular file") from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise CorruptFileError(f"{path} is not a regular file")
    return io.FileIO(descriptor, "r")


def _read(stream: IO[bytes], place: int, length: int, name: str) -> bytes:
    """At most a given number of bytes, which the caller has bounded."""
    buffer = bytearray(length)
    return bytes(buffer[: read_at(stream, place, memoryview(buffer), name)])
