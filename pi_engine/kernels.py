"""When the compiled path of the engine pays: it is faster, but its kernels must be compiled once, and loaded."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.runtime.object_code import StoredKernel

LOADED_DIGITS = 20_000
"""With the kernels in this process."""

STORED_DIGITS = 800_000
"""With the kernels in the user's cache: importing numpy and LLVM and loading them takes about 0.3 s."""

COMPILED_DIGITS = 20_000_000
"""With nothing compiled yet: compilation takes about a minute, and so does the plain path at three times as many."""


def fast_path_pays(digits: int) -> bool:
    """Whether a computation of so many decimal digits is finished sooner on the compiled path, as things stand."""
    if digits < LOADED_DIGITS:
        return False
    if "pi_engine.splitting.fast_tree" in sys.modules:
        return True
    if digits < STORED_DIGITS:
        return False
    from pi_engine.bigint.product import transform_is_usable

    return transform_is_usable() and (digits >= COMPILED_DIGITS or fast_path_is_stored())


def fast_path_kernels() -> list[StoredKernel]:
    """All that `compute` calls on the compiled path; importing them needs neither numpy nor Numba."""
    from pi_engine.bigint.transform_kernels import RESIDUE_KERNELS, TRANSFORM_KERNELS
    from pi_engine.radix.conversion_kernels import TO_DIGITS_KERNELS
    from pi_engine.splitting.tree_kernels import TREE_KERNELS

    return [*TRANSFORM_KERNELS, *RESIDUE_KERNELS, *TREE_KERNELS, *TO_DIGITS_KERNELS]


def fast_path_is_stored() -> bool:
    """Whether the kernels of the compiled path have been compiled and stored for this machine and these sources."""
    return all(kernel.is_stored() for kernel in fast_path_kernels())


def fast_path_is_ready() -> bool:
    """Whether a run on the compiled path has nothing to compile."""
    return "pi_engine.splitting.fast_tree" in sys.modules or fast_path_is_stored()


def prepare_fast_path() -> None:
    """Compile and store what is missing of the compiled path, and say so before, as a log message.

    All of it: some kernels are called in rare cases only, and as long as they are missing no other process finds the path stored.
    """
    import logging

    logging.getLogger("pi_engine").warning("pi-engine: compiling for this machine, once: about a minute")
    for kernel in fast_path_kernels():
        if not kernel.is_stored():
            kernel.ready()


def compile_fast_path(notice: Callable[[str], object] | None = None) -> None:
    """Compile and store the kernels of the compiled path, of the way back from digits to integers, of digit files, of BBP."""
    from pi_engine.radix.conversion_kernels import FROM_DIGITS_KERNELS, TEXT_KERNELS
    from pi_engine.verify.bbp_sum import BBP_KERNEL

    kernels = [*fast_path_kernels(), *FROM_DIGITS_KERNELS, *TEXT_KERNELS, BBP_KERNEL]
    if notice is not None and not all(kernel.is_stored() for kernel in kernels):
        notice("compiling the fast path of 'compute' for this machine: about a minute")
    for kernel in kernels:
        kernel.ready()
