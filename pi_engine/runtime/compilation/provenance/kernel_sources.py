"""The digest of the sources that machine code is made from, and how a process finds it without reading them all again in Python.

The sources that count are the files that import Numba or what compiles with it, and what they import. To find them, the imports
of every file are followed, which takes 60 ms on AMD Zen 3, while all files are read and hashed in 8. So the outcome is remembered, in
a file beside the folders of kernels, together with the SHA-256 of the whole package from which it follows. After any change, of
a byte or by a new file, what is remembered no longer counts. The times of files are not looked at.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.runtime.storage.trusted_files import (
    UntrustedError,
    make_trusted,
    read_trusted,
    require_trusted,
    write_trusted,
)
from pi_engine.runtime.system import open_flags

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).resolve().parents[3]
MEMORY = "pi-engine-sources"
"""The file that remembers; its form begins its content."""

_FORM = b"pi-engine sources, form 1\n"
_MOST_BYTES = 1 << 10
_COMPILES = re.compile(rb"^[ \t]*(?:from|import) (?:numba|pi_engine\.runtime\.compilation)\b", re.MULTILINE)
_FROM = re.compile(rb"^[ \t]*from\s+(\.*)([\w.]*)\s+import\s+(\([^)]*\)|[^\n]*)", re.MULTILINE)
_PLAIN = re.compile(rb"^[ \t]*import\s+([\w.]+)", re.MULTILINE)
_WORD = re.compile(rb"\w+")


def package_files(root: Path = PACKAGE) -> dict[str, bytes]:
    """All modules of the package, by their place in it, in order."""
    found: dict[str, bytes] = {}
    pending = [""]
    while pending:
        folder = pending.pop()
        with os.scandir(os.path.join(root, folder)) as entries:  # noqa: PTH118 (600 files: a Path takes longer than its reading)
            for entry in entries:
                place = f"{folder}{entry.name}"
                if entry.name.endswith(".py"):
                    found[place] = _content(entry.path)
                elif entry.is_dir():
                    pending.append(f"{place}/")
    return dict(sorted(found.items()))


def _content(file: str) -> bytes:
    descriptor = os.open(file, os.O_RDONLY | open_flags.AS_BYTES | open_flags.CLOSE_ON_EXEC)
    try:
        pieces, left = [], os.fstat(descriptor).st_size + 1
        while piece := os.read(descriptor, left):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(descriptor)


def kernel_sources(files: dict[str, bytes]) -> dict[str, bytes]:
    """Those of a package's files that can change machine code: they import Numba or what compiles with it, or are imported by such."""
    package = PACKAGE.name
    places = {_dotted(place, package): place for place in files}
    chosen = {
        name
        for name, place in places.items()
        if (b"numba" in files[place] or b"compilation" in files[place]) and _COMPILES.search(files[place])
    }
    pending = list(chosen)
    while pending:
        name = pending.pop()
        own = name if places[name].endswith("__init__.py") else name.rpartition(".")[0]
        for imported in _imported(files[places[name]], own):
            if imported in places and imported not in chosen:
                chosen.add(imported)
                pending.append(imported)
    return {place: files[place] for name, place in places.items() if name in chosen}


def _dotted(place: str, package: str) -> str:
    return f"{package}/{place}".removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _imported(text: bytes, package: str) -> Iterator[str]:
    """The dotted names that a module of `package` imports: modules, and names that may be modules."""
    for dots, module, names in _FROM.findall(text):
        above = ".".join(package.split(".")[: len(package.split(".")) + 1 - len(dots)]) + "." if dots else ""
        place = (above + module.decode()).rstrip(".")
        yield place
        for name in _WORD.findall(names):
            yield f"{place}.{name.decode()}"
    for module in _PLAIN.findall(text):
        yield module.decode()


def digest_of(files: dict[str, bytes]) -> str:
    """SHA-256 of files and their places, in hexadecimal digits; it changes with any byte of them."""
    digest = hashlib.sha256()
    for place, text in files.items():
        digest.update(f"{place}:{len(text)}:".encode())
        digest.update(text)
    return digest.hexdigest()


@functools.cache
def package_digest(root: Path = PACKAGE) -> str:
    """`digest_of` all modules of the package; found once in a process."""
    return digest_of(package_files(root))


def source_digest(memory: Path, root: Path = PACKAGE) -> str:
    """`digest_of` the package's `kernel_sources`, as it is remembered in the folder `memory`, or found now and remembered there.

    A folder that others could write to, or that cannot be written, remembers nothing.
    """
    files = package_files(root)
    whole = digest_of(files)
    place = memory / MEMORY
    with contextlib.suppress(OSError, UntrustedError):
        require_trusted(memory)
        known = read_trusted(place, _MOST_BYTES)
        found = known[len(_FORM) :][64:128].decode("ascii", "replace")
        if known == _content_of_memory(whole, found):
            return found
    found = digest_of(kernel_sources(files))
    with contextlib.suppress(OSError, UntrustedError):
        make_trusted(memory)
        write_trusted(place, _content_of_memory(whole, found))
    return found


def _content_of_memory(whole: str, found: str) -> bytes:
    """Both digests, and one of both, by which a file that is damaged does not count."""
    both = (whole + found).encode()
    return _FORM + both + hashlib.sha256(both).hexdigest().encode()
