"""The kernels of BBP's sums, as a process calls them; importing this module imports LLVM."""

from __future__ import annotations

from pi_engine.runtime.compilation.object_code import StoredKernel

BBP_KERNEL = StoredKernel("pi_engine.proof.bbp.kernels.bbp_kernel", "sum_fractions", seconds=2)
BBP_KERNELS = (BBP_KERNEL,)

RESIDUE_KERNEL = StoredKernel("pi_engine.proof.bbp.kernels.bbp_kernel", "sum_residues", seconds=3)
RESIDUE_KERNELS = (RESIDUE_KERNEL,)
