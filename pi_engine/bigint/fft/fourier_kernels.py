"""The kernel of a product by the complex transform, as a process calls it: stored machine code, or compiled at the first call."""

from __future__ import annotations

from pi_engine.runtime.compilation.object_code import StoredKernel

multiply_by_fourier = StoredKernel("pi_engine.bigint.fft.kernels.fourier_products", "multiply_by_fourier", seconds=8)
"""Its arguments are integers, numbers and addresses alike; its module says what they are."""

FOURIER_KERNELS = (multiply_by_fourier,)
