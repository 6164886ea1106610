"""Machine code in files: each is bound to one kernel, one processor, these versions and these sources, and proves its own content.

A file begins with a header in clear: the kernel's name and signature, versions, processor and the digest of the sources. It must be the
very header that this process would write, so a file that was renamed, or that comes from elsewhere, is not taken for another.
SHA-256 of all that the file holds follows, then the symbol and the object code. The digest needs no key: it finds damage, while
forgery is kept out by the owners and modes of the file and of its folders (`trusted_files`). Nothing is parsed, and nothing
unpickled.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.runtime.kernel_folder import machine_code_key
from pi_engine.runtime.trusted_files import UntrustedError, read_trusted, write_trusted

if TYPE_CHECKING:
    from pathlib import Path

FORM = "pi-engine kernel, form 2"
MOST_BYTES = 1 << 26
"""Far more than a kernel has: the largest has some 100 kB."""

_DIGEST_BYTES = 32


class ObjectCode(NamedTuple):
    """What LLVM loads, and the symbol of the function in it."""

    symbol: str
    code: bytes


def header(name: str, signature: str) -> bytes:
    """What the file of a kernel begins with, in this process."""
    return "\n".join((FORM, name, signature, machine_code_key(), "")).encode()


def read_code(path: Path, name: str, signature: str) -> ObjectCode:
    """The machine code of a kernel out of its file.

    Raises:
        FileNotFoundError: there is none.
        UntrustedError: the file is damaged, of something else, or others may have written it.
        OSError: it cannot be read.
    """
    content = read_trusted(path, MOST_BYTES)
    if not content.startswith(start := header(name, signature)):
        raise UntrustedError(f"{path} is damaged, or of another kernel, processor or version")
    at = len(start) + _DIGEST_BYTES
    digest, rest = content[len(start) : at], content[at:]
    symbol, line_end, code = rest.partition(b"\n")
    if hashlib.sha256(start + rest).digest() != digest or not line_end:
        raise UntrustedError(f"{path} is damaged")
    return ObjectCode(symbol.decode(), code)


def write_code(path: Path, name: str, signature: str, found: ObjectCode) -> None:
    """Write the file atomically, for this user alone. Raises OSError where that is refused."""
    start, rest = header(name, signature), found.symbol.encode() + b"\n" + found.code
    write_trusted(path, start + hashlib.sha256(start + rest).digest() + rest)
