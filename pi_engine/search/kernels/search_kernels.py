"""The kernels of the search that Python calls, as `StoredKernel`s."""

from __future__ import annotations

from pi_engine.runtime.compilation.object_code import StoredKernel

find_characters = StoredKernel("pi_engine.search.kernels.match_kernel", "find_characters", seconds=1.2)
find_equal_pairs = StoredKernel("pi_engine.search.kernels.match_kernel", "find_equal_pairs", seconds=0.8)
find_anchored = StoredKernel("pi_engine.search.kernels.anchor_kernel", "find_anchored", seconds=0.8)
first_places = StoredKernel("pi_engine.search.kernels.first_kernel", "first_places", seconds=0.5)

SEARCH_KERNELS = (find_characters, find_equal_pairs, find_anchored, first_places)
