"""A .ycd file, or a set of them, read at any place."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.digits.common.source import Source
from pi_engine.digits.reader import header_mismatch
from pi_engine.digits.ycd.ycd_reader import YcdReader
from pi_engine.digits.ycd.ycd_set import YcdSet, find_pieces, is_piece
from pi_engine.errors import CorruptFileError, UsageError
from pi_engine.runtime.storage.presence import is_folder
from pi_engine.sequence.access.word_access import Segment, WordAccess, little_endian_is_swapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.digits.ycd.ycd_header import YcdHeader

MOST_OPEN = 64
"""The files of a larger set are opened when they are read: a process may have some hundred open."""


def open_ycd(path: str | Path, digits: int | None = None) -> WordAccess:
    """The digits of a .ycd file, of the folder of a set, or of the set that a file belongs to; with `digits` only the first ones.

    Raises:
        UsageError: it cannot be read.
        CorruptFileError: a header is wrong, a file's length is not the one that it claims, or it has other first digits.
    """
    place = Path(path)
    if is_folder(place) or is_piece(place):
        pieces = find_pieces(place)
        YcdSet(pieces)  # headers that agree, and all files there
        paths = [piece.path for piece in pieces]
    else:
        paths = [place]
    with ExitStack() as stack:
        segments, header = _segments(paths, stack)
        swapped = little_endian_is_swapped()
        access = WordAccess(segments, header.base, swapped=swapped, limit=digits, path=str(path))
        stack.callback(access.close)
        head = b"".join(piece.tobytes() for piece in access.pieces(0, 50)).decode("ascii")
        if (at := header_mismatch(header.first_digits, head)) is not None:
            raise CorruptFileError(
                f"{path}: the FirstDigits of its header differ from its data at digit {at}", kind="header"
            )
        stack.pop_all()
    return access


def _segments(paths: Sequence[Path], stack: ExitStack) -> tuple[list[Segment], YcdHeader]:
    """The open files, and the header of the first."""
    segments: list[Segment] = []
    first: YcdHeader | None = None
    for path in paths:
        with Source.open(path) as source:
            header = YcdReader(source).header
        first = first or header
        stream = None
        if len(paths) <= MOST_OPEN:
            try:
                stream = stack.enter_context(path.open("rb", buffering=0))
            except OSError as error:
                raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
        segments.append(Segment(stream, str(path), header.length, header.digits))
    assert first is not None
    return segments, first
