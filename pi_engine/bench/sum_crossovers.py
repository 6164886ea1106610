"""The crossovers of the sum that `crossovers` lists: where subtrees end, and where merges leave the complex transform."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.bigint.vectors.lane_widths import LANES
from pi_engine.runtime.progress import silent
from pi_engine.series import CHUDNOVSKY
from pi_engine.splitting.compiled.compiled_tree import CompiledTree, Cuts
from pi_engine.splitting.compiled.lower_tree import merge_level
from pi_engine.splitting.compiled.subtrees import build_subtrees
from pi_engine.splitting.levels.level_runs import levels_at_once, merge_levels
from pi_engine.splitting.records.node_level import NodeLevel
from pi_engine.splitting.records.term_values import term_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.runtime.tuning import Case

_SUM_BITS = 1_000_000
"""Of the sums that are timed, at least: with fewer nodes what Python does for a level would count for more than it does in long sums."""

_FIRST_TERM = 20_000
"""Where the sums that are timed begin: their terms are as long as those of a million digits."""


def _subtrees(bits: int, *, merged: bool) -> Callable[[], None]:
    """Subtrees of twice these bits; `merged`: twice as many, half as long, and a level of merges above them."""
    count = max(LANES, 1 << (_SUM_BITS // (2 * bits)).bit_length())
    sum_of_series = CHUDNOVSKY.components[0].sum
    each = max(4, 2 * bits // term_values(sum_of_series.q, 2 * _FIRST_TERM).bits)
    cuts = Cuts.of(count * each, 1, each // 2 if merged else each, 1)
    tree = CompiledTree(sum_of_series, cuts, 1, silent, check=False, needed=None)
    divisors = [tree.divisors[j] for j in range(cuts.depth + 1)]
    span = _FIRST_TERM, _FIRST_TERM + cuts.terms

    def build() -> None:
        level = build_subtrees(
            sum_of_series, *span, cuts.subtrees, cuts.depth, threads=1, built=lambda _: None, divisors=divisors
        )
        if merged:
            found = levels_at_once(level, 1, math.inf)
            level = merge_levels(level, found, 1, rightmost=False) or level
        level.buffer.release()

    return build


def subtree_case(bits: int) -> Case:
    """Subtrees of twice these bits: eight side by side where the processor can, else one by one."""
    return _subtrees(bits, merged=False), _subtrees(bits, merged=True)


class _KeptLimbs(PooledLimbs):
    """Limbs of a level that is merged more than once."""

    def release(self) -> None:
        """Keep them."""


def merge_case(bits: int) -> Case:
    """A merge of two nodes whose longest product has these bits; P is half as long as Q and T, as the Chudnovskys' is."""
    q = bits // 128
    lengths = np.array([[q // 2] * 2, [q] * 2, [q] * 2], np.int64)
    offsets = np.array([[0, 3 * q], [q, 4 * q], [2 * q, 5 * q]], np.int64)
    buffer = _KeptLimbs(6 * q)
    buffer.limbs[:] = np.arange(1, 6 * q + 1, dtype=np.uint64) * np.uint64(
        0x9E3779B97F4A7C15
    )  # the golden ratio's bits: no limb is 0
    level = NodeLevel(buffer, offsets, lengths)

    def merge(below: int) -> None:
        merge_level(level, 1, lambda _: None, rightmost=False, below=below).buffer.release()

    return lambda: merge(1 << 62), lambda: merge(0)
