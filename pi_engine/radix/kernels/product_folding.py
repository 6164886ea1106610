"""A whole product by GMP, made into what the complex transform would have made of it, where that is not proved."""

import numpy as np

from pi_engine.bigint.mpn import mpn_calls
from pi_engine.bigint.vectors.words import load, store
from pi_engine.runtime.compilation.routine import routine

ZERO, ONE = np.uint64(0), np.uint64(1)


@routine
def fold_product(number, limbs, modulus_limbs):
    """Write a number modulo B^modulus_limbs + 1 in its place, in `modulus_limbs` limbs unless it is −1."""
    for i in range(limbs, modulus_limbs):
        store(number, i, ZERO)
    high = limbs - modulus_limbs
    if high <= 0:
        return
    borrow = mpn_calls.sub_n(number, number, number + np.uint64(8 * modulus_limbs), high)
    for i in range(high, modulus_limbs):
        value = load(number, i)
        store(number, i, value - borrow)
        borrow = ONE if value < borrow else ZERO
    for i in range(modulus_limbs):  # −B^modulus_limbs is 1
        value = load(number, i) + borrow
        store(number, i, value)
        if value >= borrow:
            break
