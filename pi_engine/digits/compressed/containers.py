"""What a file holds when all compression is undone: a stream that can be looked at, its format, and what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pi_engine.digits.common.foreign import refuse_foreign
from pi_engine.digits.common.formats import COMPRESSED, Format, format_of_content, format_of_magic
from pi_engine.digits.common.source import Source
from pi_engine.digits.compressed.decompression import decompressed
from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from contextlib import ExitStack

    from pi_engine.digits.common.source import ByteStream

_HEAD = 4096
MOST_LAYERS = 2
"""Compressions one inside the other that are undone, as of a .gz in a zip archive; each costs a decoder."""


class Content(NamedTuple):
    """What a file holds.

    Attributes:
        source: its bytes, decompressed; not read yet.
        form: "text" or "ycd", what these bytes are.
        outer: the format of the file.
        notes: sentences on what was left out.
    """

    source: Source
    form: Format
    outer: Format
    notes: list[str]


def content_of(file: Source, stack: ExitStack) -> Content:
    """Undo the compressions of a file, and refuse what is not a digit file by its name; `stack` closes what is opened.

    Raises:
        CorruptFileError: it is of another kind, compressed too often, or its beginning is damaged.
        OutputError, CapacityError: an archive from a pipe cannot be put aside.
    """
    source, layers, notes = file, [_format_of(file, file.name, [])], list[str]()
    while (form := layers[-1]) in COMPRESSED:
        if len(layers) > MOST_LAYERS:
            names = " in ".join(COMPRESSED[layer] for layer in reversed(layers))
            raise CorruptFileError(
                f"{file.name}: this is compressed {len(layers)} times ({names}): decompress it first",
                kind="header",
                offset=0,
            )
        taken = None if source is file else lambda: file.position
        stream: ByteStream
        if form == "zip":
            from pi_engine.digits.compressed.zip_archive import zip_member

            stream, name, left_out = zip_member(source, stack, taken)
            notes.append(f"the digits are those of {name} in the archive")
            if left_out:
                more = f" and {len(left_out) - 3} more" if len(left_out) > 3 else ""
                verb = "is" if len(left_out) == 1 else "are"
                notes.append(f"{', '.join(left_out[:3])}{more} in the archive {verb} not read")
        else:
            stream = decompressed(source, form, file.name, taken)
        source = Source(stream, file.name)
        layers.append(_format_of(source, "", layers))
    return Content(source, layers[-1], layers[0], notes)


def _format_of(source: Source, name: str, layers: list[Format]) -> Format:
    """What the bytes of `source` are, which is called `name` and was unpacked from `layers`."""
    head = source.peek(_HEAD)
    if (found := format_of_magic(head)) is not None:
        return found
    inside = f" compressed by {' in '.join(COMPRESSED[layer] for layer in reversed(layers))}" if layers else ""
    refuse_foreign(head, source.name, inside)
    return format_of_content(head, name)
