"""Widths of numbers side by side (`interleaved`), which kernels and those who call them share.

Imports LLVM to ask for the processor, which a process that only plans does without: hence not in `widths`.
"""

from pi_engine.runtime.compilation.kernel_folder import has_avx2, has_fma, has_ifma

LANES = 8
"""Numbers side by side."""

DIGIT_BITS = 52 if has_ifma() else 51
"""Bits of their digits: what the processor's instruction multiplies, or what doubles do (`interleaved`)."""

BY_DOUBLES = not has_ifma() and has_avx2() and has_fma()
"""Whether digits are multiplied by doubles, and stand in memory as doubles."""

LANE_PAD = 4 if BY_DOUBLES else 8
"""Zeros on either side of a number, as many as columns are made at once: their sums fill the registers."""

LANE_ROWS = 2046
"""The most digits of the lesser factor of a product (`interleaved_arithmetic`)."""

LANE_DIVISOR = 511
"""The most digits of a divisor (`interleaved_arithmetic`)."""


def has_lanes() -> bool:
    """Whether the processor multiplies numbers side by side faster than GMP does one after another."""
    return has_ifma() or BY_DOUBLES
