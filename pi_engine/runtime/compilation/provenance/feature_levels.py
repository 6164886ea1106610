"""Levels of instructions that kernels are compiled for, and what this processor has."""

from __future__ import annotations

from typing import NamedTuple

import llvmlite.binding


class Level(NamedTuple):
    """Kernels for one kind of processor.

    Attributes:
        name: in reports.
        title: the instructions, in words.
        mark: the feature that the program asks for; "" where it asks for none.
        needs: the features that a processor must have to run them, by LLVM's names: all that LLVM takes for granted there.
        processor: the level of instructions, by LLVM's name.
        features: what is said beside the level, because the program looks for it there.
    """

    name: str
    title: str
    mark: str
    needs: frozenset[str]
    processor: str
    features: str


_V1 = frozenset({"cmov", "cx8", "fxsr", "mmx", "sse", "sse2"})
_V2 = _V1 | {"crc32", "cx16", "popcnt", "sahf", "sse3", "sse4.1", "sse4.2", "ssse3"}
_V3 = _V2 | {"avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "xsave"}
_V4 = _V3 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}

X86_LEVELS = (
    Level(
        "avx512-ifma", "AVX-512 with IFMA", "avx512ifma", _V4 | {"avx512ifma"}, "x86-64-v4", "+fma,+avx2,+avx512f,+avx512ifma"
    ),
    Level("avx512", "AVX-512 without IFMA", "avx512f", _V4, "x86-64-v4", "+fma,+avx2,+avx512f"),
    Level("avx2", "AVX2 and FMA", "fma", _V3, "x86-64-v3", "+fma,+avx2"),
    Level("no-fma", "no FMA and no AVX", "", frozenset(), "x86-64", ""),
)  # fmt: skip
"""From the newest on. `needs` are those of the x86-64 psABI."""

ARM_LEVELS = (Level("neon", "NEON", "", frozenset(), "generic", ""),)
"""Every processor with 64-bit Arm that Linux runs on has what LLVM takes for granted there. Nothing is asked of the processor: what LLVM
says of it comes from /proc/cpuinfo, which an emulator has from its host."""

LEVELS = {"linux-x86_64": X86_LEVELS, "linux-aarch64": ARM_LEVELS}
"""By the name that `shipped_code.platform_name` gives a platform."""


def host_features() -> frozenset[str]:
    """The instructions of this processor, by LLVM's names."""
    return frozenset(name for name, there in llvmlite.binding.get_host_cpu_features().items() if there)
