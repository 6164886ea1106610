"""The kernels of the tree, as a process calls them: stored machine code, or compiled at the first call.

Here is also what their callers share with them and need no Numba for.
"""

from __future__ import annotations

from pi_engine.bigint.gmp_symbols import PREFIX, register
from pi_engine.bigint.layout import WIDTH
from pi_engine.runtime.kernel_folder import has_ifma
from pi_engine.runtime.object_code import StoredKernel

OPERANDS = 3
"""Transformed operands in a thread's workspace of a merge."""

BY_GMP, SHARED, WITHOUT = -1, -2, -3
"""How a merge makes P₁P₂: by GMP, in the node's own transform, not at all; from 0 on it is the row of its plan."""

DIVISION_OPERANDS = 2
"""Transformed operands in a thread's workspace of a division."""

LANE_HEADER = 4
"""Vectors before the numbers of a node of eight lanes: three signs, and the lengths."""

VALUE_DIGITS = 32
"""Digits of room for one value of a polynomial in eight lanes: of up to VALUE_WORDS factors of a word, of two digits each,
rounded up to eight as they are written, with eight zeros on either side."""

VALUE_WORDS = 8

STRANDS = WIDTH
"""Strands of the shadow side by side."""

_COUNTER, _INDEXES, _ROWS, _LONGS = "uint64[::1]", "int64[::1]", "int64[:, ::1]", "uint64[:, :, ::1]"
_WORDS = "uint64[:, ::1]"


def cut(lo: int, hi: int, i: int, pieces: int) -> int:
    """Where piece i of lo ≤ k < hi begins. All pieces but the last have an even number of terms.

    So the sign of P₁ is + for every series whose p keeps its sign, and T₁Q₂ and P₁T₂ have the same sign wherever the
    first term of a range dominates it.
    """
    return hi if i == pieces else lo + 2 * ((hi - lo) // 2 * i // pieces)


def _with_gmp(module: str, name: str, *arguments: str, seconds: float) -> StoredKernel:
    signature = f"void({', '.join(arguments)})"
    return StoredKernel(f"pi_engine.splitting.{module}", name, signature, register, PREFIX, seconds=seconds)


subtrees_claimed = _with_gmp(
    "leaf_kernel", "subtrees_claimed", _COUNTER, *["int64"] * 5, _ROWS, *[_ROWS, _LONGS] * 3, _INDEXES, _WORDS,
    *["int64"] * 4, _ROWS, _INDEXES, seconds=4.5,
)  # fmt: skip
lane_subtrees_claimed = StoredKernel(
    "pi_engine.splitting.lane_kernel", "lane_subtrees_claimed",
    f"void({', '.join([_COUNTER, *['int64'] * 5, *[_ROWS] * 4, _INDEXES, _WORDS, *['int64'] * 3, _INDEXES, 'int64', _ROWS, _INDEXES])})",
    seconds=6,
)  # fmt: skip
quotients_claimed = _with_gmp(
    "division_kernel", "quotients_claimed", _COUNTER, "int64", "int64", _INDEXES, *["int64"] * 7, _INDEXES, _INDEXES,
    _INDEXES, seconds=7,
)  # fmt: skip
merges_claimed = _with_gmp(
    "merge_kernel", "merges_claimed", _COUNTER, "int64", _INDEXES, _INDEXES, _ROWS, *["int64"] * 3,
    *["int64", "int64", _ROWS, _ROWS] * 2, _LONGS, _LONGS, "int64", _INDEXES, seconds=8,
)  # fmt: skip
residues_claimed = StoredKernel(
    "pi_engine.splitting.merge_check_kernel", "residues_claimed",
    f"void({_COUNTER}, int64, int64, int64, {_ROWS}, {_ROWS}, int64, {_LONGS})",
    seconds=0.3,
)  # fmt: skip
shadow_of_terms = StoredKernel(
    "pi_engine.splitting.shadow_kernel",
    "shadow_of_terms",
    f"void({', '.join(['uint64[::1]'] * 3)}, uint64, uint64, uint64[::1], uint64[::1])",
)
shadow_modulo_prime = StoredKernel(
    "pi_engine.splitting.shadow_prime_kernel",
    "shadow_modulo_prime",
    f"void({', '.join(['uint64[::1]'] * 3)}, uint64, uint64, uint64, uint64[::1])",
    seconds=0.5,
)

TREE_KERNELS = (
    *([lane_subtrees_claimed] if has_ifma() else []),
    subtrees_claimed, quotients_claimed, merges_claimed, residues_claimed, shadow_of_terms, shadow_modulo_prime,
)  # fmt: skip
