"""Merges compared modulo both moduli: every number of a new node is read once, while it is in cache, and carries its residues on.

    P = P₁P₂,   Q = Q₁Q₂,   T = T₁Q₂ + P₁T₂

The residues of the children are those that were found when they had been made, so that a number that changes in memory
between its making and its use shows as well. They are uint64[3][nodes][2]: modulo 2^61 − 1, and modulo the prime of `table`.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.modulus_table import PRIME, TO_128
from pi_engine.bigint.residue_kernels import (
    MERSENNE,
    ZERO,
    add_mersenne,
    montgomery,
    multiply_mersenne,
    residues_at,
)
from pi_engine.bigint.words import address_of, claim, load, stack
from pi_engine.runtime.compilation import kernel, routine
from pi_engine.splitting.tree_kernels import WITHOUT

FIRST, SECOND = 0, 1


@routine
def read_signed(place, length, table, residues, row, i):
    """Put the residues of a number of that signed length into residues[row, i]."""
    found = stack(2)
    residues_at(np.uint64(place), abs(length), table, found)
    x, y = load(found, 0), load(found, 1)
    if length < 0:
        x = MERSENNE - x if x != ZERO else x
        y = load(table, PRIME) - y if y != ZERO else y
    residues[row, i, FIRST], residues[row, i, SECOND] = x, y


@kernel("void(uint64[::1], int64, int64, int64, int64[:, ::1], int64[:, ::1], int64, uint64[:, :, ::1])")
def residues_claimed(counter, stop, place, limbs, offsets, lengths, table, residues):
    """Put the residues of the numbers of a level, or of its first rows, into uint64[rows][nodes][2] until all nodes are claimed.

    A number that would not lie in the `limbs` limbs at `place` gets residues that none has.
    """
    for _ in range(stop):
        i = claim(address_of(counter))
        if i < 0 or i >= stop:
            return
        for row in range(len(residues)):
            length = lengths[row, i]
            if -limbs <= length <= limbs and 0 <= offsets[row, i] <= limbs - abs(length):
                read_signed(place + 8 * offsets[row, i], length, np.uint64(table), residues, row, i)
            else:
                residues[row, i, FIRST], residues[row, i, SECOND] = MERSENNE, MERSENNE


@routine
def multiply_modulo_prime(x, y, table):
    """x·y modulo the prime of `table`, for reduced x, y."""
    return montgomery(montgomery(x, y, table), load(table, TO_128), table)


@routine
def is_product(residues, row, i, x_row, x, y_row, y, table):
    """Whether a number of a new node has the residues of the product of two others."""
    children, node = residues
    first = multiply_mersenne(children[x_row, x, FIRST], children[y_row, y, FIRST])
    second = multiply_modulo_prime(children[x_row, x, SECOND], children[y_row, y, SECOND], table)
    return node[row, i, FIRST] == first and node[row, i, SECOND] == second


@routine
def is_sum(residues, i, left, right, table):
    """Whether T has the residues of T₁Q₂ + P₁T₂."""
    children, node = residues
    T1, Q2, P1, T2 = children[2, left], children[1, right], children[0, left], children[2, right]
    first = add_mersenne(multiply_mersenne(T1[FIRST], Q2[FIRST]), multiply_mersenne(P1[FIRST], T2[FIRST]))
    second = multiply_modulo_prime(T1[SECOND], Q2[SECOND], table)
    second += multiply_modulo_prime(P1[SECOND], T2[SECOND], table)  # two terms below 2^61 fit a word
    return node[2, i, FIRST] == first and node[2, i, SECOND] == second % load(table, PRIME)


@routine
def merge_is_wrong(i, how, residues, place, offsets, lengths, out_residues, table):
    """Put the residues of node i into `out_residues`, and compare them with those of its children in `residues`, if there are any.

    Returns 0 if they agree, else 1, 2 or 3 for the P, Q or T that is wrong. how: WITHOUT where no P was made.
    """
    left, right, constants = 2 * i, 2 * i + 1, np.uint64(table)
    for row in range(3):
        out_residues[row, i, FIRST], out_residues[row, i, SECOND] = ZERO, ZERO
        if row > 0 or how != WITHOUT:
            read_signed(place + 8 * offsets[row, i], lengths[row, i], constants, out_residues, row, i)
    if not residues.shape[1]:
        return 0
    both = residues, out_residues
    if how != WITHOUT and not is_product(both, 0, i, 0, left, 0, right, constants):
        return 1
    if not is_product(both, 1, i, 1, left, 1, right, constants):
        return 2
    return 0 if is_sum(both, i, left, right, constants) else 3
