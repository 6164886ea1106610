"""Products and sums of signed numbers inside kernels, by GMP's own functions, with the scratch that GMP takes for itself.

A number is its limbs, at an address, and a length whose sign is the number's, as in GMP's `_mp_size`. Zero has length 0; otherwise
the highest limb is not 0.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.mpn import mpn_calls
from pi_engine.bigint.vectors.words import load, store
from pi_engine.runtime.compilation.routine import routine

ZERO = np.uint64(0)


@routine
def product(out, a, n, b, m):
    """Write |a|·|b| of n and m limbs; returns its length without leading zeros. The result must not overlap the operands."""
    if n == 0 or m == 0:
        return 0
    if n < m:
        a, n, b, m = b, m, a, n
    if a == b and n == m:
        mpn_calls.sqr(out, a, n)
    else:
        mpn_calls.mul(out, a, n, b, m)
    length = n + m
    while length > 0 and load(out, length - 1) == ZERO:
        length -= 1
    return length


@routine
def signed_sum(out, a, a_length, b, b_length):
    """Write a + b for signed lengths; returns the sum's signed length. `out` holds the longer operand and one limb more."""
    n, m = abs(a_length), abs(b_length)
    if n < m:
        a, a_length, n, b, b_length, m = b, b_length, m, a, a_length, n
    negative = a_length < 0
    if negative == (b_length < 0):
        carry = mpn_calls.add_n(out, a, b, m) if m else ZERO
        for i in range(m, n):
            x = load(a, i) + carry
            carry = np.uint64(x < carry)
            store(out, i, x)
        store(out, n, carry)
        length = n + 1
    else:
        if n == m and mpn_calls.cmp(a, b, n) < 0:
            a, b, negative = b, a, not negative
        borrow = mpn_calls.sub_n(out, a, b, m) if m else ZERO
        for i in range(m, n):
            x = load(a, i)
            store(out, i, x - borrow)
            borrow = np.uint64(x < borrow)
        length = n
    while length > 0 and load(out, length - 1) == ZERO:
        length -= 1
    return -length if negative else length
