"""What a record file says of itself, and where in it the blocks of limbs and their hashes lie.

    preamble    magic, version, bytes of the header, bytes of the file, hash of preamble and header       40 bytes
    header      JSON: key, fields, block, numbers; blanks up to a multiple of 4096 bytes
    limbs       of one number after another, least significant first, little-endian
    hashes      XXH3 (64 bits) of each block; a number's last block may be shorter, and no block has limbs of two numbers
    last hash   of the hashes

Numbers in the preamble are little-endian.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.checkpoint.untrusted_json import canonical, is_count, parse_object, require_fields
from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.checkpoint.untrusted_json import JSON

MAGIC = b"\x89piLIMB\n"
VERSION = 1
PREAMBLE = struct.Struct("<8sIIQQQ")
_HASHED = PREAMBLE.size - 8

PAGE = 4096
"""Limbs begin at a multiple of it."""

MOST_HEADER = 1 << 20
"""Bytes of the longest header."""

LEAST_BLOCK, MOST_BLOCK = 1 << 12, 1 << 26
"""Bytes of a block: a power of two in this range."""

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MOST_KEY = 80
"""Characters of the longest key."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")
_MOST_LIMBS = 1 << 58
_HASH = 8


class NumberShape(NamedTuple):
    """A number without its limbs."""

    name: str
    limbs: int
    negative: bool


class Block(NamedTuple):
    """Which number a block is of, where in the file it begins, and which bytes of the number it holds."""

    number: int
    place: int
    first: int
    last: int


@dataclass(frozen=True)
class RecordHeader:
    """The header of a record file.

    Attributes:
        key: of the record.
        fields: of the record, anything that JSON has.
        numbers: the record's, in the order of the file.
        block: bytes of limbs that have one hash.
    """

    key: str
    fields: dict[str, JSON]
    numbers: tuple[NumberShape, ...]
    block: int

    def to_bytes(self) -> bytes:
        """Preamble and header.

        Raises:
            ValueError: the fields are longer than a header may be.
        """
        from xxhash import xxh3_64_intdigest

        numbers: list[JSON] = [
            {"name": name, "limbs": limbs, "negative": negative} for name, limbs, negative in self.numbers
        ]
        text = canonical({"key": self.key, "fields": self.fields, "block": self.block, "numbers": numbers})
        text += b" " * (-(PREAMBLE.size + len(text)) % PAGE)
        if len(text) > MOST_HEADER:
            raise ValueError(f"the fields of {self.key} have more than {MOST_HEADER} bytes")
        begin = PREAMBLE.pack(MAGIC, VERSION, len(text), 0, self.file_size(PREAMBLE.size + len(text)), 0)[:_HASHED]
        return begin + struct.pack("<Q", xxh3_64_intdigest(begin + text)) + text

    def file_size(self, start: int) -> int:
        """Bytes of the file, if the first block begins at byte `start`."""
        return start + sum(8 * number.limbs for number in self.numbers) + _HASH * (self.block_count + 1)

    @property
    def block_count(self) -> int:
        """Of all numbers."""
        return sum(-(-8 * number.limbs // self.block) for number in self.numbers)

    def blocks(self, start: int) -> Iterator[Block]:
        """All blocks in the order of the file, if the first begins at byte `start`."""
        place = start
        for i, number in enumerate(self.numbers):
            size = 8 * number.limbs
            for first in range(0, size, self.block):
                last = min(size, first + self.block)
                yield Block(i, place + first, first, last)
            place += size


def header_length(preamble: bytes, size: int, source: str) -> int:
    """Bytes of the header, which fit in the file.

    Args:
        preamble: the first PREAMBLE.size bytes of the file, or as many as it has.
        size: bytes of the file.
        source: what it is, for the message.

    Raises:
        CorruptFileError: it is not a record file, of another version, or not as long as it says.
    """
    if len(preamble) < PREAMBLE.size:
        raise CorruptFileError(f"{source} is cut off: it has {size} bytes", kind="truncated")
    magic, version, length, reserved, stated, _ = PREAMBLE.unpack(preamble)
    if magic != MAGIC:
        raise CorruptFileError(f"{source} is damaged: it does not begin as a record does", kind="header")
    if version != VERSION:
        raise CorruptFileError(f"{source} is of version {version}, which this program does not know", kind="header")
    if stated != size:
        cut = "is cut off" if size < stated else "is damaged"
        raise CorruptFileError(f"{source} {cut}: it has {size:_} bytes instead of {stated:_}", kind="truncated")
    if reserved or not length or length > min(MOST_HEADER, size - PREAMBLE.size):
        raise CorruptFileError(f"{source} is damaged: its header cannot have {length:_} bytes", kind="header")
    return int(length)


def parse_header(preamble: bytes, text: bytes, size: int, source: str) -> RecordHeader:
    """The header, whose numbers and hashes fill the file exactly.

    Args:
        preamble: as `header_length` has found it to be right.
        text: as many bytes as that says.
        size: bytes of the file.
        source: what it is, for the message.

    Raises:
        CorruptFileError: the hash is not that of preamble and header, or a field is not what it should be.
    """
    from xxhash import xxh3_64_intdigest

    if xxh3_64_intdigest(preamble[:_HASHED] + text) != PREAMBLE.unpack(preamble)[-1]:
        raise CorruptFileError(f"{source} is damaged: its header does not have its hash", kind="header")
    fields = parse_object(text, source)
    require_fields(fields, ("key", "fields", "block", "numbers"), source)
    key, own, block, rows = fields["key"], fields["fields"], fields["block"], fields["numbers"]
    if not isinstance(key, str) or not is_key(key):
        raise CorruptFileError(f"{source} is damaged: its key is not valid", kind="header")
    if not isinstance(own, dict):
        raise CorruptFileError(f"{source} is damaged: its fields are not valid", kind="header")
    if not is_count(block, MOST_BLOCK) or block < LEAST_BLOCK or block & (block - 1):
        raise CorruptFileError(f"{source} is damaged: its blocks have no possible size", kind="header")
    if not isinstance(rows, list):
        raise CorruptFileError(f"{source} is damaged: its numbers are not valid", kind="header")
    numbers = tuple(_number(row, source) for row in rows)
    if len({number.name for number in numbers}) < len(numbers):
        raise CorruptFileError(f"{source} is damaged: two of its numbers have one name", kind="header")
    header = RecordHeader(key, own, numbers, block)
    if header.file_size(len(preamble) + len(text)) != size:
        raise CorruptFileError(f"{source} is damaged: its numbers do not fill it", kind="header")
    return header


def _number(row: JSON, source: str) -> NumberShape:
    if isinstance(row, dict):
        require_fields(row, NumberShape._fields, source)
        name, limbs, negative = row["name"], row["limbs"], row["negative"]
        if isinstance(name, str) and is_name(name) and is_count(limbs, _MOST_LIMBS) and isinstance(negative, bool):
            return NumberShape(name, limbs, negative)
    raise CorruptFileError(f"{source} is damaged: one of its numbers is described wrongly", kind="header")


def is_key(text: str) -> bool:
    """Whether a record can be called so: words of small letters and digits with '-' between."""
    return len(text) <= MOST_KEY and KEY.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Whether a number can be called so."""
    return _NAME.fullmatch(text) is not None
