"""What the kernels need to know of a prime modulus, as one array of words: constants, then the weights of a block of limbs."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pi_engine.bigint.limbs import Limbs

# The places of the constants; powers of two are modulo the prime, INVERSE is of the prime modulo 2^64, BLOCK_SHIFT is
# base^BLOCK·2^64, the weight of the next block in Montgomery's form.
PRIME, INVERSE, TO_64, TO_128, TO_192, BLOCK_SHIFT, WEIGHTS = range(7)
BLOCK = 256  # limbs: the table fits the first-level cache beside them
TABLE_WORDS = WEIGHTS + BLOCK


@functools.lru_cache(maxsize=64)
def modulus_table(prime: int, base: int = 2**64) -> Limbs:
    """The table of an odd prime below 2^61, for numbers in that base. 0.1 ms."""
    if not (2 < prime < 2**61 and prime % 2):
        raise ValueError("the modulus must be an odd prime below 2^61")
    constants = [prime, pow(prime, -1, 2**64), *(pow(2, shift, prime) for shift in (64, 128, 192))]
    constants.append((pow(base, BLOCK, prime) << 64) % prime)
    return np.array(constants + [pow(base, i, prime) for i in range(BLOCK)], np.uint64)


@functools.lru_cache(maxsize=16)
def digit_tables(primes: tuple[int, ...], digits: int) -> Limbs:
    """The tables of several primes, one after the other, for Σ x_i·10^(−digits·i)."""
    return np.concatenate([modulus_table(prime, pow(10, -digits, prime)) for prime in primes])
