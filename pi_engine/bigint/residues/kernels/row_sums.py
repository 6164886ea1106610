"""Σ x_i·w^i modulo a prime in vectors: rows of eight words with one weight each, by products of halves.

Over rows of ROW words it is Σ_j w^j·(Σ_r x[8r + j]·W_r) with W_r = w^(8r) modulo the prime: each lane keeps sums of its own. A word
is two halves of 32 bits and a weight three pieces of at most 21 bits. A product of them is below 2^53, so that sums over
ROWS = 2^9 rows are below 2^62 and those of eight lanes, times w^j < 2^61, below 2^126. What a sum weighs, 2^(32h + 21p) for half h
and piece p, is applied to all rows at once. Six multiplications and six additions for eight words: twice as fast as by words on Zen 4.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.residues.kernels.modulus_table import ROW, ROW_WEIGHTS, ROW_WORDS, SUMS, WEIGHTS
from pi_engine.bigint.residues.kernels.residue_lanes import add_row, no_sums, store_sums
from pi_engine.bigint.vectors.words import dot_8, load, stack, store
from pi_engine.runtime.compilation.kernel_folder import has_avx512
from pi_engine.runtime.compilation.routine import routine

IN_VECTORS = has_avx512()
"""Vectors of half the length saved only a quarter of the time, measured on Zen 4; shorter ones take more instructions than words."""

FOUND = 2 * SUMS  # words that `add_rows` finds
LANE_SUMS = ROW * SUMS


@routine
def add_rows(address, n, table, found):
    """Put SUMS sums of n ≤ ROW·ROWS words at `found`, two words each, which weigh what `FOLDS` says."""
    total, weight = no_sums(), table + np.uint64(8 * ROW_WEIGHTS)
    for _ in range(n // ROW):
        total = add_row(total, address, weight)
        address += np.uint64(8 * ROW)
        weight += np.uint64(8 * ROW_WORDS)
    if n % ROW:
        last = stack(ROW)
        for j in range(ROW):
            store(last, j, load(address, j) if j < n % ROW else np.uint64(0))
        total = add_row(total, last, weight)
    lanes = stack(LANE_SUMS)
    store_sums(lanes, total)
    for k in range(SUMS):
        low, high = dot_8(lanes + np.uint64(8 * ROW * k), table + np.uint64(8 * WEIGHTS))
        store(found, 2 * k, low)
        store(found, 2 * k + 1, high)
