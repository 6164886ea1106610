"""The header of a .ycd file: lines of keys and values, and a NUL."""

from __future__ import annotations

import re
from typing import NamedTuple

from pi_engine.digits.common.constants import PI
from pi_engine.digits.common.formats import YCD_MAGIC
from pi_engine.errors import CorruptFileError
from pi_engine.runtime.display import counted

VERSIONS = ("1.0.0", "1.1.0")
MOST_BYTES = 4096
"""Headers have some 200 bytes; one that does not end within these is none."""

LEAST_DIGITS = 50
"""A block of fewer is not allowed: the header holds as many."""

_FIRST = {10: re.compile(r"\d\.\d{50}", re.ASCII), 16: re.compile(r"[0-9A-Fa-f]\.[0-9A-Fa-f]{50}")}

BASES = tuple(_FIRST)


class YcdHeader(NamedTuple):
    """What a header says.

    Attributes:
        base: 10 or 16.
        first_digits: the digit before the point, the point, and 50 more, in upper case.
        total: digits of the whole set where this is its last file and not full, else 0.
        block_size: digits of a full file.
        block_id: which file of the set this is, from 0.
        length: bytes of the header, the NUL included.
    """

    base: int
    first_digits: str
    total: int
    block_size: int
    block_id: int
    length: int

    @property
    def digits(self) -> int:
        """Digits of this file; 0 or less where the header contradicts itself."""
        full = self.total - self.block_id * self.block_size if self.total else self.block_size
        return min(self.block_size, full)


def header_bytes(base: int, block_size: int, block_id: int = 0, total: int = 0, first: str = "") -> bytes:
    """The header of a file of the digits `first`: one digit, a point and 50 more; by default those of π."""
    first = (first or f"{PI.integer}.{PI.fraction(base)}").lower()
    lines = (
        YCD_MAGIC.decode("ascii"),
        "",
        "FileVersion:\t1.1.0",
        "",
        f"Base:\t{base}",
        "",
        f"FirstDigits:\t{first}",
        "",
        f"TotalDigits:\t{total}",
        "",
        f"Blocksize:\t{block_size}",
        f"BlockID:\t{block_id}",
        "",
        "EndHeader",
        "",
    )
    return "".join(f"{line}\r\n" for line in lines).encode("ascii") + b"\x00"


def parse_header(head: bytes, name: str) -> YcdHeader:
    """Parse the first `MOST_BYTES` bytes of a file, or all of them.

    Raises:
        CorruptFileError: they are not a header that is known here; the offset is that of the line.
    """
    end = head.find(b"\x00")
    if end < 0:
        cut = len(head) < MOST_BYTES
        what = "is cut off" if cut else "does not end"
        raise _wrong(name, what, len(head), kind="truncated" if cut else "header")
    values: dict[str, tuple[str, int]] = {}
    offset = 0
    ended = False
    for number, line in enumerate(head[:end].split(b"\n")):
        content = line.removesuffix(b"\r")
        if number == 0:
            if content != YCD_MAGIC:
                raise _wrong(name, f"does not begin with {YCD_MAGIC.decode()!r}", 0)
        elif content and ended:
            raise _wrong(name, "goes on after its end", offset)
        elif content == b"EndHeader":
            ended = True
        elif content:
            key, value = _key_and_value(content, name, offset)
            if key in values:
                raise _wrong(name, f"has {key} twice", offset)
            values[key] = value, offset
        offset += len(line) + 1
    if not ended:
        raise _wrong(name, "has no line EndHeader", end)
    return _checked(values, name, end + 1)


def _key_and_value(line: bytes, name: str, offset: int) -> tuple[str, str]:
    key, colon, value = line.partition(b":")
    if not colon or not line.isascii():
        raise _wrong(name, "has a line that is not a key and a value", offset)
    return key.decode("ascii"), value.decode("ascii").strip(" \t")


def _checked(values: dict[str, tuple[str, int]], name: str, length: int) -> YcdHeader:
    """The values, of the keys that must be there, within what is possible."""

    def text(key: str) -> tuple[str, int]:
        if key not in values:
            raise _wrong(name, f"has no {key}", length - 1)
        return values[key]

    def number(key: str, least: int) -> int:
        value, offset = text(key)
        if not re.fullmatch(r"[0-9]{1,18}", value) or int(value) < least:
            raise _wrong(
                name, f"has {key} {value[:30]!r}, which is not a whole number ≥ {least} of at most 18 digits", offset
            )
        return int(value)

    version, offset = text("FileVersion")
    if version not in VERSIONS:
        raise _wrong(name, f"is of version {version[:30]!r}; known are {' and '.join(VERSIONS)}", offset)
    base = number("Base", 0)
    if base not in _FIRST:
        raise _wrong(name, f"is of base {base}; known are 10 and 16", values["Base"][1])
    first, offset = text("FirstDigits")
    if not _FIRST[base].fullmatch(first):
        raise _wrong(name, "has FirstDigits that are not a digit, a point and 50 digits", offset)
    total = number("TotalDigits", 0) if version != "1.0.0" or "TotalDigits" in values else 0
    header = YcdHeader(base, first.upper(), total, number("Blocksize", LEAST_DIGITS), number("BlockID", 0), length)
    if header.digits < 1:
        raise _wrong(
            name, f"says that of {counted(total, 'digit')} this is block {header.block_id}", values["TotalDigits"][1]
        )
    return header


def _wrong(name: str, what: str, offset: int, kind: str = "header") -> CorruptFileError:
    return CorruptFileError(f"{name}: its header {what} (byte {offset:_})", kind=kind, offset=offset)
