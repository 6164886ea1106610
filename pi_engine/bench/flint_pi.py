"""FLINT's π: by python-flint where that is installed, else by the system's library and ctypes.

FLINT 3 holds Arb, whose numbers these are; before that Arb is a library of its own, called flint-arb or arb.
"""

from __future__ import annotations

import ctypes
import importlib.util
import math
from ctypes.util import find_library
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_SPARE_DIGITS = 10
_NO_RADIUS = 2
"""Arb's flag for text without an error bound."""


class SystemLibraries(NamedTuple):
    """FLINT, and what holds Arb, which may be the same; the file of the first."""

    flint: ctypes.CDLL
    arb: ctypes.CDLL
    file: str


def flint_version() -> str | None:
    """FLINT's version and where it is from, or None if there is none."""
    if importlib.util.find_spec("flint") is not None:
        import flint

        return f"{flint.__FLINT_VERSION__} of python-flint {version('python-flint')}"
    found = system_libraries()
    if found is None:
        return None
    number = ctypes.string_at(ctypes.addressof(ctypes.c_char.in_dll(found.flint, "flint_version")))
    return f"{number.decode('ascii')} of {found.file}"


def flint_pi(digits: int, threads: int) -> Callable[[], str]:
    """What computes π by FLINT on a given number of threads, and returns `3.` and the digits; FLINT keeps π between calls."""
    if importlib.util.find_spec("flint") is not None:
        return _by_python_flint(digits, threads)
    found = system_libraries()
    assert found is not None, "only where there is a version"
    return _by_ctypes(found, digits, threads)


@cache
def system_libraries() -> SystemLibraries | None:
    """FLINT as the system has it, or None."""
    file = find_library("flint")
    if file is None:
        return None
    for holder in (file, find_library("flint-arb"), find_library("arb")):
        if holder is not None:
            try:
                libraries = SystemLibraries(ctypes.CDLL(file), ctypes.CDLL(holder), file)
                _declare(libraries)
            except (OSError, AttributeError):  # it cannot be loaded, or is not the one that has these functions
                continue
            return libraries
    return None


def _declare(libraries: SystemLibraries) -> None:
    """Tell ctypes the types of the functions.

    Raises:
        AttributeError: one of them is not there.
    """
    flint, arb, _ = libraries
    number = ctypes.c_void_p
    flint.flint_set_num_threads.argtypes = [ctypes.c_int]
    flint.flint_free.argtypes = [ctypes.c_void_p]
    arb._arb_vec_init.argtypes, arb._arb_vec_init.restype = [ctypes.c_long], number  # noqa: SLF001 (Arb's name)
    arb._arb_vec_clear.argtypes = [number, ctypes.c_long]  # noqa: SLF001
    arb.arb_const_pi.argtypes = [number, ctypes.c_long]
    arb.arb_get_str.argtypes = [number, ctypes.c_long, ctypes.c_ulong]
    arb.arb_get_str.restype = ctypes.c_void_p


def _by_python_flint(digits: int, threads: int) -> Callable[[], str]:
    import flint

    context: Any = flint.ctx

    def run() -> str:
        before = context.threads, context.dps
        try:
            context.threads, context.dps = threads, digits + _SPARE_DIGITS
            text: str = flint.arb.pi().str(digits + 5, radius=False)
            return text[: digits + 2]
        finally:
            context.threads, context.dps = before

    return run


def _by_ctypes(libraries: SystemLibraries, digits: int, threads: int) -> Callable[[], str]:
    flint, arb, _ = libraries
    bits = math.ceil((digits + _SPARE_DIGITS) * math.log2(10)) + 1

    def run() -> str:
        flint.flint_set_num_threads(threads)
        number = arb._arb_vec_init(1)  # noqa: SLF001
        try:
            arb.arb_const_pi(number, bits)
            text = arb.arb_get_str(number, digits + 5, _NO_RADIUS)
            try:
                return ctypes.string_at(text, digits + 2).decode("ascii")
            finally:
                flint.flint_free(text)
        finally:
            arb._arb_vec_clear(number, 1)  # noqa: SLF001
            flint.flint_set_num_threads(1)

    return run
