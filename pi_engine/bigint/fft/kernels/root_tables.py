"""Roots of unity, many at once: products of two or three that are known as sums of two doubles.

With n/(r·2^k) = v/2^k + u/r up to an integer, r odd, e(n/(r·2^k)) is e(v₁/2^12)·e(v₀/2^24)·e(u/r). A table of e(j/2^12), and another of
e(j/2^24), j < 2^12, is made of twelve seeds. A product of sums of two doubles is off by less than 2^−102; an entry is made of at most
eleven, and a root of two entries and an odd one. So the double it is rounded to is off by half an ulp and 2^−97 at most.
"""

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types

from pi_engine.bigint.vectors.instruction import instruction
from pi_engine.bigint.vectors.load_store import load_double, load_integer, store_double
from pi_engine.runtime.compilation.routine import kernel, routine

MASK = np.int64((1 << 12) - 1)


@instruction(types.float64(types.float64, types.float64, types.float64))
def _multiply_add(builder, x, y, z):
    """x·y + z, rounded once."""
    double = ir.DoubleType()
    function = cgutils.get_or_insert_function(builder.module, ir.FunctionType(double, [double] * 3), "llvm.fma.f64")
    return builder.call(function, (x, y, z))


@routine
def _times(x, y):
    """The product of two sums of two doubles, its parts not yet apart."""
    high = x[0] * y[0]
    return high, _multiply_add(x[0], y[0], -high) + (x[0] * y[1] + x[1] * y[0])


@routine
def _plus(x, y):
    high = x[0] + y[0]
    other = high - x[0]
    low = (x[0] - (high - other)) + (y[0] - other) + (x[1] + y[1])
    total = high + low
    return total, low - (total - high)


@routine
def _product(x, y):
    """The product of two complex numbers, each its real and its imaginary part."""
    taken = _times(x[1], y[1])
    real = _plus(_times(x[0], y[0]), (-taken[0], -taken[1]))
    return real, _plus(_times(x[0], y[1]), _times(x[1], y[0]))


@routine
def _root_at(table, i):
    place = table + 32 * i
    return (load_double(place, 0), load_double(place, 1)), (load_double(place, 2), load_double(place, 3))


@routine
def _store_root(table, i, root):
    for k in range(2):
        store_double(table + 32 * i, 2 * k, root[k][0])
        store_double(table + 32 * i, 2 * k + 1, root[k][1])


@kernel("void(int64, int64, int64)")
def expand_seeds(table, seeds, log):
    """Write e(j·t), j < 2^log, to a table of four doubles each; seeds: e(2^k·t) for k < log."""
    _store_root(table, 0, ((1.0, 0.0), (0.0, 0.0)))
    for k in range(log):
        seed = _root_at(seeds, k)
        for j in range(1 << k):
            _store_root(table, j + (1 << k), _product(_root_at(table, j), seed))


@kernel("void(int64, int64, int64, int64, int64, int64, int64, int64)")
def fill_roots(out, numerators, count, binary_log, odd, upper, lower, odd_roots):
    """Write the real and the imaginary parts of e(n/(odd·2^binary_log)) for a given number of numerators n ≥ 0, as `out`[2][count].

    upper, lower: the tables of e(j/2^12) and e(j/2^24). odd_roots: that of e(j/odd).
    """
    inverse = np.int64(1)  # of odd modulo 2^binary_log, by Newton's iteration
    for _ in range(5):
        inverse *= 2 - odd * inverse
    rest = np.int64(1)  # of 2^binary_log modulo odd
    while (rest << binary_log) % odd != 1 % odd:
        rest += 1
    mask = (np.int64(1) << binary_log) - 1
    for i in range(count):
        n = load_integer(numerators, i)
        v = (n * inverse & mask) << (24 - binary_log)
        root = _product(_root_at(upper, v >> 12), _root_at(lower, v & MASK))
        if odd > 1:
            root = _product(root, _root_at(odd_roots, n % odd * rest % odd))
        store_double(out, i, root[0][0])
        store_double(out, count + i, root[1][0])
