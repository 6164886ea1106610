"""The kernels of the tree, as a process calls them: stored machine code, or compiled at the first call.

Here is also what their callers share with them and need no Numba for.
"""

from __future__ import annotations

from pi_engine.bigint.mpn.gmp_symbols import PREFIX, register
from pi_engine.bigint.vectors.lane_widths import has_lanes
from pi_engine.bigint.vectors.widths import WIDTH
from pi_engine.runtime.compilation.object_code import StoredKernel

OPERANDS = 3
"""Transformed operands in a thread's workspace of a merge."""

BY_GMP, SHARED, WITHOUT = -1, -2, -3
"""How a merge makes P₁P₂: by GMP, in the node's own transform, not at all; from 0 on it is the row of its plan."""

UNPROVED_MERGE = -2
"""What a merge reports of a node whose complex transform does not prove its result; −1 is a damaged table."""

DIVISION_OPERANDS = 2
"""Transformed operands in a thread's workspace of a division."""

LANE_HEADER = 4
"""Vectors before the numbers of a node of eight lanes: three signs, and the lengths."""

VALUE_WORDS = 8
"""The most words that a value of a polynomial in eight lanes may be the product of."""

VALUE_DIGITS = 32
"""Digits of a buffer for such a value: two for each word, and LANE_PAD zeros, eight at most, on either side."""

STRANDS = WIDTH
"""Strands of the shadow side by side: four, which its kernels have names for."""


def cut(lo: int, hi: int, i: int, pieces: int) -> int:
    """Where piece i of lo ≤ k < hi begins. All pieces but the last have an even number of terms.

    So the sign of P₁ is + for every series whose p keeps its sign, and T₁Q₂ and P₁T₂ have the same sign wherever the
    first term of a range dominates it.
    """
    return hi if i == pieces else lo + 2 * ((hi - lo) // 2 * i // pieces)


def _with_gmp(module: str, name: str, *, seconds: float) -> StoredKernel:
    return StoredKernel(f"pi_engine.splitting.kernels.{module}", name, register, PREFIX, seconds=seconds)


subtrees_worker = _with_gmp("leaf_kernel", "subtrees_worker", seconds=4.5)
lane_subtrees_worker = _with_gmp("lane_kernel", "lane_subtrees_worker", seconds=6)
quotients_worker = _with_gmp("division_kernel", "quotients_worker", seconds=7)
merges_worker = _with_gmp("merge_kernel", "merges_worker", seconds=14)
residues_worker = StoredKernel("pi_engine.splitting.kernels.merge_check_kernel", "residues_worker", seconds=0.3)
shadow_of_terms = StoredKernel("pi_engine.splitting.kernels.shadow_kernel", "shadow_of_terms")
shadow_modulo_prime = StoredKernel(
    "pi_engine.splitting.kernels.shadow_prime_kernel", "shadow_modulo_prime", seconds=0.5
)

TREE_KERNELS = (
    *([lane_subtrees_worker] if has_lanes() else []),
    subtrees_worker, quotients_worker, merges_worker, residues_worker, shadow_of_terms, shadow_modulo_prime,
)  # fmt: skip
