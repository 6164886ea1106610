"""Sets of .ycd files: `NAME/NAME - 0.ycd`, `NAME/NAME - 1.ycd`, …, one number in as many files as it takes."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.digits.common.source import Source
from pi_engine.digits.ycd.ycd_header import MOST_BYTES, parse_header
from pi_engine.digits.ycd.ycd_reader import YcdReader
from pi_engine.errors import CorruptFileError, PiEngineError, UsageError
from pi_engine.runtime.display import counted
from pi_engine.runtime.storage.presence import is_folder
from pi_engine.runtime.storage.temporaries import hint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pi_engine.digits.common.blocks import Block
    from pi_engine.digits.ycd.ycd_header import YcdHeader

_PIECE = re.compile(r"(?P<name>.*) - (?P<id>[0-9]{1,18})(?P<incomplete> \(incomplete\))?\.ycd", re.DOTALL)


class YcdPiece(NamedTuple):
    """One file of a set, the id in its name, and its size in bytes."""

    path: Path
    id: int
    size: int


def piece_name(name: str, number: int) -> str:
    """The name of a file of a set."""
    return f"{name} - {number}.ycd"


def is_piece(path: Path) -> bool:
    """Whether a file is one of a set, by its name."""
    return bool(_PIECE.fullmatch(path.name))


def find_pieces(path: Path) -> list[YcdPiece]:
    """The files of the set in the folder `path`, or of that which the file `path` belongs to, in order.

    Raises:
        UsageError: there is none in the folder, or more than one set.
        CorruptFileError: a file is missing, there twice, or still being written.
    """
    folder = path if is_folder(path) else path.parent
    own = None if is_folder(path) else _PIECE.fullmatch(path.name)
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        remark = hint(folder) if isinstance(error, FileNotFoundError) else ""
        raise UsageError(f"{folder} cannot be read: {error.strerror or error}{remark}") from error
    matches = [(entry, match) for entry in entries if (match := _PIECE.fullmatch(entry.name))]
    names = {match["name"] for _, match in matches}
    if own is not None:
        matches = [(entry, match) for entry, match in matches if match["name"] == own["name"]]
    elif len(names) > 1:
        raise UsageError(f"{folder} holds {len(names)} sets of .ycd files: name one of their files")
    if not matches:
        raise UsageError(f"{folder} is a folder without a set of files like 'NAME - 0.ycd': name a file")
    pieces: dict[int, YcdPiece] = {}
    for entry, match in matches:
        number = int(match["id"])
        if match["incomplete"]:
            raise CorruptFileError(f"{entry} is still being written: its name says incomplete", kind="truncated")
        if number in pieces:
            raise CorruptFileError(f"{entry} and {pieces[number].path.name} are both file {number} of the set")
        pieces[number] = YcdPiece(entry, number, entry.stat().st_size)
    for expected, number in enumerate(sorted(pieces)):
        if number != expected:
            missing = pieces[number].path.with_name(piece_name(next(iter(matches))[1]["name"], expected))
            raise CorruptFileError(f"{missing} is missing from the set", kind="truncated")
    return [pieces[number] for number in sorted(pieces)]


def is_piece_of_a_set(path: Path) -> bool:
    """Whether a file is one of a set by its name and its content: a regular file whose header has the number of its name."""
    match = _PIECE.fullmatch(path.name)
    if match is None or not stat.S_ISREG(path.lstat().st_mode):
        return False
    try:
        with path.open("rb") as stream:
            header = parse_header(stream.read(MOST_BYTES), path.name)
    except (OSError, CorruptFileError):
        return False
    return header.block_id == int(match["id"])


def holds_only_a_set(folder: Path) -> bool:
    """Whether a folder holds the files of one set, from the first on, and nothing else; or nothing at all."""
    try:
        if not any(folder.iterdir()):
            return True
        pieces = {piece.path for piece in find_pieces(folder)}
        return is_folder(folder) and all(path in pieces and is_piece_of_a_set(path) for path in folder.iterdir())
    except (OSError, PiEngineError):
        return False


def is_whole_set(folder: Path) -> bool:
    """Whether a folder holds one set that was written to its end: its last word is not a reserved zero."""
    if not is_folder(folder):
        return False
    try:
        pieces = find_pieces(folder)
        YcdSet(pieces)
        with pieces[-1].path.open("rb") as stream:
            stream.seek(-8, os.SEEK_END)
            return any(stream.read())
    except (OSError, PiEngineError):
        return False


def remove_pieces(folder: Path, reserved: re.Pattern[str] | None = None) -> bool:
    """Remove the files of a set, and the folder; whatever else is in it stays, and then it is False.

    With `reserved`, files of such names go too whose beginning has not been written.
    """
    try:
        for path in list(folder.iterdir()):
            unwritten = reserved is not None and reserved.fullmatch(path.name) and _is_unwritten(path)
            if unwritten or is_piece_of_a_set(path):
                path.unlink(missing_ok=True)
        folder.rmdir()
    except OSError:
        return False
    return True


def _is_unwritten(path: Path) -> bool:
    if not stat.S_ISREG(path.lstat().st_mode):
        return False
    with path.open("rb") as stream:
        return not any(stream.read(MOST_BYTES))


class YcdSet:
    """The files of a set as one; open one at a time."""

    def __init__(self, pieces: list[YcdPiece]) -> None:
        """Read all headers.

        Raises:
            CorruptFileError: a header is wrong, contradicts another or the file's name, or a file's length is wrong.
        """
        self._pieces = pieces
        self._done = 0
        first: YcdHeader | None = None
        total = 0
        for piece in pieces:
            header = self._header(piece)
            first = first or header
            if header.block_id != piece.id:
                raise self._wrong(piece, f"says that it is file {header.block_id} of the set")
            for key in ("base", "first_digits", "block_size"):
                if getattr(header, key) != getattr(first, key):
                    raise self._wrong(piece, f"has another {key.replace('_', ' ')} than that of file 0")
            if header.digits < header.block_size and piece is not pieces[-1]:
                raise self._wrong(piece, "says that it is the last of its set")
            total += header.digits
            self._check_total(piece, header, total)
        assert first is not None
        self.header, self.digits = first, total
        self._current: Source | None = None

    def _check_total(self, piece: YcdPiece, header: YcdHeader, total: int) -> None:
        """A total in the header of the last file is that of the set; only a later file may stand for more."""
        if header.total and piece is self._pieces[-1] and header.total != total:
            raise CorruptFileError(
                f"{piece.path}: the set should have {counted(header.total, 'digit')}, but its files hold {total:_}",
                kind="truncated" if header.total > total else "header",
            )

    @staticmethod
    def _header(piece: YcdPiece) -> YcdHeader:
        with Source.open(piece.path) as source:
            return YcdReader(source).header

    @staticmethod
    def _wrong(piece: YcdPiece, what: str) -> CorruptFileError:
        return CorruptFileError(f"{piece.path}: its header {what}", kind="header")

    @property
    def position(self) -> int:
        """Bytes read."""
        return self._done + (self._current.position if self._current else 0)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(piece.size for piece in self._pieces)

    def blocks(self) -> Iterator[Block]:
        """The digits of all files; not aligned where one ends within a word."""
        for piece in self._pieces:
            with Source.open(piece.path) as source:
                self._current = source
                yield from YcdReader(source).blocks()
            self._done, self._current = self._done + piece.size, None
