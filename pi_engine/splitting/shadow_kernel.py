"""The shadow of the splitting, compiled: eleven products modulo 2^61 − 1 a term.

The polynomials come as arrays of coefficients modulo M, so that one kernel serves every series.
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

_M = np.uint64(M61)
_ZERO = np.uint64(0)
_ONE = np.uint64(1)


@intrinsic
def _times(typing_context: Any, x: Any, y: Any) -> Any:
    """x·y mod M for x, y < M: the 122-bit product's low 61 bits plus its high 61 bits, reduced once."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        word, double = ir.IntType(64), ir.IntType(128)
        modulus = ir.Constant(word, M61)
        full = builder.mul(*(builder.zext(argument, double) for argument in arguments))
        low = builder.and_(builder.trunc(full, word), modulus)
        high = builder.trunc(builder.lshr(full, ir.Constant(double, 61)), word)
        total = builder.add(low, high)  # ≤ 2M: fits, and one subtraction suffices
        return builder.select(builder.icmp_unsigned(">=", total, modulus), builder.sub(total, modulus), total)

    return types.uint64(types.uint64, types.uint64), generate


@routine
def _plus(x: np.uint64, y: np.uint64) -> np.uint64:
    total = x + y
    return total - _M if total >= _M else total


@routine
def _evaluate(coefficients: Words, k: np.uint64) -> np.uint64:
    value = _ZERO
    for i in range(len(coefficients) - 1, -1, -1):
        value = _plus(_times(value, k), coefficients[i])
    return value


@routine
def shadow_of_terms(p: Words, q: Words, a: Words, found: Words, terms: np.uint64) -> None:
    """Put Q and T of 0 ≤ k < `terms` < 2^61, modulo M, into `found`."""
    P = _ONE
    Q = _ONE
    T = _evaluate(a, _ZERO)
    k = _ONE
    while k < terms:
        q_k = _evaluate(q, k)
        P = _times(P, _evaluate(p, k))
        Q = _times(Q, q_k)
        T = _plus(_times(T, q_k), _times(P, _evaluate(a, k)))
        k += _ONE
    found[0] = Q
    found[1] = T
