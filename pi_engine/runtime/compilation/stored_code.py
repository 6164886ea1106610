"""Machine code in files: each is bound to one kernel, one processor, these versions and these sources, and proves its own content.

A file begins with a header in clear: the kernel's name, versions, processor and the digest of the sources. It must be the
very header that this process would write, so a file that was renamed, or that comes from elsewhere, is not taken for another.
SHA-256 of all that the file holds follows, then the symbol, the function's type, and the object code. The digest needs no key: it finds
damage, while forgery is kept out by the owners and modes of the file and of its folders (`trusted_files`). Nothing is parsed, and
nothing unpickled.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.runtime.compilation.kernel_folder import machine_code_key
from pi_engine.runtime.storage.trusted_files import UntrustedError, read_trusted, write_trusted

if TYPE_CHECKING:
    from pathlib import Path

FORM = "pi-engine kernel, form 3"
MOST_BYTES = 1 << 26
"""Far more than a kernel has: the largest has some 100 kB."""

_DIGEST_BYTES = 32


class ObjectCode(NamedTuple):
    """What LLVM loads, and the symbol and the type of the function in it."""

    symbol: str
    signature: str
    code: bytes


def header(name: str) -> bytes:
    """What the file of a kernel begins with, in this process."""
    return "\n".join((FORM, name, machine_code_key(), "")).encode()


def read_code(path: Path, name: str) -> ObjectCode:
    """The machine code of a kernel out of its file.

    Raises:
        FileNotFoundError: there is none.
        UntrustedError: the file is damaged, of something else, or others may have written it.
        OSError: it cannot be read.
    """
    content = read_trusted(path, MOST_BYTES)
    if not content.startswith(start := header(name)):
        raise UntrustedError(f"{path} is damaged, or of another kernel, processor or version")
    at = len(start) + _DIGEST_BYTES
    digest, rest = content[len(start) : at], content[at:]
    parts = rest.split(b"\n", 2)
    if hashlib.sha256(start + rest).digest() != digest or len(parts) < 3:
        raise UntrustedError(f"{path} is damaged")
    return ObjectCode(parts[0].decode(), parts[1].decode(), parts[2])


def write_code(path: Path, name: str, found: ObjectCode) -> None:
    """Write a kernel's file, atomically and for this user alone.

    Raises:
        OSError: the system refuses.
    """
    start, rest = header(name), b"\n".join((found.symbol.encode(), found.signature.encode(), found.code))
    write_trusted(path, start + hashlib.sha256(start + rest).digest() + rest)
