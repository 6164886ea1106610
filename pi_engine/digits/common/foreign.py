"""Files that people have beside texts of digits, told by their first bytes: they are named, not read.

A magic that could begin a text counts only where the bytes after it are not text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pi_engine.digits.common.formats import is_binary
from pi_engine.errors import CorruptFileError

_EXTRACT = "extract the file of digits from it first"
_DECOMPRESS = "decompress it first"
SAVE = "save its text as a plain text file first"
_WRITE = "write its digits to a text file first"
_NO_TEXT = "it holds no text of digits"


class _Kind(NamedTuple):
    what: str
    advice: str
    magic: bytes
    """A regular expression at the beginning."""
    binary: bool = False
    """Whether what follows must not be text."""


_KINDS = (
    _Kind("a 7z archive", _EXTRACT, rb"7z\xbc\xaf\x27\x1c"),
    _Kind("a rar archive", _EXTRACT, rb"Rar!\x1a\x07"),
    _Kind("a cab archive", _EXTRACT, rb"MSCF\x00\x00\x00\x00"),
    _Kind("an ar archive", _EXTRACT, rb"!<arch>\n"),
    _Kind("a cpio archive", _EXTRACT, rb"\xc7\x71|\x71\xc7|07070[127]", binary=True),
    _Kind("a xar archive", _EXTRACT, rb"xar!\x00"),
    _Kind("an lha archive", _EXTRACT, rb"..-lh[0-7d]-", binary=True),
    _Kind("an arj archive", _EXTRACT, rb"\x60\xea", binary=True),
    _Kind("a SquashFS image", _EXTRACT, rb"hsqs", binary=True),
    _Kind("an RPM package", _EXTRACT, rb"\xed\xab\xee\xdb"),
    _Kind("lz4 data", _DECOMPRESS, rb"\x04\x22\x4d\x18|\x02\x21\x4c\x18"),
    _Kind("lzip data", _DECOMPRESS, rb"LZIP[\x00\x01]"),
    _Kind("lzma data", _DECOMPRESS, rb"\x5d\x00\x00..(?:\xff{8}|.{5}\x00{3})"),
    _Kind("lzop data", _DECOMPRESS, rb"\x89LZO\x00\r\n\x1a\n"),
    _Kind("lrzip data", _DECOMPRESS, rb"LRZI\x00"),
    _Kind("bzip3 data", _DECOMPRESS, rb"BZ3v1", binary=True),
    _Kind("Snappy data", _DECOMPRESS, rb"\xff\x06\x00\x00sNaPpY"),
    _Kind("data of compress (.Z)", _DECOMPRESS, rb"\x1f\x9d"),
    _Kind("data of pack (.z)", _DECOMPRESS, rb"\x1f[\x1e\xa0]"),
    _Kind("zlib data", _DECOMPRESS, rb"\x78[\x01\x5e\x9c\xda]", binary=True),
    _Kind("a PDF document", "save its text as a plain text file first, as pdftotext does", rb"\s*%PDF-"),
    _Kind("a PostScript document", SAVE, rb"%!PS|\xc5\xd0\xd3\xc6"),
    _Kind("an RTF document", SAVE, rb"\{\\rtf"),
    _Kind("a Microsoft Office document", SAVE, rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    _Kind("a DjVu document", SAVE, rb"AT&TFORM", binary=True),
    _Kind("a TeX DVI document", SAVE, rb"\xf7\x02"),
    _Kind("a Mobipocket book", SAVE, rb".{60}(?:BOOKMOBI|TEXtREAd)"),
    _Kind("a Windows help file", SAVE, rb"ITSF", binary=True),
    _Kind("a PNG image", _NO_TEXT, rb"\x89PNG\r\n"),
    _Kind("a JPEG image", _NO_TEXT, rb"\xff\xd8\xff"),
    _Kind("a GIF image", _NO_TEXT, rb"GIF8[79]a"),
    _Kind("a WebP image", _NO_TEXT, rb"RIFF....WEBP"),
    _Kind("a TIFF image", _NO_TEXT, rb"II\*\x00|MM\x00\*"),
    _Kind("a BMP image", _NO_TEXT, rb"BM.{4}\x00{4}", binary=True),
    _Kind("an icon", _NO_TEXT, rb"\x00\x00[\x01\x02]\x00"),
    _Kind("a Photoshop image", _NO_TEXT, rb"8BPS\x00"),
    _Kind("a sound or video file", _NO_TEXT, rb"OggS\x00|fLaC|ID3[\x02-\x04]|RIFF....(?:WAVE|AVI )", binary=True),
    _Kind("a sound or video file", _NO_TEXT, rb"....ftyp|\x1a\x45\xdf\xa3", binary=True),
    _Kind("an SQLite database", _WRITE, rb"SQLite format 3\x00"),
    _Kind("an HDF5 file", _WRITE, rb"\x89HDF\r\n\x1a\n"),
    _Kind("a MATLAB file", _WRITE, rb"MATLAB [57]\.", binary=True),
    _Kind("a NetCDF file", _WRITE, rb"CDF[\x01\x02\x05]"),
    _Kind("a NumPy array", _WRITE, rb"\x93NUMPY"),
    _Kind("a Python pickle", _WRITE, rb"\x80[\x02-\x05]"),
    _Kind("an R data file", _WRITE, rb"RD[AXB][234]\n|X\n\x00\x00\x00", binary=True),
    _Kind("a Parquet file", _WRITE, rb"PAR1", binary=True),
    _Kind("an Arrow file", _WRITE, rb"ARROW1\x00\x00|FEA1", binary=True),
    _Kind("an Avro file", _WRITE, rb"Obj\x01"),
    _Kind("a property list", _WRITE, rb"bplist00"),
    _Kind("an ELF executable", _NO_TEXT, rb"\x7fELF"),
    _Kind("a Windows executable", _NO_TEXT, rb"MZ", binary=True),
    _Kind("a macOS executable", _NO_TEXT, rb"[\xce\xcf]\xfa\xed\xfe|\xfe\xed\xfa[\xce\xcf]"),
    _Kind("a Java class or a macOS executable", _NO_TEXT, rb"\xca\xfe\xba\xbe"),
    _Kind("a WebAssembly module", _NO_TEXT, rb"\x00asm"),
    _Kind("compiled Python", _NO_TEXT, rb"[^\r\n][\x0c-\x0e]\r\n", binary=True),
    _Kind("macOS data that belong to another file", "take the file without '._' before its name", rb"\x00\x05\x16[\x00\x07]"),
    _Kind("a macOS folder description", _NO_TEXT, rb"\x00\x00\x00\x01Bud1"),
    _Kind("a Windows shortcut", "take the file that it points to", rb"L\x00\x00\x00\x01\x14\x02\x00"),
    _Kind("a Git LFS pointer", "fetch the file itself with 'git lfs pull'", rb"version https://git-lfs\.github\.com/spec/"),
    _Kind("a git-annex pointer", "fetch the file itself with 'git annex get'", rb"/annex/objects/"),
    _Kind("a BitTorrent file", "take the file that it describes", rb"d\d+:(?:announce|info|created by|comment)"),
    _Kind("data encrypted by OpenPGP", "decrypt them first", rb"-----BEGIN PGP MESSAGE-----"),
)  # fmt: skip
_MAGIC = [(kind, re.compile(kind.magic, re.DOTALL)) for kind in _KINDS]

_EBCDIC_DIGITS = bytes(range(0xF0, 0xFA))


def foreign_kind(head: bytes, name: str = "") -> tuple[str, str] | None:
    """What a file is that begins so, and what to do with it; None where it may hold digits, or is not known."""
    for kind, magic in _MAGIC:
        if magic.match(head) and (not kind.binary or is_binary(head)):
            return kind.what, kind.advice
    if _is_tar(head):
        return "a tar archive", _EXTRACT
    if name.lower().endswith(".br") and is_binary(head):
        return "brotli data", _DECOMPRESS
    if len(head) >= 8 and len(head.translate(None, _EBCDIC_DIGITS)) * 4 < len(head):
        return "EBCDIC text", "convert it to ASCII first, as 'dd conv=ascii' does"
    return None


def refuse_foreign(head: bytes, name: str, inside: str = "") -> None:
    """Refuse a file that is of a known kind and no digit file; `inside` says of what it has been unpacked.

    Raises:
        CorruptFileError: it is; the message names the kind.
    """
    found = foreign_kind(head, name)
    if found is not None:
        what, advice = found
        raise CorruptFileError(f"{name}: this is {what}{inside}: {advice}", kind="header", offset=0)


def _is_tar(head: bytes) -> bool:
    """By the magic, or, of older archives, by the sum of the header's bytes, in which the sum itself counts as blanks."""
    if len(head) < 512 or b"\x00" not in head[:512]:
        return False
    if head[257:262] == b"ustar":
        return True
    field = head[148:156].strip(b" \x00")
    if not re.fullmatch(rb"[0-7]{2,7}", field):
        return False
    return int(field, 8) == sum(head[:148]) + sum(head[156:512]) + 8 * 32
