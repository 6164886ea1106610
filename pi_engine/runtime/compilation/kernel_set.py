"""Whether work is done by kernels or by GMP: the one rule, for all that could load or compile any.

Kernels are faster above the crossovers that their callers know, but first a process has to load them, and a machine to
compile them. So the rule compares the seconds that the work takes without them to those that pass before they can begin:
  loaded        0: they are used
  stored        `FIRST_LOADING_SECONDS`, nearly all of it for importing numpy and LLVM, or `LOADING_SECONDS` where both are there
  not stored    `compiler_pool.compiling_seconds` of those that are missing

A process that goes on earns the loading back later, and nobody knows whether it will. So stored kernels are also loaded when the
calls so far have spent the loading's time on GMP: then the wait and the work before it are at most twice the smaller of
both, whatever comes. Compiling is too long for such a bet. It happens where one call alone is longer, or on request
(`pi_engine.prepare`, `pi-engine tune`).

Nothing here imports LLVM, numpy or Numba before the work is long enough to pay for it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from pi_engine.runtime.limits.memory import library_is_imported
from pi_engine.runtime.progress import silent

if TYPE_CHECKING:
    from types import ModuleType

    from pi_engine.runtime.compilation.object_code import StoredKernel
    from pi_engine.runtime.progress import Progress

FIRST_LOADING_SECONDS = 0.3
"""0.2 s of processor time on Zen 4, where numpy, LLVM and the digest of the sources each take about 0.05 s; and cold files."""

LOADING_SECONDS = 0.01
"""Loading all kernels of a computation takes as long, once LLVM is there."""


class KernelUse(NamedTuple):
    """Whether work loads kernels, and whether it compiles any: both take memory."""

    load: bool
    compile: bool

    def __or__(self, other: KernelUse) -> KernelUse:
        """The use of kernels that both kinds of work make together."""
        return KernelUse(self.load or other.load, self.compile or other.compile)


class KernelSet:
    """The kernels that one kind of work needs, given as "module:NAME" of the tuples that list them."""

    _modules: ClassVar[dict[str, ModuleType]] = {}  # those whose kernels any set has listed; no others are loaded

    def __init__(self, *places: str) -> None:
        self._places = [place.split(":") for place in places]
        self._loaded = False
        self._spent = 0.0  # seconds that calls have spent on GMP; to be lost at will

    def kernels(self) -> list[StoredKernel]:
        """All of them; importing their modules imports LLVM."""
        listed: list[StoredKernel] = []
        for module, name in self._places:
            if module not in self._modules:
                self._modules[module] = importlib.import_module(module)
            listed += getattr(self._modules[module], name)
        return list(dict.fromkeys(listed))

    def loaded(self) -> bool:
        """Whether a call of any of them begins at once; imports nothing."""
        if not self._loaded and all(module in self._modules for module, _ in self._places):
            self._loaded = all(kernel.is_loaded() for kernel in self.kernels())
        return self._loaded

    def stored(self) -> bool:
        """Whether none of them has to be compiled."""
        return all(kernel.is_stored() for kernel in self.kernels())

    def missing_seconds(self) -> float:
        """About how long it takes to compile those that are not stored."""
        missing = [kernel for kernel in self.kernels() if not kernel.is_stored()]
        if not missing:
            return 0.0
        from pi_engine.runtime.compilation import compiler_pool

        return compiler_pool.compiling_seconds(missing, compiler_pool.process_count(missing))

    def pays_for(self, seconds: float) -> bool:
        """Whether to use the kernels for work that takes so long without them. If so, they are loaded or compiled now."""
        if self.loaded():
            return True
        if seconds < self._loading_seconds() or seconds < self.missing_seconds():
            return False
        self.load()
        return True

    def would_compile(self, seconds: float) -> bool:
        """Whether work that takes so long without the kernels would compile some; nothing is."""
        if self.loaded() or seconds < self._loading_seconds():
            return False
        return 0 < self.missing_seconds() <= seconds

    def use(self, seconds: float) -> KernelUse:
        """What work that takes so long without the kernels does with them; nothing is loaded, and nothing compiled."""
        if self.loaded():
            return KernelUse(load=True, compile=False)
        # Looking may import LLVM, and must not change the answer.
        if seconds < (LOADING_SECONDS if library_is_imported("numpy") else FIRST_LOADING_SECONDS):
            return KernelUse(load=False, compile=False)
        compiles = self.would_compile(seconds)
        return KernelUse(load=compiles or self.stored(), compile=compiles)

    def pays_for_another(self, seconds: float) -> bool:
        """Whether to use the kernels for one of many calls: stored ones are also loaded when all calls together were long enough."""
        if self.pays_for(seconds):
            return True
        self._spent += seconds
        if self._spent < self._loading_seconds() or not self.stored():
            return False
        self.load()
        return True

    def load(self, progress: Progress = silent, memory: int | None = None, threads: int | None = None) -> None:
        """Load or compile all of them now; what has to be compiled is announced, and `progress` is called for each kernel.

        `memory`: how many bytes this process and those that compile may take; None for all that there is. `threads`: on how many cores
        they may compile; None for all.
        """
        from pi_engine.runtime.compilation.preparation import make_ready

        make_ready(self.kernels(), progress, memory, threads)

    def _loading_seconds(self) -> float:
        return LOADING_SECONDS if self._modules and library_is_imported("numpy") else FIRST_LOADING_SECONDS
