"""The backend of `compute`: compiled kernels where they pay, and GMP alone elsewhere.

A computation takes the compiled path from 20 000 digits where its kernels are loaded, and from 800 000 where they are stored. Where they
are yet to be compiled, it does from the size at which it saves as much time as that takes: 31 million digits where two processes
compile, 44 million where one does. Below that, and where the compiled path does not fit in memory, it takes the plain path, by
GMP alone. `Backend.pays` says so. The plan asks it once, and `Plan.compiled` tells everything below which path is taken.
"""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Literal

from pi_engine.bigint import product
from pi_engine.runtime.compilation.kernel_set import KernelSet
from pi_engine.runtime.progress import silent

if TYPE_CHECKING:
    from pi_engine.runtime.progress import Progress

LOADED_DIGITS = 20_000
"""Digits from which the compiled path is taken where its kernels are loaded in this process."""

STORED_DIGITS = 800_000
"""Digits from which the compiled path is taken where its kernels are stored in the user's cache. Importing numpy and LLVM and
loading the kernels takes about 0.3 s."""

_SAVED_SECONDS, _SAVED_POWER = 6.6, 1.14
"""What the compiled path saves of the plain one's time: this many seconds at 10^7 digits, and 90 at 10^8, on Zen 4 and with two threads
(`planning.forecast`). The kernels' seconds are of that machine, too."""


class Backend(KernelSet):
    """The kernels that a whole computation needs, and when they pay.

    All of them are loaded or compiled at once, and first of all: some are called in rare cases only, and as long as those
    are missing no other process finds the rest complete. With them loaded, every product of the computation goes through
    the transform from its crossover on.
    """

    def usable(self) -> bool:
        """Whether this machine's processor and libraries can run the kernels; looking may import LLVM."""
        return product.transform_is_usable()

    def least_digits(self) -> int | None:
        """From how many decimal digits the compiled path is the faster one, as things stand; None where it is never taken."""
        if not self.usable():
            return None
        if self.loaded():
            return LOADED_DIGITS
        return STORED_DIGITS if self.stored() else self._digits_worth_compiling()

    def _digits_worth_compiling(self) -> int:
        millions = 10 * math.pow(self.missing_seconds() / _SAVED_SECONDS, 1 / _SAVED_POWER)
        return max(STORED_DIGITS, 10**6 * round(millions))

    def pays(self, digits: int) -> bool:
        """Whether a computation of a given number of decimal digits is finished sooner on the compiled path, as things stand."""
        if digits < LOADED_DIGITS or (digits < STORED_DIGITS and not self.loaded()):
            return False  # without importing LLVM
        least = self.least_digits()
        return least is not None and digits >= least

    def state(self) -> Literal["loaded", "stored", "to be compiled"]:
        """Where the kernels are: loaded in this process, stored in the user's cache, or yet to be compiled."""
        if self.loaded():
            return "loaded"
        return "stored" if self.stored() else "to be compiled"

    @staticmethod
    def version() -> str:
        """Versions and a digest of all that the machine code of the kernels depends on; looking imports LLVM."""
        from pi_engine.runtime.compilation.kernel_folder import cache_key

        return cache_key()


_COMPUTATION = (
    "pi_engine.bigint.fft.fourier_kernels:FOURIER_KERNELS",
    "pi_engine.bigint.ntt.transform_kernels:TRANSFORM_KERNELS",
    "pi_engine.bigint.residues.stored_residues:RESIDUE_KERNELS",
    "pi_engine.splitting.kernels.tree_kernels:TREE_KERNELS",
    "pi_engine.radix.kernels.conversion_kernels:TO_DIGITS_KERNELS",
)

BACKEND = Backend(*_COMPUTATION)
"""The backend of this process."""

ALL_KERNELS = KernelSet(
    *_COMPUTATION,
    "pi_engine.radix.kernels.conversion_kernels:FROM_DIGITS_KERNELS",
    "pi_engine.radix.kernels.conversion_kernels:TEXT_KERNELS",
    "pi_engine.proof.bbp.bbp_kernels:BBP_KERNELS",
    "pi_engine.proof.bbp.bbp_kernels:RESIDUE_KERNELS",
    "pi_engine.search.kernels.search_kernels:SEARCH_KERNELS",
    "pi_engine.statistics.count_kernels:COUNT_KERNELS",
)
"""All kernels of the program: the backend's, those back from digits to integers, of digit files, BBP, searching and counting."""


def prepare(progress: Progress | None = None) -> None:
    """Compile all kernels of the program for this machine, which takes about half a minute, once; or load them in 0.3 s.

    Small work never waits for a compiler otherwise. Without kernels GMP computes. Only work that would take GMP longer than
    the compilation compiles them first. A log record of "pi_engine" says so before each wait.

    Args:
        progress: called as ("compilation", done, total): how many kernels have been compiled, of how many.
    """
    if not BACKEND.usable():
        logging.getLogger("pi_engine").warning(
            "pi-engine: this processor has no fused multiply-add, or PI_ENGINE_TRANSFORM=0 is set: "
            "GMP computes at every size, and there is nothing to compile"
        )
        return
    ALL_KERNELS.load(silent if progress is None else progress)
