"""The kernels of the conversion, as a process calls them: stored machine code, or compiled at the first call.

Here is also what their callers share with them and need no Numba for.
"""

from __future__ import annotations

from pi_engine.bigint.gmp_symbols import PREFIX, register
from pi_engine.runtime.object_code import StoredKernel

REPORTED = 5
"""Numbers of the last node of a level whose residues are kept, modulo 2^61 − 1 and a random prime."""

"""Digits a word."""

PIECE = 1 << 13
"""Numbers of sixteen digits that are hashed while they are in the first-level or second-level cache."""

_INTEGER, _WORDS, _ROWS, _WRONG = "int64", "uint64[::1]", "int64[:, ::1]", "int64[::1]"


def _of_tree(name: str, *arguments: str, result: str = "void", seconds: float) -> StoredKernel:
    signature = f"{result}({', '.join(arguments)})"
    return StoredKernel("pi_engine.radix.tree_kernel", name, signature, register, PREFIX, seconds=seconds)


def _of_text(name: str, signature: str) -> StoredKernel:
    return StoredKernel("pi_engine.radix.text_kernel", name, signature, seconds=0.8)


_SUBTREES = (_WORDS, _INTEGER, _INTEGER, _INTEGER, _ROWS, _ROWS)

split_nodes = _of_tree("split_nodes", _WORDS, _INTEGER, _ROWS, _ROWS, *[_INTEGER] * 6, _WRONG, seconds=9)
join_nodes = _of_tree("join_nodes", _WORDS, _INTEGER, _ROWS, _ROWS, *[_INTEGER] * 4, _WRONG, seconds=8)
fractions_to_words = _of_tree("fractions_to_words", *_SUBTREES, *[_INTEGER] * 9, _WRONG, seconds=2)
words_to_integers = _of_tree("words_to_integers", *_SUBTREES, *[_INTEGER] * 5, _WRONG, seconds=2)
settle_leaves = _of_tree("settle_leaves", _WORDS, _WORDS, _INTEGER, "uint64", result="int64", seconds=0.2)
add_into = _of_tree("add_into", *[_INTEGER] * 4, seconds=0.1)
words_to_text = _of_text("words_to_text", "void(int64, int64, int64)")
text_to_words = _of_text("text_to_words", "int64(int64, int64, uint64[::1])")
sums_of_sixteens = StoredKernel(
    "pi_engine.radix.sixteen_kernel", "sums_of_sixteens", f"int64({', '.join(['int64'] * 5)})", seconds=0.8
)
compact_digits = StoredKernel(
    "pi_engine.radix.compaction_kernel",
    "compact_digits",
    "int64(uint8[::1], int64, uint8[::1], uint8[::1])",
    seconds=0.7,
)

TO_DIGITS_KERNELS = (split_nodes, fractions_to_words, settle_leaves, words_to_text, sums_of_sixteens)
FROM_DIGITS_KERNELS = (join_nodes, words_to_integers, add_into, text_to_words)
HASH_KERNELS = (sums_of_sixteens,)
TEXT_KERNELS = (words_to_text, text_to_words, compact_digits)
