"""The kernels that count digits, as a process calls them: stored machine code, or compiled at the first call."""

from __future__ import annotations

from pi_engine.runtime.compilation.object_code import StoredKernel


def _loop(name: str, seconds: float) -> StoredKernel:
    return StoredKernel("pi_engine.statistics.kernels.counting_loops", name, seconds=seconds)


count_overlapping = _loop("count_overlapping", 0.8)
count_blocks = _loop("count_blocks", 0.5)
count_spacings = _loop("count_spacings", 0.6)
count_collisions = _loop("count_collisions", 0.5)

COUNT_KERNELS = (count_overlapping, count_blocks, count_spacings, count_collisions)
