"""The kernels of whole levels (`level`), as a process calls them: stored machine code, or compiled at the first call.

`pi-engine tune` alone uses them: the tree of a computation has them within its own kernels. Seconds as in `transform_kernels`.
"""

from __future__ import annotations

from pi_engine.bigint.gmp_symbols import PREFIX, register
from pi_engine.runtime.object_code import StoredKernel

_INDEXES = "int64[::1]"
_OPERAND = f"int64, {_INDEXES}, {_INDEXES}"


def _kernel(module: str, name: str, signature: str, *, seconds: float) -> StoredKernel:
    return StoredKernel(f"pi_engine.bigint.{module}", name, signature, register, PREFIX, seconds=seconds)


plan = _kernel(
    "level_kernels",
    "plan",
    f"int64(int64, {_OPERAND}, {_OPERAND}, {_INDEXES}, float64, {_INDEXES}, float64[::1])",
    seconds=0.5,
)
multiply_claimed = _kernel(
    "level_kernels",
    "multiply_claimed",
    f"int64(uint64[::1], {_INDEXES}, {_INDEXES}, int64, int64, {_OPERAND}, {_OPERAND}, {_OPERAND})",
    seconds=1,
)
add_range = _kernel(
    "level_kernels", "add_range", f"void(int64, int64, {_OPERAND}, {_OPERAND}, {_OPERAND})", seconds=0.5
)
multiply_transformed_claimed = _kernel(
    "level_transform",
    "multiply_transformed_claimed",
    f"int64(uint64[::1], {_INDEXES}, {_INDEXES}, int64[:, ::1], int64, int64, {_OPERAND}, {_OPERAND}, {_OPERAND})",
    seconds=15,
)

BATCH_KERNELS = (plan, multiply_claimed, add_range, multiply_transformed_claimed)
