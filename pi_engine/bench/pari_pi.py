"""PARI's π: by cypari where that is installed, else by the program `gp`, which stays open and is asked through a pipe."""

from __future__ import annotations

import contextlib
import importlib.util
import re
import shutil
import subprocess
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from pi_engine.errors import PiEngineError

if TYPE_CHECKING:
    from collections.abc import Callable

_BITS_PER_DIGIT = 3.3219281
_SPARE_DIGITS = 10
_ASK_SECONDS = 10.0
_STACK_BYTES_PER_DIGIT, _STACK_BYTES = 100, 64 << 20
"""PARI's numbers are on a stack of its own. π took 32 bytes of it a digit at 10^6 digits (2.15)."""


@cache
def pari_version() -> str | None:
    """PARI's version and where it is from, or None if there is none."""
    if importlib.util.find_spec("cypari") is not None:
        from cypari import pari

        return f"{'.'.join(map(str, pari.version()))} of cypari {version('cypari')}"
    program = shutil.which("gp")
    if program is None:
        return None
    try:
        said = subprocess.run(  # noqa: S603 (the user's own)
            [program, "--version-short"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_ASK_SECONDS,
            check=False,
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return None
    return f"{said} of gp" if re.fullmatch(r"\d+(\.\d+)+", said) else None  # else it is another program of that name


def pari_pi(digits: int) -> Callable[[], str]:
    """What computes π by PARI, and returns `3.` and the digits; PARI keeps π between calls."""
    if importlib.util.find_spec("cypari") is not None:
        return _by_cypari(digits)
    gp = Gp(_stack_bytes(digits))

    def run() -> str:
        return gp.answer(f"default(realprecision, {digits + _SPARE_DIGITS}); print(Pi)")[: digits + 2]

    return run


def is_elsewhere() -> bool:
    """Whether PARI runs in a process of its own, whose memory is not that of this one."""
    return importlib.util.find_spec("cypari") is None


def _stack_bytes(digits: int) -> int:
    return _STACK_BYTES + _STACK_BYTES_PER_DIGIT * digits


class Gp:
    """The program `gp`, until this object is gone: it ends where its input does."""

    def __init__(self, stack_bytes: int) -> None:
        """Start it with a stack of this size. It takes memory for the stack as it needs it."""
        command = ["gp", "-q", "-f", "-s", str(stack_bytes), "--default", "breakloop=0"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(  # noqa: S603 (the user's own)
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
        )

    def answer(self, question: str) -> str:
        """The line that it prints for a line of its language.

        Raises:
            PiEngineError: it has ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(f"{question}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            line = ""
        else:
            line = self._process.stdout.readline()
        if not line:
            raise PiEngineError("gp has ended without an answer: try `gp -q -f` by hand")
        return line.rstrip("\n")

    def __del__(self) -> None:
        """Close its input, and wait for its end."""
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate()


def _by_cypari(digits: int) -> Callable[[], str]:
    from cypari import pari

    size = _stack_bytes(digits)
    if pari.stacksize() < size:
        pari.allocatemem(size, size, silent=True)

    def run() -> str:
        before = pari.set_real_precision(digits + _SPARE_DIGITS)
        try:
            bits = int((digits + _SPARE_DIGITS) * _BITS_PER_DIGIT) + 64
            return str(pari.pi(precision=bits))[: digits + 2]
        finally:
            pari.set_real_precision(before)

    return run
