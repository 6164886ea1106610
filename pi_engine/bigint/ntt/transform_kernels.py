"""The kernels of the transform, as a process calls them: stored machine code, or compiled at the first call.

All arguments are integers, numbers and addresses alike; each kernel's own module says what they are. The seconds are those of
a compilation in this order, measured on Zen 4; routines that kernels share count where they come first.
"""

from __future__ import annotations

from pi_engine.runtime.compilation.object_code import StoredKernel

forward_columns = StoredKernel("pi_engine.bigint.ntt.kernels.columns", "forward_columns", seconds=3.5)
transform_rows = StoredKernel("pi_engine.bigint.ntt.kernels.rows", "transform_rows", seconds=6)
finish_columns = StoredKernel("pi_engine.bigint.ntt.kernels.finish", "finish_columns", seconds=4)
columns_in_place = StoredKernel("pi_engine.bigint.ntt.kernels.stored_rows", "columns_in_place", seconds=1)
inverse_columns = StoredKernel("pi_engine.bigint.ntt.kernels.stored_rows", "inverse_columns", seconds=1)
finish_rows = StoredKernel("pi_engine.bigint.ntt.kernels.stored_rows", "finish_rows", seconds=2)
add_bytes = StoredKernel("pi_engine.bigint.ntt.kernels.crt_and_carry", "add_bytes", seconds=0.3)
add_limbs = StoredKernel("pi_engine.bigint.ntt.kernels.limb_addition", "add_limbs", seconds=0.1)
build_tables = StoredKernel("pi_engine.bigint.ntt.kernels.passes.twiddles", "build_tables", seconds=0.1)

TRANSFORM_KERNELS = (
    forward_columns,
    transform_rows,
    finish_columns,
    columns_in_place,
    inverse_columns,
    finish_rows,
    add_bytes,
    add_limbs,
    build_tables,
)
