"""What the kernels need to know of a prime modulus, as one array of words: constants, then the weights of a block of limbs."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pi_engine.bigint.limbs import Limbs

# The places of the constants; powers of two are modulo the prime, INVERSE is of the prime modulo 2^64.
PRIME, INVERSE, TO_64, TO_128, TO_192, BLOCK_SHIFT, WEIGHTS = range(7)
BLOCK = 256  # limbs: the table fits the first-level cache beside them


@functools.lru_cache(maxsize=64)
def modulus_table(prime: int) -> Limbs:
    """The table of an odd prime below 2^61. 0.1 ms."""
    if not (2 < prime < 2**61 and prime % 2):
        raise ValueError("the modulus must be an odd prime below 2^61")
    shifts = (64, 128, 192, 64 * (BLOCK + 1))
    constants = [prime, pow(prime, -1, 2**64), *(pow(2, shift, prime) for shift in shifts)]
    return np.array(constants + [pow(2, 64 * i, prime) for i in range(BLOCK)], np.uint64)
