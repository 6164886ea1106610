"""The functions of `mpn` in Numba alone, for where libgmp cannot be reached: schoolbook, exact, quadratic.

Same names, arguments and preconditions as GMP's. Each is compiled with C's calling convention and has an address, so that kernels
call it in the very way in which they call GMP. No cost matters here but that of being right.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types

from pi_engine.bigint.words import load, multiply_add_wide, store
from pi_engine.runtime.compilation import OPTIONS, routine

_A, _N, _U, _V = types.uint64, types.int64, types.uint64, types.void
# name: result, arguments. Addresses travel as integers: in every 64-bit calling convention the same registers as pointers.
SIGNATURES: dict[str, Any] = {
    "mul": _U(_A, _A, _N, _A, _N),
    "mul_n": _V(_A, _A, _A, _N),
    "sqr": _V(_A, _A, _N),
    "mul_1": _U(_A, _A, _N, _U),
    "addmul_1": _U(_A, _A, _N, _U),
    "submul_1": _U(_A, _A, _N, _U),
    "add_n": _U(_A, _A, _A, _N),
    "sub_n": _U(_A, _A, _A, _N),
    "lshift": _U(_A, _A, _N, types.uint32),
    "rshift": _U(_A, _A, _N, types.uint32),
    "cmp": types.int32(_A, _A, _N),
    "tdiv_qr": _V(_A, _A, _N, _A, _N, _A, _N),
}

ONE, SIXTY_FOUR = np.uint64(1), np.uint64(64)
ZERO = np.uint64(0)


@routine
def mul_1(r, a, n, v):
    carry = ZERO
    for i in range(n):
        low, carry = multiply_add_wide(load(a, i), v, carry, ZERO)
        store(r, i, low)
    return carry


@routine
def addmul_1(r, a, n, v):
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
        store(r, n + i, addmul_1(r + np.uint64(8 * i), a, n, load(b, i)))
    return load(r, n + m - 1)


@routine
def mul_n(r, a, b, n):
    mul(r, a, n, b, n)


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
def lshift(r, a, n, count):
    up, down = np.uint64(count), SIXTY_FOUR - np.uint64(count)
    out = load(a, n - 1) >> down
    for i in range(n - 1, 0, -1):
        store(r, i, (load(a, i) << up) | (load(a, i - 1) >> down))
    store(r, 0, load(a, 0) << up)
    return out


@routine
def rshift(r, a, n, count):
    down, up = np.uint64(count), SIXTY_FOUR - np.uint64(count)
    out = load(a, 0) << up
    for i in range(n - 1):
        store(r, i, (load(a, i) >> down) | (load(a, i + 1) << up))
    store(r, n - 1, load(a, n - 1) >> down)
    return out


@routine
def cmp(a, b, n):
    for i in range(n - 1, -1, -1):
        x, y = load(a, i), load(b, i)
        if x != y:
            return np.int32(1) if x > y else np.int32(-1)
    return np.int32(0)


@routine
def _at_least(a, b, n, top):
    return top != ZERO or cmp(a, b, n) >= 0


@routine
def tdiv_qr(q, r, unused, a, n, d, m):
    # One bit at a time: remainder = 2·remainder + bit, less d where it is not smaller.
    for i in range(m):
        store(r, i, ZERO)
    for i in range(n - m + 1):
        store(q, i, ZERO)
    for i in range(n - 1, -1, -1):
        for shift in range(63, -1, -1):
            bit = (load(a, i) >> np.uint64(shift)) & ONE
            top = load(r, m - 1) >> np.uint64(63)
            for j in range(m - 1, 0, -1):
                store(r, j, (load(r, j) << ONE) | (load(r, j - 1) >> np.uint64(63)))
            store(r, 0, (load(r, 0) << ONE) | bit)
            if _at_least(r, d, m, top):
                sub_n(r, r, d, m)
                store(q, i, load(q, i) | (ONE << np.uint64(shift)))


_KEPT: list[Any] = []  # the compiled code lives as long as these objects


def addresses() -> dict[str, int]:
    """The address of each function; compiling takes a second or two, once in a process."""
    options = {name: value for name, value in OPTIONS.items() if name in ("fastmath", "boundscheck", "error_model")}
    found = {}
    for name, signature in SIGNATURES.items():
        compiled = numba.cfunc(signature, **options)(globals()[name].py_func)
        _KEPT.append(compiled)
        found[name] = compiled.address
    return found
