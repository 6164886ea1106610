"""The kernels of the complex transform, as a process calls them: stored machine code, or compiled at the first call.

All arguments are integers, numbers and addresses alike; each kernel's own module says what they are.
"""

from __future__ import annotations

from pi_engine.bigint.buffers.thread_symbols import PREFIX, register
from pi_engine.runtime.compilation.object_code import StoredKernel

multiply_by_fourier = StoredKernel("pi_engine.bigint.fft.kernels.fourier_products", "multiply_by_fourier", seconds=8)
steps_in_ring = StoredKernel(
    "pi_engine.bigint.fft.kernels.negacyclic_products", "steps_in_ring", register, PREFIX, seconds=9
)
help_in_rings = StoredKernel(
    "pi_engine.bigint.fft.kernels.negacyclic_products", "help_in_rings", register, PREFIX, seconds=1
)
expand_seeds = StoredKernel("pi_engine.bigint.fft.kernels.root_tables", "expand_seeds", seconds=0.2)
fill_roots = StoredKernel("pi_engine.bigint.fft.kernels.root_tables", "fill_roots", seconds=0.3)

FOURIER_KERNELS = (multiply_by_fourier, steps_in_ring, help_in_rings, expand_seeds, fill_roots)
