"""The shadow of the splitting, compiled: four products modulo M = 2^61 − 1 a term, four strands of terms side by side.

The polynomials come as arrays of coefficients modulo M, so that one kernel serves every series. A range of terms is cut
into STRANDS strands of equal length, and the loop takes one term of each in turn: a product waits for the one before
it, and so do those of another strand for nothing. What is left over goes on with the last strand.

The values of a polynomial f of degree d go from term to term by its differences, d additions for all strands at once:
f(k + 1) = f(k) + Δf(k), Δf(k + 1) = Δf(k) + Δ²f(k), …, and Δ^d f is constant. A row of STRANDS words holds one difference of
every strand; the rows of f, Δf, …, Δ^d f follow each other. The first ones come from f(k), …, f(k + d) by Horner's rule.

Bounds. A word x folds into (x mod 2^61) + ⌊x/2^61⌋ < 2^61 + 8 =: H, which is x modulo M; a product folds alike, without
being reduced:
  a polynomial by Horner's rule, value < 2^63 and k ≤ 2^60: value·k < 2^123 folds into less than 2^61 + 2^62, and with a
    coefficient < M it is less than 2^63 again, and 8·k < 2^64; a fold at the end leaves less than H;
  a difference of two below H: x + 2M − y < 2^63 folds into less than H; a sum of two as well;
  P·p(k) and Q·q(k), all below H: H² < 2^122 + 2^66 folds into less than 2^61 + 2^61 + 33, and a second fold leaves
    less than H;
  T·q(k) + P·a(k): 2·H² < 2^123 + 2^67 folds into less than 2^61 + 2^62 + 65 < 2^63, and so on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pi_engine.bigint.residues.kernels.mersenne import BITS, M61
from pi_engine.bigint.residues.kernels.residue_lanes import add_next_row, folded_product, folded_products, horner_step
from pi_engine.bigint.vectors.words import address_of, load, store
from pi_engine.runtime.compilation.routine import kernel, routine
from pi_engine.splitting.kernels.tree_kernels import STRANDS

Words = NDArray[np.uint64]

_ROW_BYTES = np.uint64(8 * STRANDS)
_M = np.uint64(M61)
_ZERO = np.uint64(0)
_ONE = np.uint64(1)
_BITS = np.uint64(BITS)
_THREE = np.uint64(3)
_TWICE_M = np.uint64(2 * M61)


@routine
def _fold(x: np.uint64) -> np.uint64:
    return (x & _M) + (x >> _BITS)


@routine
def _value(f: Words, k: np.uint64) -> Any:
    """f(k) by Horner's rule, below H."""
    eight_k = k << _THREE
    value = _ZERO
    for i in range(len(f) - 1, -1, -1):
        value = horner_step(value, eight_k, f[i])
    return _fold(value)


@routine
def _begin(f: Words, first: np.uint64, apart: np.uint64, rows: np.uint64) -> None:
    """Put f and its differences at first, first + apart, … into the rows at `rows`."""
    count = len(f)
    for strand in range(STRANDS):
        start = first + np.uint64(strand) * apart
        for j in range(count):
            store(rows, STRANDS * j + strand, _value(f, start + np.uint64(j)))
        for i in range(1, count):
            for j in range(count - 1, i - 1, -1):
                upper: np.uint64 = load(rows, STRANDS * j + strand)
                lower: np.uint64 = load(rows, STRANDS * (j - 1) + strand)
                store(rows, STRANDS * j + strand, _fold(upper + (_TWICE_M - lower)))


@routine
def _advance(rows: np.uint64, degree: int) -> None:
    """From the values and differences at k to those at k + 1, in every strand."""
    for i in range(degree):
        add_next_row(rows + _ROW_BYTES * np.uint64(i))


@routine
def _one_more(node: Any, p: np.uint64, q: np.uint64, a: np.uint64) -> Any:
    """P, Q and T with one term more, of these values."""
    P = _fold(folded_product(node[0], p))
    return P, _fold(folded_product(node[1], q)), _fold(folded_products(node[2], q, P, a))


@routine
def _joined(left: Any, right: Any) -> Any:
    """P, Q and T of two neighbouring ranges."""
    P, Q = _fold(folded_product(left[0], right[0])), _fold(folded_product(left[1], right[1]))
    return P, Q, _fold(folded_products(left[2], right[1], left[0], right[2]))


@kernel("void(uint64[::1], uint64[::1], uint64[::1], uint64, uint64, uint64[::1], uint64[::1])")
def shadow_of_terms(
    p: Words, q: Words, a: Words, first: np.uint64, count: np.uint64, rows: Words, found: Words
) -> None:
    """Put P, Q and T of the `count` terms from `first` on into `found`, modulo M.

    `rows` is a buffer with a row for each coefficient; first + count, and the largest degree added, is at most 2^60.
    """
    length = count // np.uint64(STRANDS)
    at_p: np.uint64 = address_of(rows)
    at_q = at_p + _ROW_BYTES * np.uint64(len(p))
    at_a = at_q + _ROW_BYTES * np.uint64(len(q))
    _begin(p, first, length, at_p)
    _begin(q, first, length, at_q)
    _begin(a, first, length, at_a)
    A = (_ONE, _ONE, _ZERO)
    B, C, D = A, A, A
    for _ in range(length):
        A = _one_more(A, load(at_p, 0), load(at_q, 0), load(at_a, 0))
        B = _one_more(B, load(at_p, 1), load(at_q, 1), load(at_a, 1))
        C = _one_more(C, load(at_p, 2), load(at_q, 2), load(at_a, 2))
        D = _one_more(D, load(at_p, 3), load(at_q, 3), load(at_a, 3))
        _advance(at_p, len(p) - 1)
        _advance(at_q, len(q) - 1)
        _advance(at_a, len(a) - 1)
    for _ in range(count - np.uint64(STRANDS) * length):  # the last strand's rows are at its end
        D = _one_more(D, load(at_p, 3), load(at_q, 3), load(at_a, 3))
        _advance(at_p, len(p) - 1)
        _advance(at_q, len(q) - 1)
        _advance(at_a, len(a) - 1)
    node = _joined(_joined(A, B), _joined(C, D))
    for i in range(3):
        value = _fold(node[i])
        found[i] = value - _M if value >= _M else value
