"""The functions of `mpn` in Numba alone, for where libgmp cannot be reached: schoolbook, exact, quadratic.

Same names, arguments and preconditions as GMP's. Each is compiled with C's calling convention and has an address, so that kernels
call it in the very way in which they call GMP. No cost matters here but that of being right.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types

from pi_engine.bigint.vectors.words import load, multiply_add_wide, store
from pi_engine.runtime.compilation.routine import OPTIONS, routine

_A, _N, _U, _V = types.uint64, types.int64, types.uint64, types.void
# name: result, arguments. Addresses travel as integers: in every 64-bit calling convention the same registers as pointers.
SIGNATURES: dict[str, Any] = {
    "mul": _U(_A, _A, _N, _A, _N),
    "sqr": _V(_A, _A, _N),
    "mul_1": _U(_A, _A, _N, _U),
    "submul_1": _U(_A, _A, _N, _U),
    "add_n": _U(_A, _A, _A, _N),
    "sub_n": _U(_A, _A, _A, _N),
    "cmp": types.int32(_A, _A, _N),
}

ZERO, ONE = np.uint64(0), np.uint64(1)


@routine
def mul_1(r, a, n, v):
    carry = ZERO
    for i in range(n):
        low, carry = multiply_add_wide(load(a, i), v, carry, ZERO)
        store(r, i, low)
    return carry


@routine
def _addmul_1(r, a, n, v):
    carry = ZERO
    for i in range(n):
        low, carry = multiply_add_wide(load(a, i), v, carry, load(r, i))
        store(r, i, low)
    return carry


@routine
def submul_1(r, a, n, v):
    borrow = ZERO
    for i in range(n):
        low, borrow = multiply_add_wide(load(a, i), v, borrow, ZERO)
        old = load(r, i)
        store(r, i, old - low)
        borrow += ONE if old < low else ZERO
    return borrow


@routine
def mul(r, a, n, b, m):
    store(r, n, mul_1(r, a, n, load(b, 0)))
    for i in range(1, m):
        store(r, n + i, _addmul_1(r + np.uint64(8 * i), a, n, load(b, i)))
    return load(r, n + m - 1)


@routine
def sqr(r, a, n):
    mul(r, a, n, a, n)


@routine
def add_n(r, a, b, n):
    carry = ZERO
    for i in range(n):
        x = load(a, i)
        half = x + load(b, i)
        total = half + carry
        carry = ONE if half < x or total < half else ZERO
        store(r, i, total)
    return carry


@routine
def sub_n(r, a, b, n):
    borrow = ZERO
    for i in range(n):
        x, y = load(a, i), load(b, i)
        store(r, i, x - y - borrow)
        borrow = ONE if x < y or (x == y and borrow != ZERO) else ZERO
    return borrow


@routine
def cmp(a, b, n):
    for i in range(n - 1, -1, -1):
        x, y = load(a, i), load(b, i)
        if x != y:
            return np.int32(1) if x > y else np.int32(-1)
    return np.int32(0)


_KEPT: list[Any] = []  # the compiled code lives as long as these objects


def addresses() -> dict[str, int]:
    """The address of each function; compiling takes a second or two, once in a process."""
    options = {name: value for name, value in OPTIONS.items() if name in ("fastmath", "boundscheck", "error_model")}
    found: dict[str, int] = {}
    for name, signature in SIGNATURES.items():
        compiled = numba.cfunc(signature, **options)(globals()[name].py_func)
        _KEPT.append(compiled)
        assert compiled.address is not None
        found[name] = compiled.address
    return found
