"""Residues of limbs on disk, found piece by piece."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pi_engine.bigint.residues.limb_residues import residues_of_several
from pi_engine.bigint.residues.moduli import Residues, power_residues
from pi_engine.bigint.scratch.disk_integer import DiskInteger
from pi_engine.bigint.scratch.stored_limbs import DiskLimbs, reading

if TYPE_CHECKING:
    from gmpy2 import mpz

    from pi_engine.bigint.buffers.limbs import Limbs


def residues_of_run(run: DiskLimbs | Limbs, threads: int = 1) -> Residues:
    """Limbs as one integer modulo both `moduli`, wherever they are."""
    if not isinstance(run, DiskLimbs):
        return residues_of_several([run], threads)[0]
    step = run.stored.piece_limbs
    # pieces as they are in the file, so that none is read twice
    ends = [run.zeros, *range(run.zeros - run.start % step + step, run.length, step), run.length]
    total = Residues((0, 0))
    with reading(run) as read:
        for first, last in pairwise(ends):
            if first < last:
                total += residues_of_several([read(first, last - first)], threads)[0] * power_residues(2, 64 * first)
    return total


def residues_of_integer(x: mpz | DiskInteger, threads: int = 1, *, low_bits: int | None = None) -> Residues:
    """As `moduli.residues`, of an integer on disk."""
    assert isinstance(x, DiskInteger), f"{type(x).__name__} is not an integer on disk"
    if low_bits is None or low_bits >= 64 * len(x):
        found = residues_of_run(x, threads)
    else:
        limbs, rest = divmod(low_bits, 64)
        found = residues_of_run(x.part(0, limbs), threads)
        if rest:
            with reading(x) as read:
                found += power_residues(2, 64 * limbs) * (int(read(limbs, 1)[0]) % 2**rest)
    return found * -1 if x.negative else found
