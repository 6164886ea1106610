"""The inner sum of a BBP formula over consecutive terms, by a kernel: its scratch memory and its record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.kernel_record import KernelRecord
from pi_engine.proof.bbp.bbp_kernels import BBP_KERNEL, RESIDUE_KERNEL
from pi_engine.proof.bbp.kernels import bbp_layout as at
from pi_engine.runtime.machine_faults import machine_fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pi_engine.proof.bbp.bbp_formulas import BBPFormula, Summand


def scratch_for(formula: BBPFormula, summand: Summand, primes: int = 0) -> NDArray[np.float64]:
    """The kernels' memory for a summand, without what they need for each of the primes."""
    memory = np.zeros(at.SCRATCH + at.EACH_PRIME * primes + 8, np.float64)
    aligned = memory[-memory.ctypes.data % 64 // 8 :]
    lanes = np.arange(at.LANE_COUNT)
    aligned[: at.VECTOR] = (lanes * formula.step).view(np.float64)
    aligned[at.VECTOR : 2 * at.VECTOR] = lanes * summand.a
    return aligned


def sum_terms(  # noqa: PLR0917 (called from one place)
    formula: BBPFormula,
    summand: Summand,
    exponent: int,
    terms: range,
    scratch: NDArray[np.float64],
    primes: int,
) -> list[int]:
    """The kernels' result for consecutive terms, with their integers modulo a given number of primes: three words.

    Raises:
        VerificationError: the record was damaged before the kernel had read it.
    """
    result = np.zeros(3, np.int64)
    record = KernelRecord(
        at.PLACES,
        {
            at.FIRST: terms.start, at.END: terms.stop, at.EXPONENT: exponent, at.STEP: formula.step,
            at.A: summand.a, at.B: summand.b, at.ALTERNATING: int(formula.alternating), at.PRIMES: primes,
            at.SCRATCH_AT: scratch.ctypes.data, at.RESULT_AT: result.ctypes.data,
        },
    )  # fmt: skip
    if not (RESIDUE_KERNEL if primes else BBP_KERNEL)(record.row):
        raise machine_fault("the table of a BBP sum holds what cannot be")
    return [int(word) for word in result]
