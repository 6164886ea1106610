"""The shadow modulo the random prime, compiled: strands of terms side by side, as in `shadow_kernel`, by Montgomery's products.

The values of p, q and a and their differences come as 2^64·f(k) modulo the prime M < 2^61, in rows of STRANDS words, so that
Montgomery's product of a residue and a value, x·y/2^64, is the residue of the plain product. All residues are reduced:
x + y < 2M fits a word, and for T·q + P·a the sum of both products is below 2·M² < M·2^63, so that one reduction,
⌊sum/2^64⌋ − ⌊c·M/2^64⌋ with c·M < 2^64·M, lies between −M and M.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.residues.kernels.modulus_table import INVERSE, PRIME
from pi_engine.bigint.residues.kernels.residue_kernels import montgomery
from pi_engine.bigint.vectors.words import address_of, load, multiply_wide, store
from pi_engine.runtime.compilation.routine import kernel, routine
from pi_engine.splitting.kernels.tree_kernels import STRANDS

_ZERO, _ONE = np.uint64(0), np.uint64(1)
_ROW_BYTES = np.uint64(8 * STRANDS)


@routine
def _sum_of_products(x, y, u, v, table):
    """(x·y + u·v)/2^64, reduced."""
    low, high = multiply_wide(x, y)
    other, upper = multiply_wide(u, v)
    total = low + other
    high += upper + (_ONE if total < low else _ZERO)
    prime = load(table, PRIME)
    _, cancelled = multiply_wide(total * load(table, INVERSE), prime)
    return high - cancelled if high >= cancelled else high - cancelled + prime


@routine
def _advance(rows, degree, prime):
    """From the values and differences at k to those at k + 1, in every strand."""
    for i in range(degree):
        row = rows + _ROW_BYTES * np.uint64(i)
        for strand in range(STRANDS):
            total = load(row, strand) + load(row, STRANDS + strand)
            store(row, strand, min(total, total - prime))  # unsigned: total − M is large where total < M


@routine
def _one_more(node, p, q, a, table):
    """P, Q and T with one term more, of these values."""
    P = montgomery(node[0], p, table)
    return P, montgomery(node[1], q, table), _sum_of_products(node[2], q, P, a, table)


@kernel("void(uint64[::1], uint64[::1], uint64[::1], uint64, uint64, uint64, uint64[::1])")
def shadow_modulo_prime(p, q, a, count, rest, table, found):
    """Put P, Q and T of every strand into `found`: of `count` terms, and of `rest` more in the last.

    p, q, a: rows of the values at each strand's first term, then of the first differences there, and so on.
    """
    at_p, at_q, at_a = address_of(p), address_of(q), address_of(a)
    p_degree, q_degree, a_degree = len(p) // STRANDS - 1, len(q) // STRANDS - 1, len(a) // STRANDS - 1
    prime = load(table, PRIME)
    A = (_ONE, _ONE, _ZERO)
    B, C, D = A, A, A
    for _ in range(count):
        A = _one_more(A, load(at_p, 0), load(at_q, 0), load(at_a, 0), table)
        B = _one_more(B, load(at_p, 1), load(at_q, 1), load(at_a, 1), table)
        C = _one_more(C, load(at_p, 2), load(at_q, 2), load(at_a, 2), table)
        D = _one_more(D, load(at_p, 3), load(at_q, 3), load(at_a, 3), table)
        _advance(at_p, p_degree, prime)
        _advance(at_q, q_degree, prime)
        _advance(at_a, a_degree, prime)
    for _ in range(rest):
        D = _one_more(D, load(at_p, 3), load(at_q, 3), load(at_a, 3), table)
        _advance(at_p, p_degree, prime)
        _advance(at_q, q_degree, prime)
        _advance(at_a, a_degree, prime)
    for i in range(3):
        found[i], found[3 + i], found[6 + i], found[9 + i] = A[i], B[i], C[i], D[i]
