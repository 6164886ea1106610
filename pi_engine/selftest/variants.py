"""The variants of kernels that this processor can run.

Kernels differ in three ways by what `kernel_folder` says of the processor. With AVX-512 and IFMA, which multiplies 52 bits, eight subtrees
are summed side by side. With AVX-512, long rows and residues go through vectors of eight numbers, else of four. Without fused multiply-add,
LLVM calls the function of the C library. Besides, LLVM makes other machine code for each level of instructions. A variant that is not
this processor's own is compiled for a level (x86-64, x86-64-v3, x86-64-v4), so that a shell can repeat it in one short line.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import llvmlite.binding

from pi_engine.bigint import product
from pi_engine.runtime.compilation.kernel_folder import cpu
from pi_engine.runtime.compilation.provenance.feature_levels import X86_LEVELS, host_features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.runtime.compilation.provenance.feature_levels import Level


@dataclass(frozen=True)
class Variant:
    """A variant of kernels.

    Attributes:
        name: in reports.
        title: what is tested, in words.
        threads: how many; None for the number that the user has chosen.
        environment: what chooses it; nothing for the kernels that this process uses.
    """

    name: str
    title: str
    threads: int | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, arguments: Sequence[str]) -> str:
        """The line of a shell that runs the self-test with these arguments in this variant."""
        settings = [f"{name}={shlex.quote(value) if value else ''}" for name, value in self.environment.items()]
        threads = [] if self.threads is None else ["--threads", str(self.threads)]
        return " ".join([*settings, "pi-engine", "selftest", *map(shlex.quote, [*threads, *arguments])])


def is_x86() -> bool:
    """Whether kernels are compiled for x86 with 64 bits; other processors have one variant."""
    return bool(llvmlite.binding.get_default_triple().startswith("x86_64"))


def variants(threads: int) -> list[Variant]:
    """Those that this processor can run; first what this process uses, with a given number of threads and with one."""
    own, level = _own()
    chosen = [own]
    if threads > 1:
        chosen.append(Variant(f"{own.name}, one thread", f"{own.title}, one thread", threads=1))
    if is_x86():
        here = host_features()
        chosen += [
            Variant(
                other.name,
                f"kernels for processors with {other.title}",
                environment={
                    "NUMBA_CPU_NAME": other.processor,
                    "NUMBA_CPU_FEATURES": other.features,
                    "PI_ENGINE_TRANSFORM": "1",
                },
            )
            for other in X86_LEVELS
            if other is not level and other.needs <= here
        ]
    return chosen


def _own() -> tuple[Variant, Level | None]:
    """What this process uses, and which level it is, if it is one."""
    if not product.transform_is_usable():
        return Variant("gmp", "GMP alone, as here"), None
    if not is_x86():
        return Variant("own", "the kernels that are used here"), None
    features = cpu()[1].split(",")
    level = next(level for level in X86_LEVELS if not level.mark or f"+{level.mark}" in features)
    return Variant(level.name, f"the kernels that are used here ({level.title})"), level
