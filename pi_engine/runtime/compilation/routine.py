"""Everything that is decided about compiling Numba kernels, in one place.

All functions that Numba compiles are decorated as `routine`, or, if Python calls them, as `kernel`: `object_code.StoredKernel` compiles
these, and keeps their machine code between processes. Numba's own cache is not used: its files are pickles, and to read a pickle is
to run what it says.

Importing this module imports Numba; only kernel modules do so.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any

import numba
from numba.core.compiler_lock import global_compiler_lock

from pi_engine.runtime.compilation.kernel_folder import LOCK, cpu
from pi_engine.runtime.compilation.provenance.shipped_code import shipped

if TYPE_CHECKING:
    from collections.abc import Callable

if shipped().level is not None:
    # What is compiled beside machine code that the installation brings along is for the same level: both ask `kernel_folder` for it.
    numba.config.CPU_NAME, numba.config.CPU_FEATURES = cpu()

OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": False, "boundscheck": False, "error_model": "numpy"}


def routine(function: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Compile `function` on its first call, or into the routines that call it, without the GIL; nothing of it is stored.

    Usable as `@routine` and as `@routine(inline="always")`; options are those of `numba.njit` and override `OPTIONS`.

    It makes no array and counts no references, unless `_nrt=True` says so: otherwise the first caller's choice would be every caller's,
    and a kernel without Numba's runtime (`object_code`) could not be stored after one with it.
    """
    if function is None:
        return functools.partial(routine, **options)
    return numba.njit(**{**OPTIONS, "_nrt": False, **options})(function)


def kernel(signature: str) -> Callable[[Callable[..., Any]], Any]:
    """A routine that Python calls as well, as a `StoredKernel` of this type, such as "int64(uint64[::1], float64)"."""

    def declared(function: Callable[..., Any]) -> Any:
        made = routine(function)
        made.kernel_signature = signature
        return made

    return declared


def _hold_compiler() -> None:
    LOCK.acquire()
    global_compiler_lock.acquire()


def _let_compiler_go() -> None:
    global_compiler_lock.release()
    LOCK.release()


# A child forked while another thread compiles would inherit Numba's lock, which nobody there would release, and LLVM half-way
# through its work. So a fork waits until the compilation is done. The locks are taken in the order in which compiling takes them.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hold_compiler, after_in_parent=_let_compiler_go, after_in_child=_let_compiler_go)
