"""The sum of a series by binary splitting: `plain_tree` and `compiled_tree` give the same fraction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.runtime.progress import silent
from pi_engine.splitting.plain.plain_tree import split_plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.runtime.progress import Progress
    from pi_engine.runtime.repairs import Repairs
    from pi_engine.series.model.hypergeometric import HypergeometricSeries
    from pi_engine.splitting.compiled.node_keeper import NodeKeeper
    from pi_engine.splitting.plain.node import Node

COMPILED_TERMS = 250
"""From here on the compiled tree is the faster one, once its kernels are loaded."""

SEVERAL_THREADS_TERMS = 3000
"""From here on a second thread is worth what it takes to hand it work: 30 000 digits of π take 1.8 ms on one thread of an AMD Zen 3,
and 2.6 on two."""


def split(
    series: HypergeometricSeries,
    terms: int,
    *,
    threads: int = 1,
    progress: Progress = silent,
    compiled: bool = False,
    check: bool = True,
    needed: Callable[[int], float] | None = None,
    keeper: NodeKeeper | None = None,
    repairs: Repairs | None = None,
) -> Node:
    """Sum terms 0 ≤ k < `terms` of `series`: Q and T of the whole range; P is not computed.

    Args:
        series: what to sum.
        terms: how many terms, at least 1.
        threads: how many subtrees to work on at once, where there are terms enough for more than one.
        progress: called as ("sum", done, total) as it goes on.
        compiled: by the compiled tree, which needs its kernels.
        check: compare the compiled tree's merges modulo both `moduli` as they are made.
        needed: how many leading bits of a node that begins with term l matter, as a function of l, so that the compiled tree
            may cut off the others (`series.model.truncation`); all of them, if there is none. Without `check` such a sum cannot
            be compared with its shadow.
        keeper: keeps large nodes of the compiled tree, and gives back those of an earlier run.
        repairs: has nodes of the compiled tree made again that fail a check; without it the sum ends there.

    Raises:
        VerificationError: a merge is wrong.
    """
    if compiled and terms >= COMPILED_TERMS:
        threads = threads if terms >= SEVERAL_THREADS_TERMS else 1
        from pi_engine.splitting.compiled.compiled_tree import split_compiled

        return split_compiled(
            series, terms, threads, progress, check=check, needed=needed, keeper=keeper, repairs=repairs
        )
    return split_plain(series, terms, threads=threads, progress=progress)
