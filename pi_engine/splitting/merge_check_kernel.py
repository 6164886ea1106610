"""Merges compared modulo M = 2^61 − 1: every number of a new node is read once, while it is in cache, and carries its residue on.

    P = P₁P₂,   Q = Q₁Q₂,   T = T₁Q₂ + P₁T₂

The residues of the children are those that were found when they had been made, so that a number that changes in memory
between its making and its use shows as well.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.residue_kernels import MERSENNE, ZERO, add_mersenne, mersenne_residue, multiply_mersenne
from pi_engine.bigint.words import address_of, claim
from pi_engine.runtime.compilation import routine
from pi_engine.splitting.tree_kernels import WITHOUT


@routine
def signed_residue(place, length):
    """A number of that signed length, modulo M."""
    found = mersenne_residue(np.uint64(place), abs(length))
    return MERSENNE - found if length < 0 and found != ZERO else found


@routine
def residues_claimed(counter, stop, place, limbs, offsets, lengths, residues):
    """Put the residues of the numbers of a level, or of its first rows, into uint64[rows][nodes] until all nodes are claimed.

    A number that would not lie in the `limbs` limbs at `place` gets a residue that none has.
    """
    for _ in range(stop):
        i = claim(address_of(counter))
        if i < 0 or i >= stop:
            return
        for row in range(len(residues)):
            length = lengths[row, i]
            if -limbs <= length <= limbs and 0 <= offsets[row, i] <= limbs - abs(length):
                residues[row, i] = signed_residue(place + 8 * offsets[row, i], length)
            else:
                residues[row, i] = MERSENNE


@routine
def merge_is_wrong(i, how, residues, place, offsets, lengths, out_residues):
    """Put the residues of node i into `out_residues`, and compare them with those of its children in `residues`, if there are any.

    Returns 0 if they agree, else 1, 2 or 3 for the P, Q or T that is wrong. how: WITHOUT where no P was made.
    """
    left, right = 2 * i, 2 * i + 1
    for row in range(3):
        out_residues[row, i] = ZERO
        if row > 0 or how != WITHOUT:
            out_residues[row, i] = signed_residue(place + 8 * offsets[row, i], lengths[row, i])
    if not residues.shape[1]:
        return 0
    P1, Q2 = residues[0, left], residues[1, right]
    if how != WITHOUT and out_residues[0, i] != multiply_mersenne(P1, residues[0, right]):
        return 1
    if out_residues[1, i] != multiply_mersenne(residues[1, left], Q2):
        return 2
    T = add_mersenne(multiply_mersenne(residues[2, left], Q2), multiply_mersenne(P1, residues[2, right]))
    return 0 if out_residues[2, i] == T else 3
