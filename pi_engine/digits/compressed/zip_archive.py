"""The one file in a zip archive, as a stream of bytes: its directory is read by `zipfile`, its data by bounded decoders.

`zipfile` reads the whole directory at once, so it sees the archive through `_Window`, which gives no more than
`_MOST_DIRECTORY` bytes at a time. It has no bound for what bzip2 and LZMA give, so the data are decompressed here.
The directory stands at the end: what cannot be read at any place, such as a pipe, is put aside in a temporary file.
"""

from __future__ import annotations

import bz2
import lzma
import os
import zlib
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, NamedTuple

from pi_engine.digits.common.foreign import SAVE
from pi_engine.digits.compressed.decompression import MEMORY_LIMIT, Members, decompressed
from pi_engine.digits.compressed.temporary_copy import temporary_copy
from pi_engine.errors import CorruptFileError, PiEngineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
    from zipfile import ZipInfo

    from pi_engine.digits.common.source import ByteStream, Source

_MOST_DIRECTORY = 1 << 20
"""Bytes of the directory, at least 46 for each file in the archive."""

_MOST_END = (1 << 16) + 22
"""Bytes of the record at the end, with its comment."""

_LOCAL_HEADER = 30
_ENCRYPTED, _ENDS_BY_MARK = 1, 2
"""Flags of a file: it is encrypted; its LZMA data end with a mark."""

_NOT_READ = {9: "Deflate64", 98: "PPMd", 99: "AES"}
_DOCUMENTS = {
    "word/": "a Word document (.docx)",
    "xl/": "an Excel workbook (.xlsx)",
    "ppt/": "a PowerPoint presentation (.pptx)",
    "META-INF/MANIFEST.MF": "a Java archive",
    "META-INF/container.xml": "a book (.epub)",
    "Index/Document.iwa": "a document of Pages or Numbers",
}
_IGNORED = {".ds_store", "thumbs.db", "desktop.ini"}


class ZipMember(NamedTuple):
    """The bytes of a file in an archive, its name there, and the names of what was left out: data of macOS and Windows."""

    stream: ByteStream
    name: str
    left_out: list[str]


def zip_member(source: Source, stack: ExitStack, taken: Callable[[], int] | None = None) -> ZipMember:
    """The one file in the archive that `source` is; folders, and what macOS and Windows add, do not count.

    Args:
        source: the archive, which has been looked at and not been read.
        stack: closes the temporary file that an archive without random access is put aside in.
        taken: as `decompressed`.

    Raises:
        CorruptFileError: the archive is damaged, encrypted, or holds none or several files.
        OutputError, CapacityError: a temporary file cannot be written.
    """
    file = source.random_access()
    if file is None:
        file = temporary_copy(source, stack)
    window = _Window(file, source.name)
    if _is_split(window):
        raise CorruptFileError(
            f"{source.name}: this is a part of a split zip archive: join its parts first, as 'zip -s 0' does",
            kind="header",
            offset=0,
        )
    entries, end = _directory(window, source.name)
    entry, left_out = _only_file(entries, source.name)
    data = _data(window, source, entry, end)
    return ZipMember(
        _Checked(_decoded(data, entry, source.name, taken), entry, source.name), shown(entry.filename), left_out
    )


def shown(name: str) -> str:
    """A name as it can stand in a line: without control characters, and not long."""
    name = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return name if len(name) <= 60 else f"{name[:30]}…{name[-29:]}"


