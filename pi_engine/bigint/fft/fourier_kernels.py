"""The kernels of the complex transform, as a process calls them: stored machine code, or compiled at the first call.

All arguments are integers, numbers and addresses alike; each kernel's own module says what they are.
"""

from __future__ import annotations

from pi_engine.runtime.compilation.object_code import StoredKernel

multiply_by_fourier = StoredKernel("pi_engine.bigint.fft.kernels.fourier_products", "multiply_by_fourier", seconds=8)
expand_seeds = StoredKernel("pi_engine.bigint.fft.kernels.root_tables", "expand_seeds", seconds=0.2)
fill_roots = StoredKernel("pi_engine.bigint.fft.kernels.root_tables", "fill_roots", seconds=0.3)

FOURIER_KERNELS = (multiply_by_fourier, expand_seeds, fill_roots)
