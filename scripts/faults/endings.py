"""How a computation ends, as a user's does, and what is then judged: a result in Python, output of the command, or a file."""

from __future__ import annotations

import functools
import gzip
import io
import json
import lzma
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import gmpy2
import zstandard

from pi_engine.cli.main import run
from pi_engine.digits.ycd.ycd_header import header_bytes
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD, digit_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.engine.result import ComputeResult

Ending = Literal["result", "stdout", "layout", "json", "text", "gz", "xz", "zst", "ycd", "set"]
Judgement = Literal["caught", "repaired", "harmless", "late", "wrong", "error"]

M61 = 2**61 - 1
FILES: frozenset[Ending] = frozenset({"text", "gz", "xz", "zst", "ycd", "set"})
COMMANDS: dict[Ending, tuple[str, ...]] = {
    "stdout": ("-o", "-"),
    "layout": ("--all", "--columns", "50", "--group", "10"),
    "json": ("--json",),
}
"""Options of `compute` by which the command writes to stdout."""

_UNPACK: dict[Ending, Callable[[bytes], bytes]] = {
    "gz": gzip.decompress,
    "xz": lzma.decompress,
    "zst": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}
_SHOWN = 50
_OTHER_FAILURE = 1


class Outcome(NamedTuple):
    """What has come of a fault, and more of it.

    caught: an error of the engine instead of digits. repaired: the right digits, and a step that was made again. harmless: the right
    digits. late: wrong digits in a result of `compute` whose
    own residues tell: they were changed after the last check, in what has been handed over. wrong: wrong digits, and nothing tells.
    error: another exception.
    """

    judgement: Judgement
    detail: str = ""


@functools.cache
def text_of_pi(digits: int, base: int) -> str:
    """π by MPFR's own algorithm, an AGM: `3.` and so many digits, truncated."""
    text, _, _ = gmpy2.const_pi(digits * 4 + 256).digits(base)
    return f"3.{text[1 : digits + 1]}".upper()


@functools.cache
def hash_of_pi(digits: int, base: int) -> int:
    """The digits of π as one integer, modulo 2^61 − 1."""
    return _residue(text_of_pi(digits, base), base, M61)


def judged_result(result: ComputeResult) -> Outcome:
    """Whether a result has the digits and the hash of π."""
    text, right = result.text(), text_of_pi(result.digits, result.base)
    if text == right:
        same = result.hash == hash_of_pi(result.digits, result.base)
        return _right(result) if same else Outcome("wrong", "the hash is wrong")
    tells = [_residue(text, result.base, modulus) != value for modulus, value in (result.residues or {}).items()]
    return Outcome("late") if any(tells) else Outcome("wrong", _difference(text, right))


def judged_file(result: ComputeResult, ending: Ending) -> Outcome:
    """Whether the file that is written of a result has the digits of π, and nothing else."""
    with tempfile.TemporaryDirectory(dir=_folder()) as folder:
        if ending == "set":
            result.write(Path(folder, "pi.ycd"), block_size=_set_size(result.base))
            found = b"".join(path.read_bytes() for path in sorted(Path(folder, "pi").iterdir()))
        else:
            path = Path(folder, f"pi.{ending}")
            result.write(path, format=ending)
            found = _unpacked(path.read_bytes(), ending)
    right = _expected_file(result.digits, result.base, ending)
    return _right(result) if found == right else Outcome("wrong", f"the {ending} file is wrong")


def _right(result: ComputeResult) -> Outcome:
    return Outcome("repaired", "; ".join(map(str, result.repairs))) if result.repairs else Outcome("harmless")


def judged_command(digits: int, base: int, ending: Ending, *options: str) -> Outcome:
    """Whether what the command writes to stdout is π, where it exits with 0."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="surrogateescape"), io.StringIO()
    command = ["compute", str(digits), "--base", str(base), *options, *COMMANDS[ending]]
    with (
        tempfile.TemporaryDirectory(dir=_folder()) as folder,
        chdir(folder),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = run(command)
    out.flush()
    if code:
        return Outcome("error" if code == _OTHER_FAILURE else "caught", f"exit code {code}: {err.getvalue()[:200]}")
    found, right = out.buffer.getvalue().decode("latin-1"), text_of_pi(digits, base)
    if ending == "json":
        fields = json.loads(found)
        found = "".join(str(fields[name]) for name in ("value_start", "value_end", "hash"))
        right = f"{right[2 : 2 + _SHOWN]}{right[-_SHOWN:]}{hash_of_pi(digits, base)}"
    elif ending == "layout":
        found = "".join(found.split())
    if found != right:
        return Outcome("wrong", _difference(found, right))
    repeated = [line for line in err.getvalue().splitlines() if line.startswith("pi-engine: repeated: ")]
    return Outcome("repaired", "; ".join(repeated)) if repeated else Outcome("harmless")


def _set_size(base: int) -> int:
    return 40 * DIGITS_PER_WORD[base]


def _unpacked(data: bytes, ending: Ending) -> bytes:
    try:
        return _UNPACK[ending](data) if ending in _UNPACK else data
    except (OSError, EOFError, lzma.LZMAError, zstandard.ZstdError):
        return b""


@functools.cache
def _expected_file(digits: int, base: int, ending: Ending) -> bytes:
    text = text_of_pi(digits, base)
    if ending not in {"ycd", "set"}:
        return text.encode()
    size = digits if ending == "ycd" else _set_size(base)
    blocks = [text[start : start + size] for start in range(2, len(text), size)]
    headers = [header_bytes(base, size, i, 0 if len(block) == size else digits) for i, block in enumerate(blocks)]
    return b"".join(header + digit_words(block, base).tobytes() for header, block in zip(headers, blocks, strict=True))


def _difference(found: str, right: str) -> str:
    place = next((i for i, (a, b) in enumerate(zip(found, right, strict=False)) if a != b), min(len(found), len(right)))
    return f"from character {place} on, {found[place : place + 10]!r} for {right[place : place + 10]!r}"


def _residue(text: str, base: int, modulus: int) -> int:
    try:
        return int(gmpy2.mpz(text.replace(".", ""), base) % modulus)
    except ValueError:
        return -1


def _folder() -> str | None:
    """Where files need no disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (a folder of our own is made there)
