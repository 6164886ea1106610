"""Where a string of digits stands in a stream of pieces, also across their borders; one after another, so that a reader can stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pi_engine.sequence.digit_access import Characters


def string_places(pieces: Iterable[Characters], string: bytes, first: int) -> Iterator[int]:
    """Positions of `string`, ascending, where the first digit of the pieces has position `first`; occurrences may overlap."""
    tail = b""
    for piece in pieces:
        text = tail + piece.tobytes()
        at = text.find(string)
        while at >= 0:
            yield first + at
            at = text.find(string, at + 1)
        kept = min(len(string) - 1, len(text))
        tail = text[len(text) - kept :]
        first += len(text) - kept
