"""All kernels of the program, those of the compiled path of `compute`, and when that path pays.

`runtime.kernel_set` has the rule that all kernels are loaded and compiled by, with its costs. Here it is applied to whole computations.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pi_engine.runtime.kernel_set import KernelSet
from pi_engine.runtime.progress import silent

if TYPE_CHECKING:
    from pi_engine.runtime.progress import Progress

LOADED_DIGITS = 20_000
"""With the kernels in this process."""

STORED_DIGITS = 800_000
"""With the kernels in the user's cache: importing numpy and LLVM and loading them takes about 0.3 s."""

COMPILED_DIGITS = 70_000_000
"""With nothing compiled yet: compilation takes about a minute, and so does the plain path of so many digits."""

COMPILATION_SECONDS = 60
"""About how long `prepare` takes where nothing is stored."""

FAST_PATH = KernelSet(
    "pi_engine.bigint.transform_kernels:TRANSFORM_KERNELS",
    "pi_engine.bigint.transform_kernels:RESIDUE_KERNELS",
    "pi_engine.splitting.tree_kernels:TREE_KERNELS",
    "pi_engine.radix.conversion_kernels:TO_DIGITS_KERNELS",
)
"""All that `compute` calls on the compiled path."""

ALL_KERNELS = KernelSet(
    "pi_engine.bigint.transform_kernels:TRANSFORM_KERNELS",
    "pi_engine.bigint.transform_kernels:RESIDUE_KERNELS",
    "pi_engine.splitting.tree_kernels:TREE_KERNELS",
    "pi_engine.radix.conversion_kernels:TO_DIGITS_KERNELS",
    "pi_engine.radix.conversion_kernels:FROM_DIGITS_KERNELS",
    "pi_engine.radix.conversion_kernels:TEXT_KERNELS",
    "pi_engine.verify.bbp_kernels:BBP_KERNELS",
    "pi_engine.verify.bbp_kernels:RESIDUE_KERNELS",
)
"""Also the way back from digits to integers, digit files, and BBP."""


def fast_path_pays(digits: int) -> bool:
    """Whether a computation of so many decimal digits is finished sooner on the compiled path, as things stand."""
    if digits < LOADED_DIGITS:
        return False
    loaded = FAST_PATH.is_loaded()
    if digits < STORED_DIGITS and not loaded:
        return False
    from pi_engine.bigint.product import transform_is_usable

    return transform_is_usable() and (loaded or digits >= COMPILED_DIGITS or fast_path_is_stored())


def plain_path_seconds(digits: int) -> float:
    """About how long GMP alone takes for so many digits: 0.4 s for 10^6, 6 s for 10^7, 90 s for 10^8, on Zen 4."""
    return float(6.0 * (digits / 1e7) ** 1.18)


def fast_path_is_stored() -> bool:
    """Whether a run on the compiled path has nothing to compile: its kernels are loaded, or stored for this machine and these sources."""
    return FAST_PATH.is_stored()


def prepare_fast_path(progress: Progress = silent) -> None:
    """Load the compiled path. Compile and store what is missing of it, and say so before, as a log record.

    All of it: some kernels are called in rare cases only, and as long as they are missing no other process finds the path stored.
    And first of all: with its kernels loaded, every product of the computation goes through the transform from its crossover on.
    """
    FAST_PATH.ready(progress)


def prepare(progress: Progress | None = None) -> None:
    """Compile all kernels of the program for this machine, once, about a minute; or load them, 0.3 s.

    Nothing else makes small work wait for a compiler: without kernels GMP computes, and only what would take GMP longer than
    the compilation takes compiles them first. A log record of "pi_engine" says so before each wait.

    Args:
        progress: called as ("compilation", done, total): how many kernels have been compiled, of how many.
    """
    from pi_engine.bigint.product import transform_is_usable

    if not transform_is_usable():
        logging.getLogger("pi_engine").warning(
            "pi-engine: this processor has no fused multiply-add, or PI_ENGINE_TRANSFORM=0 is set: "
            "GMP computes at every size, and there is nothing to compile"
        )
        return
    ALL_KERNELS.ready(silent if progress is None else progress)
