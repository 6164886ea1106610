"""Sharing the work of a kernel over threads. Kernels release the GIL and write disjoint slices."""

from __future__ import annotations

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Result = TypeVar("_Result")


@cache
def executor(workers: int) -> ThreadPoolExecutor:
    """The pool of a given number of workers, made once; they work concurrently with the thread that calls."""
    return ThreadPoolExecutor(workers, thread_name_prefix="pi-engine-transform")


@cache
def _one_concurrent() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="pi-engine-concurrent")


@cache
def _one_for_transfers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="pi-engine-transfer")


def _forget_threads() -> None:
    executor.cache_clear()
    _one_concurrent.cache_clear()
    _one_for_transfers.cache_clear()


# A forked child has none of its parent's threads, and would wait for them for ever.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)


def concurrently(task: Callable[[], _Result], threads: int) -> Callable[[], _Result]:
    """Begin task() in a thread of its own, while the caller and `share` go on; what is returned waits for its result.

    With one thread allowed it begins when its result is asked for.
    """
    return task if threads <= 1 else _one_concurrent().submit(task).result


def transfer(task: Callable[[], _Result]) -> Callable[[], _Result]:
    """Begin task(), which moves data from or to a disk, in the one thread for that; what is returned waits for its result."""
    return _one_for_transfers().submit(task).result


def share(task: Callable[[int, int, int], object], count: int, threads: int, *held: object) -> None:
    """task(thread, first, last) on equal shares of range(count), the last share in the calling thread.

    Every task has ended when this returns or raises, unless a second interrupt comes while it waits for them. So what kernels read
    and write by address alone is `held`: it lives as long as any of the tasks.
    """
    threads = min(threads, count)
    if threads <= 1:
        task(0, 0, count)
        return
    cuts = [count * t // threads for t in range(threads + 1)]
    pool = executor(threads - 1)
    futures = [pool.submit(_run, task, held, t, cuts[t], cuts[t + 1]) for t in range(threads - 1)]
    try:
        task(threads - 1, cuts[-2], cuts[-1])
    finally:
        for future in futures:
            future.exception()
    for future in futures:
        future.result()


def _run(task: Callable[[int, int, int], object], _held: object, thread: int, first: int, last: int) -> None:
    task(thread, first, last)


def share_several(
    task: Callable[[int, int, int, int], object], counts: Sequence[int], threads: int, *held: object
) -> None:
    """task(thread, i, first, last) for what falls to each thread of every range(counts[i]): equal shares of all together.

    `held` is what `share` holds.

    Handing work to another thread takes as long as reading a megabyte; so several short pieces are handed over at once.
    """
    if threads <= 1:
        for i, count in enumerate(counts):
            if count:
                task(0, i, 0, count)
        return
    starts = list(itertools.accumulate(counts, initial=0))

    def part(thread: int, first: int, last: int) -> None:
        for i, count in enumerate(counts):
            begin, end = max(first - starts[i], 0), min(last - starts[i], count)
            if begin < end:
                task(thread, i, begin, end)

    share(part, starts[-1], threads, *held)
