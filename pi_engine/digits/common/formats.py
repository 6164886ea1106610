"""The formats of digit files: their names, suffixes and magic bytes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, get_args

from pi_engine.digits.common.text_encodings import encoding_of
from pi_engine.errors import UsageError

Format = Literal["text", "gz", "xz", "zst", "ycd", "bz2", "zip"]
READ_ONLY: frozenset[Format] = frozenset({"bz2", "zip"})
WRITTEN: tuple[Format, ...] = tuple(form for form in get_args(Format) if form not in READ_ONLY)
COMPRESSED: dict[Format, str] = {"gz": "gzip", "xz": "xz", "zst": "Zstandard", "bz2": "bzip2", "zip": "zip"}
"""The names of what decompresses to text, or to a .ycd file."""

YCD_MAGIC = b"#Compressed Digit File"
_MAGIC: tuple[tuple[Format, re.Pattern[bytes]], ...] = (
    ("ycd", re.compile(re.escape(YCD_MAGIC))),
    ("gz", re.compile(rb"\x1f\x8b")),
    ("xz", re.compile(rb"\xfd7zXZ\x00")),
    ("zst", re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")),  # a frame, or one to be skipped
    (
        "bz2",
        re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90|.{0,5}\Z)", re.DOTALL),
    ),  # a block, the end of none, or cut off
    ("zip", re.compile(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)")),  # a file, the end of none, or a part of a split archive
)
_SUFFIXES: dict[str, Format] = {
    **dict.fromkeys((".gz", ".gzip"), "gz"),
    ".xz": "xz",
    **dict.fromkeys((".zst", ".zstd"), "zst"),
    ".ycd": "ycd",
    **dict.fromkeys((".bz2", ".bz", ".tbz", ".tbz2"), "bz2"),
    ".zip": "zip",
}
_FOREIGN = {
    ".bz2": "bzip2",
    ".bz": "bzip2",
    ".zip": "zip",
    ".7z": "7z",
    ".rar": "rar",
    ".lz4": "lz4",
    ".br": "brotli",
    ".lzma": "lzma",
    ".lz": "lzip",
    ".z": "compress",
    ".pdf": "PDF",
    **dict.fromkeys((".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst"), "tar"),
}
"""Suffixes that would promise what is not written."""


def format_of_name(path: str | Path) -> Format:
    """The format that a name's suffix stands for; text where it stands for none."""
    return _SUFFIXES.get(Path(path).suffix.lower(), "text")


def format_to_write(path: str | Path, chosen: str | None = None) -> Format:
    """The format to write `path` in: `chosen`, or by its suffix.

    Raises:
        UsageError: the suffix is that of a format that is not written here, or `chosen` is not a format.
    """
    if chosen is not None:
        for name in WRITTEN:
            if name == chosen:
                return name
        what = "can be read, not written" if chosen in READ_ONLY else "is not known"
        raise UsageError(f"format {chosen!r} {what}: choose one of {', '.join(WRITTEN)}")
    foreign = _FOREIGN.get(Path(path).suffix.lower())
    if foreign:
        raise UsageError(
            f"{path}: {foreign} cannot be written; end the name in .txt, .txt.gz, .txt.xz, .txt.zst or .ycd"
        )
    return format_of_name(path)


def format_of_magic(head: bytes) -> Format | None:
    """The format whose magic bytes these are."""
    return next((form for form, magic in _MAGIC if magic.match(head)), None)


def format_of_content(head: bytes, name: str | Path) -> Format:
    """The format of a file by its first bytes; by its name where those are of no format and cannot be text."""
    found = format_of_magic(head)
    if found is not None:
        return found
    if encoding_of(head):
        return "text"
    named = format_of_name(name)
    if named == "ycd":
        return "ycd" if b"EndHeader" in head or b"FileVersion" in head or is_binary(head) else "text"
    return named if named != "text" and is_binary(head) else "text"


def is_binary(head: bytes) -> bool:
    """Whether these bytes cannot begin a text: control characters, or more than a few beyond ASCII."""
    control = bytes(range(9)) + bytes(range(14, 32))
    return len(head.translate(None, control)) < len(head) or sum(byte > 127 for byte in head[:64]) > 16
