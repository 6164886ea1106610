"""Products of limb arrays by the complex transform, in one kernel call and on one thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.workspace import pool
from pi_engine.bigint.fft.description.fft_record import DAMAGED, PROVED, workspace_of
from pi_engine.bigint.fft.description.fft_sizes import fourier_size_for
from pi_engine.bigint.fft.fourier_kernels import multiply_by_fourier
from pi_engine.bigint.fft.fourier_plans import fourier_plan_for
from pi_engine.runtime.machine_faults import require_sound

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs


def product_by_fourier(a: Limbs, b: Limbs, out: Limbs) -> bool:
    """Write a·b to len(a) + len(b) limbs, some 14 million bits at most; the same array twice is squared. Returns whether that is proved.

    Raises:
        VerificationError: the tables of the transform were damaged in memory.
    """
    size = fourier_size_for(64 * len(out))
    assert size is not None, "a product of this length has a size"
    plan = fourier_plan_for(size)
    block = pool.take(workspace_of(size, 2))
    try:
        status = multiply_by_fourier(
            out.ctypes.data, a.ctypes.data, len(a), b.ctypes.data, len(b), plan.address, block.address
        )
    finally:
        pool.give(block)
    require_sound(status != DAMAGED)
    return bool(status == PROVED)
