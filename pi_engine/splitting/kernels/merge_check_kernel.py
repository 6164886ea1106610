"""Merges compared modulo both moduli: every number of a new node is read once, while it is in cache, and carries its residues on.

    P = P₁P₂,   Q = Q₁Q₂,   T = T₁Q₂ + P₁T₂

The residues of the children are those that were found when they had been made, so that a number that changes in memory
between its making and its use shows as well. They are uint64[3][nodes][2]: modulo 2^61 − 1, and modulo the prime of `table`.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.residues.kernels.modulus_table import PRIME, TO_128
from pi_engine.bigint.residues.kernels.residue_kernels import (
    MERSENNE,
    ZERO,
    add_mersenne,
    montgomery,
    multiply_mersenne,
    residues_at,
)
from pi_engine.bigint.vectors.record_arrays import array_in
from pi_engine.bigint.vectors.words import address_of, claim, is_sealed, load, stack
from pi_engine.runtime.compilation.routine import kernel, routine
from pi_engine.splitting.kernels.node_level_kernel import address_in, level_in, lies_within
from pi_engine.splitting.kernels.tree_kernels import WITHOUT
from pi_engine.splitting.records import level_record as at

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


@kernel("void(uint64[::1], int64, int64[::1])")
def residues_worker(counter, stop, record):
    """Find the residues of the nodes of a level until the `stop`-th is claimed; of P, or P and Q, or all three.

    record: see `level_record`. A number that would not lie in the limbs of its level gets residues that none has. Where the record is
    damaged nothing is found.
    """
    if not is_sealed(record):
        return
    level, found, table = level_in(record, 0), array_in(record, at.FOUND, 3, np.uint64), np.uint64(record[at.MODULUS])
    lengths = level[3]
    for _ in range(stop):
        i = claim(address_of(counter))
        if i < 0 or i >= stop:
            return
        for row in range(len(found)):
            if lies_within(level, row, i):
                read_signed(address_in(level, row, i), lengths[row, i], table, found, row, i)
            else:
                found[row, i, FIRST], found[row, i, SECOND] = MERSENNE, MERSENNE


@routine
def multiply_modulo_prime(x, y, table):
    """x·y modulo the prime of `table`, for reduced x, y."""
    return montgomery(montgomery(x, y, table), load(table, TO_128), table)


@routine
def is_product(children, nodes, row, i, table):
    """Whether the P or Q of node i has the residues of the product of its children's; row 0 or 1."""
    x, y, node = children[row, 2 * i], children[row, 2 * i + 1], nodes[row, i]
    first, second = multiply_mersenne(x[FIRST], y[FIRST]), multiply_modulo_prime(x[SECOND], y[SECOND], table)
    return node[FIRST] == first and node[SECOND] == second


@routine
def is_sum(children, nodes, i, table):
    """Whether the T of node i has the residues of T₁Q₂ + P₁T₂."""
    left, right = 2 * i, 2 * i + 1
    T1, Q2, P1, T2 = children[2, left], children[1, right], children[0, left], children[2, right]
    first = add_mersenne(multiply_mersenne(T1[FIRST], Q2[FIRST]), multiply_mersenne(P1[FIRST], T2[FIRST]))
    second = multiply_modulo_prime(T1[SECOND], Q2[SECOND], table)
    second += multiply_modulo_prime(P1[SECOND], T2[SECOND], table)  # two terms below 2^61 fit a word
    return nodes[2, i, FIRST] == first and nodes[2, i, SECOND] == second % load(table, PRIME)


@routine
def merge_is_wrong(i, how, children, nodes, table):
    """Find the residues of node i, and compare them with those of its children, if these have some.

    Returns 0 if they agree, else 1, 2 or 3 for the P, Q or T that is wrong. how: WITHOUT where no P was made.
    """
    residues, found, lengths = children[4], nodes[4], nodes[3]
    for row in range(3):
        found[row, i, FIRST], found[row, i, SECOND] = ZERO, ZERO
        if row > 0 or how != WITHOUT:
            read_signed(address_in(nodes, row, i), lengths[row, i], table, found, row, i)
    if not residues.shape[1]:
        return 0
    if how != WITHOUT and not is_product(residues, found, 0, i, table):
        return 1
    if not is_product(residues, found, 1, i, table):
        return 2
    return 0 if is_sum(residues, found, i, table) else 3