class _Window:
    """A file as `zipfile` may read it: a bounded piece at a time."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1, /) -> bytes:
        bounded = size if 0 <= size <= _MOST_DIRECTORY else _MOST_DIRECTORY + 1
        pieces, length = [], 0
        try:
            while length < bounded and (piece := self._file.read(bounded - length)):
                pieces.append(piece)
                length += len(piece)
        except OSError as error:
            raise PiEngineError(f"{self._name} could not be read: {error.strerror or error}") from error
        if length > _MOST_DIRECTORY:
            raise CorruptFileError(
                f"{self._name}: the directory of this zip archive is larger than {_MOST_DIRECTORY >> 20} MiB: "
                "extract the file of digits first",
                kind="header",
            )
        return b"".join(pieces)


def _is_split(window: _Window) -> bool:
    """Whether it begins as the first of several files do, or the record at its end has another number than the first."""
    window.seek(0)
    if window.read(4) == b"PK\x07\x08":
        return True
    window.seek(max(0, window.seek(0, os.SEEK_END) - _MOST_END))
    end = window.read(_MOST_END)
    record = end.rfind(b"PK\x05\x06")
    return record >= 0 and int.from_bytes(end[record + 4 : record + 6], "little") not in {0, 0xFFFF}


def _directory(window: _Window, name: str) -> tuple[list[ZipInfo], int]:
    """The entries of the directory, and where it begins."""
    import struct
    import zipfile

    try:
        archive = zipfile.ZipFile(window)  # which needs read, seek, tell and seekable
    except zipfile.BadZipFile as error:
        if "not a zip file" in str(error):
            raise CorruptFileError(
                f"{name}: the zip archive is cut off: the directory at its end is missing", kind="truncated"
            ) from error
        raise _damaged(name, f"its directory cannot be read ({error})") from error
    except (ValueError, OSError, struct.error, NotImplementedError, OverflowError, IndexError) as error:
        raise _damaged(name, f"its directory cannot be read ({error})") from error
    return archive.infolist(), archive.start_dir


def _damaged(name: str, what: str) -> CorruptFileError:
    return CorruptFileError(f"{name}: the zip archive is damaged: {what}")


def _only_file(entries: list[ZipInfo], name: str) -> tuple[ZipInfo, list[str]]:
    names = [entry.filename for entry in entries]
    document = next(
        (what for begin, what in _DOCUMENTS.items() if any(found.startswith(begin) for found in names)), None
    )
    if document is None and names[:1] == ["mimetype"]:
        document = "an OpenDocument file"
    if document is not None and len(entries) > 1:
        raise CorruptFileError(f"{name}: this is {document}: {SAVE}", kind="header", offset=0)
    files = [entry for entry in entries if not entry.is_dir()]
    held = [entry for entry in files if not _is_ignored(entry.filename)]
    if not held:
        raise CorruptFileError(f"{name}: this zip archive holds no file", kind="empty", offset=0)
    if len(held) > 1:
        first = ", ".join(shown(entry.filename) for entry in held[:3])
        more = f" and {len(held) - 3:_} more" if len(held) > 3 else ""
        raise CorruptFileError(
            f"{name}: this zip archive holds {len(held):_} files ({first}{more}): extract the file of digits first",
            kind="header",
            offset=0,
        )
    return held[0], [shown(entry.filename) for entry in files if entry is not held[0]]


def _is_ignored(name: str) -> bool:
    path = PurePosixPath(name)
    return path.parts[:1] == ("__MACOSX",) or path.name.startswith("._") or path.name.lower() in _IGNORED


class _Data:
    """This many bytes of an archive from one place on."""

    def __init__(self, window: _Window, source: Source, start: int, size: int) -> None:
        self._window, self._source = window, source
        self._at, self._end = start, start + size

    def read(self, size: int, /) -> bytes:
        self._window.seek(self._at)
        found = self._window.read(min(size, self._end - self._at, _MOST_DIRECTORY))
        self._at += len(found)
        self._source.position = max(self._source.position, self._at)
        return found


def _data(window: _Window, source: Source, entry: ZipInfo, end: int) -> _Data:
    """What stands in the archive for a file: behind a header of its own, before the directory."""
    if entry.flag_bits & _ENCRYPTED:
        what = f"{shown(entry.filename)} in this zip archive is encrypted: extract it with its password first"
        raise CorruptFileError(f"{source.name}: {what}", kind="header")
    if 0 <= entry.header_offset <= end - _LOCAL_HEADER:
        window.seek(entry.header_offset)
        header = window.read(_LOCAL_HEADER)
        start = entry.header_offset + _LOCAL_HEADER
        start += int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        if header[:4] == b"PK\x03\x04" and start + entry.compress_size <= end:
            return _Data(window, source, start, entry.compress_size)
    raise _damaged(source.name, f"{shown(entry.filename)} is not where its directory says")


def _decoded(data: _Data, entry: ZipInfo, name: str, taken: Callable[[], int] | None) -> ByteStream:
    match entry.compress_type:
        case 0:  # stored
            return data
        case 8:  # deflated
            return Members(data, name, "zip", lambda: zlib.decompressobj(-15), taken, alone=True)
        case 12:  # bzip2
            return Members(data, name, "zip", bz2.BZ2Decompressor, taken, alone=True)
        case 14:  # LZMA
            return Members(_with_lzma_header(data, entry, name), name, "zip", _lzma_decoder, taken, alone=True)
        case 93:  # Zstandard
            return decompressed(data, "zst", name, taken)
        case 95:  # xz
            return decompressed(data, "xz", name, taken)
        case method:
            how = f"method {method}" + (f", {_NOT_READ[method]}" if method in _NOT_READ else "")
            raise CorruptFileError(
                f"{name}: {shown(entry.filename)} in this zip archive is compressed by a method that is not read ({how}): "
                "extract it first",
                kind="header",
            )


def _lzma_decoder() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY_LIMIT)


def _with_lzma_header(data: _Data, entry: ZipInfo, name: str) -> ByteStream:
    """The data behind the header of a .lzma file, instead of the one that zip has: so the decoder knows a limit of memory."""
    header = data.read(9)
    if header[2:4] != b"\x05\x00" or len(header) < 9:
        raise _damaged(name, f"{shown(entry.filename)} has no properties of LZMA")
    size = 2**64 - 1 if entry.flag_bits & _ENDS_BY_MARK else entry.file_size
    return _Behind(header[4:] + size.to_bytes(8, "little"), data)


class _Behind:
    """Some bytes, and then those of a stream."""

    def __init__(self, first: bytes, stream: ByteStream) -> None:
        self._first, self._stream = first, stream

    def read(self, size: int, /) -> bytes:
        found, self._first = self._first, b""
        return found or self._stream.read(size)


class _Checked:
    """The bytes of a file in an archive: as many as its directory says, and with the CRC that stands there."""

    def __init__(self, stream: ByteStream, entry: ZipInfo, name: str) -> None:
        self._stream, self._entry, self._name = stream, entry, name
        self._given = self._crc = 0

    def read(self, size: int, /) -> bytes:
        piece = self._stream.read(size)
        self._given += len(piece)
        self._crc = zlib.crc32(piece, self._crc)
        entry, member = self._entry, shown(self._entry.filename)
        if self._given > entry.file_size or (not piece and self._given < entry.file_size):
            amount = "more" if piece else "fewer"
            raise CorruptFileError(
                f"{self._name}: the zip archive is damaged: {member} holds {amount} bytes than the {entry.file_size:_} that "
                "its directory says",
                offset=min(self._given, entry.file_size),
            )
        if not piece and self._crc != entry.CRC:
            raise CorruptFileError(
                f"{self._name}: the zip archive is damaged: the CRC-32 of {member} is not the one that its directory has",
                offset=self._given,
            )
        return piece
