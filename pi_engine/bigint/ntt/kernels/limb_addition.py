"""Adding one row of limbs into another, from inside kernels or as a kernel of its own."""

import numpy as np

from pi_engine.bigint.vectors.words import load, store
from pi_engine.runtime.compilation.routine import kernel

_ZERO = np.uint64(0)
_ONE = np.uint64(1)


@kernel("int64(int64, int64, int64, int64)")
def add_limbs(out, count, addend, addend_count):
    """Add the limbs at `addend` to those at `out`, addresses both; returns the carry out of `count` ≥ addend_count."""
    carry = _ZERO
    place, source = np.uint64(out), np.uint64(addend)
    i = 0
    while i < count and (i < addend_count or carry):
        value = load(place, i)
        total = value + carry
        carry = _ONE if total < value else _ZERO
        if i < addend_count:
            term = load(source, i)
            total += term
            if total < term:
                carry = _ONE
        store(place, i, total)
        i += 1
    return np.int64(carry)
