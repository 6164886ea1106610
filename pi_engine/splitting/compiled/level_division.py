"""A level's P and Q divided by what all of them have in common (`common_factors`): one product a number.

The quotient of w limbs is x·d⁻¹ modulo 2^(64·w). The inverse is made once for the level, by Newton's iteration from the
lowest limb up, and transformed once a thread; so a quotient costs a transform there and one back, of twice its length.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from gmpy2 import f_mod_2exp, mpz

from pi_engine.bigint import multiply
from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.buffers.workers import share
from pi_engine.bigint.buffers.workspace import pool
from pi_engine.bigint.ntt.description.record import workspace_bytes
from pi_engine.bigint.ntt.description.sizes import size_for
from pi_engine.bigint.ntt.tables import plan_for
from pi_engine.runtime.machine_faults import require_fitting
from pi_engine.splitting.compiled.node_residues import divided
from pi_engine.splitting.kernels.tree_kernels import DIVISION_OPERANDS, quotients_worker
from pi_engine.splitting.records.level_record import division_record

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.splitting.records.node_level import NodeLevel


def inverse_modulo_power(divisor: mpz, bits: int, threads: int, *, check: bool = True) -> mpz:
    """1/d modulo 2^bits, for an odd d > 0; about three products of that length.

    If d·x = 1 + e·2^k, then x − x·e·2^k is right modulo 2^(2k).
    """
    inverse, known = mpz(pow(int(divisor) % 2**64, -1, 2**64)), 64
    while known < bits:
        wanted = min(2 * known, bits)
        low = f_mod_2exp(divisor, wanted)
        error = f_mod_2exp(multiply(low, inverse, threads=threads, check=check), wanted) >> known
        correction = f_mod_2exp(multiply(error, inverse, threads=threads, check=check), wanted - known)
        inverse += f_mod_2exp(-correction, wanted - known) << known
        known = wanted
    return f_mod_2exp(inverse, bits)


def divide_level(level: NodeLevel, divisor: mpz, threads: int, *, leftmost: bool) -> NodeLevel:
    """Divide P and Q of every node, in place; the first node of all keeps its Q (`leftmost`). Numbers that are 0 stay.

    Returns the same level, with the residues that its numbers have now if it had any.

    Raises:
        VerificationError: the level has residues, and a quotient times the divisor is not what it was.
    """
    checked = level.residues is not None
    limbs = -(-divisor.bit_length() // 64)
    widths = [max(0, int(abs(level.lengths[row]).max()) - limbs + 1) for row in range(2)]
    inverse = limbs_of(inverse_modulo_power(divisor, 64 * max(widths), threads, check=checked))
    padded = np.zeros(max(widths), np.uint64)
    padded[: len(inverse)] = inverse
    for row, first in ((0, 0), (1, int(leftmost))):
        _divide_row(level, row, first, padded[: widths[row]], limbs=limbs, threads=threads)
    return divided(level, divisor, threads, leftmost=leftmost) if checked else level


def _divide_row(level: NodeLevel, row: int, first: int, inverse: Limbs, *, limbs: int, threads: int) -> None:
    width = len(inverse)
    if width == 0:
        return
    plan = plan_for(size_for(128 * width))
    fields = plan.record()
    workspace = workspace_bytes(plan.size, DIVISION_OPERANDS)
    job = division_record(level, row, first, inverse, fields, limbs=limbs, workspace=workspace)
    counter, wrong = np.array([first], np.uint64), np.zeros(1, np.int64)

    def work(_thread: int, _first: int, _last: int) -> None:
        block = pool.take(workspace + 16 * width)
        try:
            quotients_worker(counter, len(level), job.row, block.address, wrong)
        finally:
            pool.give(block)

    share(work, threads, threads, level, plan)
    require_fitting(wrong, "a number of the sum that is divided by a common factor")
