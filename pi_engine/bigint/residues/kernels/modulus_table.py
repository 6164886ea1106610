"""What the kernels need to know of a prime modulus, as one array of words: constants, then weights of words and of rows."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.residues.kernels.mersenne import M61

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs

BLOCK = 256  # limbs: the table fits the first-level cache together with them
ROW = 8  # words of a row
ROWS = 512
PIECES, PIECE_BITS = 3, 21  # of a row's weight: its products with halves of words are below 2^53
SUMS = 2 * PIECES
ROW_WORDS = 2  # in which a row's weight is: four halves, of which the last is empty

# The places of the constants; powers of two are modulo the prime, INVERSE is of the prime modulo 2^64, BLOCK_SHIFT is
# base^BLOCK·2^64, the weight of the next block in Montgomery's form, and ROWS_SHIFT the same for so many rows.
# FOLDS is, for halves h of words and pieces p, 2^(32·h + 21·p + 64), and that times 2^64 for what is above a word.
PRIME, INVERSE, TO_64, TO_128, TO_192, BLOCK_SHIFT, ROWS_SHIFT, WEIGHTS = range(8)
FOLDS = WEIGHTS + BLOCK
ROW_WEIGHTS = FOLDS + 2 * SUMS
TABLE_WORDS = ROW_WEIGHTS + ROW_WORDS * ROWS


@functools.lru_cache(maxsize=64)
def modulus_table(prime: int, base: int = 2**64) -> Limbs:
    """The table of an odd prime below 2^61, for numbers in that base. 0.3 ms."""
    if not (2 < prime <= M61 and prime % 2):
        raise ValueError("the modulus must be an odd prime below 2^61")
    constants = [prime, pow(prime, -1, 2**64), *(pow(2, shift, prime) for shift in (64, 128, 192))]
    constants += [(pow(base, count, prime) << 64) % prime for count in (BLOCK, ROW * ROWS)]
    folds = [pow(2, 32 * h + PIECE_BITS * p + up, prime) for h in range(2) for p in range(PIECES) for up in (64, 128)]
    rows = np.zeros((ROWS, 2 * ROW_WORDS), np.uint32)
    shifts = np.arange(0, PIECES * PIECE_BITS, PIECE_BITS, dtype=np.uint64)
    powers = np.array(_powers(pow(base, ROW, prime), ROWS, prime), np.uint64)
    rows[:, :PIECES] = powers[:, None] >> shifts & np.uint64(2**PIECE_BITS - 1)
    words = np.array(constants + _powers(base, BLOCK, prime) + folds, np.uint64)
    return np.concatenate([words, rows.ravel().view(np.uint64)])


def _powers(base: int, count: int, prime: int) -> list[int]:
    return list(itertools.accumulate(range(count - 1), lambda power, _: power * base % prime, initial=1))


@functools.lru_cache(maxsize=16)
def digit_tables(primes: tuple[int, ...], digits: int) -> Limbs:
    """The tables of several primes, one after the other, for Σ x_i·10^(−digits·i)."""
    return np.concatenate([modulus_table(prime, pow(10, -digits, prime)) for prime in primes])
