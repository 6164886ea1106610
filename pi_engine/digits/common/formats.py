"""The formats of digit files: their names, suffixes and magic bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

from pi_engine.errors import UsageError

Format = Literal["text", "gz", "xz", "zst", "ycd"]
FORMATS: tuple[Format, ...] = get_args(Format)
COMPRESSED: frozenset[Format] = frozenset({"gz", "xz", "zst"})

YCD_MAGIC = b"#Compressed Digit File"
_MAGIC: dict[Format, bytes] = {"ycd": YCD_MAGIC, "gz": b"\x1f\x8b", "xz": b"\xfd7zXZ\x00", "zst": b"\x28\xb5\x2f\xfd"}
_ZSTD_SKIPPABLE = b"\x2a\x4d\x18"
_SUFFIXES: dict[str, Format] = {
    **dict.fromkeys((".gz", ".gzip"), "gz"),
    ".xz": "xz",
    **dict.fromkeys((".zst", ".zstd"), "zst"),
    ".ycd": "ycd",
}
_FOREIGN = {".bz2": "bzip2", ".zip": "zip", ".7z": "7z", ".lz4": "lz4", ".br": "brotli", ".lzma": "lzma"}


def format_of_name(path: str | Path) -> Format:
    """The format that a name's suffix stands for; text where it stands for none."""
    return _SUFFIXES.get(Path(path).suffix.lower(), "text")


def format_to_write(path: str | Path, chosen: str | None = None) -> Format:
    """The format to write `path` in: `chosen`, or by its suffix.

    Raises:
        UsageError: the suffix is that of a format that is not written here, or `chosen` is no format.
    """
    if chosen is not None:
        for name in FORMATS:
            if name == chosen:
                return name
        raise UsageError(f"format {chosen!r} is not known: choose one of {', '.join(FORMATS)}")
    foreign = _FOREIGN.get(Path(path).suffix.lower())
    if foreign:
        raise UsageError(
            f"{path}: {foreign} cannot be written; end the name in .txt, .txt.gz, .txt.xz, .txt.zst or .ycd"
        )
    return format_of_name(path)


def format_of_content(head: bytes, name: str | Path) -> Format:
    """The format of a file by its first bytes; by its name where those are of no format and cannot be text."""
    for found, magic in _MAGIC.items():
        if head.startswith(magic):
            return found
    if len(head) >= 4 and head[1:4] == _ZSTD_SKIPPABLE and head[0] & 0xF0 == 0x50:
        return "zst"
    named = format_of_name(name)
    if named == "ycd":
        return "ycd" if b"EndHeader" in head or b"FileVersion" in head or _is_binary(head) else "text"
    return named if named != "text" and _is_binary(head) else "text"


def _is_binary(head: bytes) -> bool:
    """Whether these bytes cannot begin a text: control characters, or more than a few beyond ASCII."""
    control = bytes(range(9)) + bytes(range(14, 32))
    return len(head.translate(None, control)) < len(head) or sum(byte > 127 for byte in head[:64]) > 16
