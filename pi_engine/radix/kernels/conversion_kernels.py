"""The kernels of the conversion, as a process calls them: stored machine code, or compiled at the first call.

Here is also what their callers share with them and need no Numba for.
"""

from __future__ import annotations

from pi_engine.bigint.mpn.gmp_symbols import PREFIX, register
from pi_engine.runtime.compilation.object_code import StoredKernel

REPORTED = 5
"""Numbers of the last node of a level whose residues are kept, modulo 2^61 − 1 and a random prime."""

PIECE = 1 << 13
"""Numbers of sixteen digits that are hashed while they are in the first-level or second-level cache."""

NODES, TOP, LEAF, SOURCE, TARGET, TAILS, LAST_LEAF, REPORT, TABLE, PRODUCT, WORKSPACE, JOB_PLACES = range(12)
"""The job of a kernel of the tree, as one row of integers (`kernel_record`).

NODES, TOP, LEAF: how many nodes there are, their level, the words of a leaf.
SOURCE, TARGET: addresses of the numbers that are read and that are written. TAILS, LAST_LEAF: addresses, see `fractions_to_words`.
REPORT, TABLE: where to report the residues of the last node of a level, uint64[levels][REPORTED][2], or 0; the table of the second modulus.
PRODUCT, WORKSPACE: where products and transforms have their place in a thread's workspace, in bytes. Buffers come first.
"""

HALF, SHIFT, POWER_LIMBS, POWER, TRANSFORM, FOURIER, PLAN, PRODUCT_LIMBS, LEVEL_PLACES = range(9)
"""A level of the tree, as one row of integers.

HALF: words of a half. SHIFT: whole limbs of 2^(19·half). POWER_LIMBS, POWER: how long the power is, and its address.
TRANSFORM: the address of the power's transform, or 0. FOURIER: the address of the complex transform's record, or 0. Where it is 0,
PLAN says which row of the plans is the number-theoretic transform's. PRODUCT_LIMBS: limbs of a product with the power.
"""


def _of_tree(name: str, *, seconds: float) -> StoredKernel:
    return StoredKernel("pi_engine.radix.kernels.tree_kernel", name, register, PREFIX, seconds=seconds)


split_nodes = _of_tree("split_nodes", seconds=9)
join_nodes = _of_tree("join_nodes", seconds=8)
fractions_to_words = _of_tree("fractions_to_words", seconds=2)
words_to_integers = _of_tree("words_to_integers", seconds=2)
propagate_carries = _of_tree("propagate_carries", seconds=0.2)
add_into = _of_tree("add_into", seconds=0.1)
words_to_text = StoredKernel("pi_engine.radix.kernels.text_kernel", "words_to_text", seconds=0.8)
text_to_words = StoredKernel("pi_engine.radix.kernels.text_kernel", "text_to_words", seconds=0.8)
sums_of_sixteens = StoredKernel("pi_engine.radix.kernels.sixteen_kernel", "sums_of_sixteens", seconds=0.8)
compact_digits = StoredKernel("pi_engine.radix.kernels.compaction_kernel", "compact_digits", seconds=0.7)

TO_DIGITS_KERNELS = (split_nodes, fractions_to_words, propagate_carries, words_to_text, sums_of_sixteens)
FROM_DIGITS_KERNELS = (join_nodes, words_to_integers, add_into, text_to_words)
HASH_KERNELS = (sums_of_sixteens,)
TEXT_KERNELS = (words_to_text, text_to_words, compact_digits)
