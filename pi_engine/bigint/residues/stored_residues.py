"""The kernels of residues, as a process calls them; `residue_kernels` says what their integers are."""

from __future__ import annotations

from pi_engine.runtime.compilation.object_code import StoredKernel

residues_at = StoredKernel("pi_engine.bigint.residues.kernels.residue_kernels", "residues_at", seconds=2.9)
weighted_sums_at = StoredKernel("pi_engine.bigint.residues.kernels.residue_kernels", "weighted_sums_at", seconds=0.6)
product_is_right = StoredKernel("pi_engine.bigint.residues.kernels.residue_kernels", "product_is_right", seconds=0.4)

RESIDUE_KERNELS = (residues_at, weighted_sums_at, product_is_right)
