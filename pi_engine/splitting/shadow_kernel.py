"""The shadow of the splitting, compiled: eleven products modulo M = 2^61 − 1 a term, four strands of terms side by side.

The polynomials come as arrays of coefficients modulo M, so that one kernel serves every series. A range of terms is cut
into STRANDS strands of equal length, and the loop takes one term of each in turn: a product waits for the one before
it, and so do those of another strand for nothing. What is left over goes on with the last strand.

Bounds. A word x folds into (x mod 2^61) + ⌊x/2^61⌋ < 2^61 + 8 =: H, which is x modulo M; a product folds alike, without
being reduced:
  a polynomial by Horner's rule, value < 2^63 and k ≤ 2^60: value·k < 2^123 folds into less than 2^61 + 2^62, and with a
    coefficient < M it is less than 2^63 again, and 8·k < 2^64; a fold at the end leaves less than H;
  P·p(k) and Q·q(k), all below H: H² < 2^122 + 2^66 folds into less than 2^61 + 2^61 + 33, and a second fold leaves
    less than H;
  T·q(k) + P·a(k): 2·H² < 2^123 + 2^67 folds into less than 2^61 + 2^62 + 65 < 2^63, and so on.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from pi_engine.bigint.mersenne import M61
from pi_engine.runtime.compilation import routine

Words = NDArray[np.uint64]

STRANDS = 4
"""Measured on AMD Zen 5: 6.6 ns a term, with two strands 7.4, with one 9.9."""

_WORD, _DOUBLE = ir.IntType(64), ir.IntType(128)
_M = np.uint64(M61)
_ZERO = np.uint64(0)
_ONE = np.uint64(1)
_BITS = np.uint64(61)
_THREE = np.uint64(3)


def _product(builder: Any, x: Any, y: Any) -> Any:
    return builder.mul(builder.zext(x, _DOUBLE), builder.zext(y, _DOUBLE))


def _folded(builder: Any, full: Any) -> Any:
    low = builder.and_(builder.trunc(full, _WORD), ir.Constant(_WORD, M61))
    return builder.add(low, builder.trunc(builder.lshr(full, ir.Constant(_DOUBLE, 61)), _WORD))


@intrinsic
def _horner_step(typing_context: Any, value: Any, eight_k: Any, coefficient: Any) -> Any:
    """value·k folded once, and the coefficient: of 8·value·k the upper word is ⌊value·k/2^61⌋, without a shift across words."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        full = _product(builder, *arguments[:2])
        low = builder.lshr(builder.trunc(full, _WORD), ir.Constant(_WORD, 3))
        high = builder.trunc(builder.lshr(full, ir.Constant(_DOUBLE, 64)), _WORD)
        return builder.add(builder.add(low, high), arguments[2])

    return types.uint64(*[types.uint64] * 3), generate


@intrinsic
def _times(typing_context: Any, x: Any, y: Any) -> Any:
    """x·y folded once, for products below 2^124."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return _folded(builder, _product(builder, *arguments))

    return types.uint64(types.uint64, types.uint64), generate


@intrinsic
def _sum_of_products(typing_context: Any, x: Any, y: Any, u: Any, v: Any) -> Any:
    """x·y + u·v folded once, for sums below 2^124."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        total = builder.add(_product(builder, *arguments[:2]), _product(builder, *arguments[2:]))
        return _folded(builder, total)

    return types.uint64(*[types.uint64] * 4), generate


@routine
def _fold(x: np.uint64) -> np.uint64:
    return (x & _M) + (x >> _BITS)


@routine
def _values(f: Words, k: np.uint64, apart: np.uint64) -> Any:
    """f(k), f(k + apart), …, one for each strand."""
    k0, apart = k << _THREE, apart << _THREE
    k1 = k0 + apart
    k2 = k1 + apart
    k3 = k2 + apart
    v0, v1, v2, v3 = _ZERO, _ZERO, _ZERO, _ZERO
    for i in range(len(f) - 1, -1, -1):
        v0 = _horner_step(v0, k0, f[i])
        v1 = _horner_step(v1, k1, f[i])
        v2 = _horner_step(v2, k2, f[i])
        v3 = _horner_step(v3, k3, f[i])
    return _fold(v0), _fold(v1), _fold(v2), _fold(v3)


@routine
def _one_more(node: Any, p: np.uint64, q: np.uint64, a: np.uint64) -> Any:
    """P, Q and T with one term more, of these values."""
    P = _fold(_times(node[0], p))
    return P, _fold(_times(node[1], q)), _fold(_sum_of_products(node[2], q, P, a))


@routine
def _joined(left: Any, right: Any) -> Any:
    """P, Q and T of two neighbouring ranges."""
    P, Q = _fold(_times(left[0], right[0])), _fold(_times(left[1], right[1]))
    return P, Q, _fold(_sum_of_products(left[2], right[1], left[0], right[2]))


@routine
def shadow_of_terms(p: Words, q: Words, a: Words, first: np.uint64, count: np.uint64, found: Words) -> None:
    """Put P, Q and T of the `count` terms from `first` on into `found`, modulo M; first + count ≤ 2^60."""
    length = count // np.uint64(STRANDS)
    A = (_ONE, _ONE, _ZERO)
    B, C, D = A, A, A
    k = first
    end = first + length
    while k < end:
        p_values, q_values, a_values = _values(p, k, length), _values(q, k, length), _values(a, k, length)
        A = _one_more(A, p_values[0], q_values[0], a_values[0])
        B = _one_more(B, p_values[1], q_values[1], a_values[1])
        C = _one_more(C, p_values[2], q_values[2], a_values[2])
        D = _one_more(D, p_values[3], q_values[3], a_values[3])
        k += _ONE
    k = first + np.uint64(STRANDS) * length
    end = first + count
    while k < end:
        D = _one_more(D, _values(p, k, _ZERO)[0], _values(q, k, _ZERO)[0], _values(a, k, _ZERO)[0])
        k += _ONE
    node = _joined(_joined(A, B), _joined(C, D))
    for i in range(3):
        value = _fold(node[i])
        found[i] = value - _M if value >= _M else value
