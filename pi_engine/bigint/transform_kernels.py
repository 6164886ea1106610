"""The kernels of the transform and of residues, as a process calls them: stored machine code, or compiled at the first call.

All arguments are integers, numbers and addresses alike; each kernel's own module says what they are. The seconds are those of
a compilation in this order, measured on Zen 4; routines that kernels share count where they come first.
"""

from __future__ import annotations

from pi_engine.runtime.object_code import StoredKernel


def _of_integers(module: str, name: str, count: int, result: str = "void", *, seconds: float) -> StoredKernel:
    signature = f"{result}({', '.join(['int64'] * count)})"
    return StoredKernel(f"pi_engine.bigint.{module}", name, signature, seconds=seconds)


forward_columns = _of_integers("columns", "forward_columns", 22, seconds=3.5)
transform_rows = _of_integers("rows", "transform_rows", 17, seconds=6)
finish_columns = _of_integers("finish", "finish_columns", 23, seconds=4)
add_bytes = _of_integers("crt", "add_bytes", 7, "int64", seconds=0.3)
add_limbs = _of_integers("carry", "add_limbs", 4, "int64", seconds=0.1)
build_tables = _of_integers("twiddles", "build_tables", 7, seconds=0.1)
residues_at = _of_integers("residue_kernels", "residues_at", 4, seconds=2.9)
weighted_sums_at = _of_integers("residue_kernels", "weighted_sums_at", 5, seconds=0.6)
product_is_right = _of_integers("residue_kernels", "product_is_right", 7, "int64", seconds=0.4)

TRANSFORM_KERNELS = (forward_columns, transform_rows, finish_columns, add_bytes, add_limbs, build_tables)
RESIDUE_KERNELS = (residues_at, weighted_sums_at, product_is_right)
