"""Checking large products by what they leave modulo 2^61 − 1 and modulo a random prime.

A wrong product passes the first with probability 2^−61, unless the error is one of the few that it cannot see: limbs
displaced by a multiple of 61 places. The second prime is drawn anew in every process and has no such pattern.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.limbs import Limbs, limb_address, limb_count
from pi_engine.bigint.buffers.workers import share_several
from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.bigint.residues.kernels.modulus_table import modulus_table
from pi_engine.bigint.residues.moduli import Residues, moduli_text, power, random_prime
from pi_engine.bigint.residues.stored_residues import product_is_right, residues_at
from pi_engine.errors import MiscalculationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmpy2 import mpz

SHARED_FROM_BITS_OF_BOTH = 12_000_000
"""Bits to be read modulo both `moduli` from which it pays to hand half to another thread (some 150 µs on AMD Zen 1)."""


@functools.lru_cache(maxsize=64)
def _table(prime: int) -> tuple[int, Limbs]:
    """The address of the prime's table, and the table, which the cache keeps, or the caller."""
    table = modulus_table(prime)
    return table.ctypes.data, table


def residues_of_several(numbers: Sequence[Limbs | mpz], threads: int = 1) -> list[Residues]:
    """Integers, with their signs, and arrays of limbs modulo both `moduli`, in one pass that the threads share.

    Raises:
        TypeError: limbs are not uint64, or have gaps.
    """
    prime = random_prime()
    table, owner = _table(prime)
    places = [_place(number) for number in numbers]
    lengths = [place[1] for place in places]
    threads = threads if 64 * sum(lengths) >= SHARED_FROM_BITS_OF_BOTH else 1
    found = np.empty((threads, len(places), 2), np.uint64)
    target = found.ctypes.data
    parts: list[tuple[int, int, int]] = []

    def task(thread: int, i: int, first: int, last: int) -> None:
        residues_at(places[i][0] + 8 * first, last - first, table, target + 16 * (thread * len(places) + i))
        parts.append((thread, i, first))

    share_several(task, lengths, threads, numbers, owner, found)
    del owner  # alive until here, as the numbers are
    rows = found.tolist()
    totals = [(0, 0)] * len(places)
    for thread, i, first in parts:
        x, y = rows[thread][i]
        if first:
            x, y = x * power(2, 64 * first, M61), y * power(2, 64 * first, prime)
        totals[i] = totals[i][0] + x, totals[i][1] + y
    return [Residues((sign * x % M61, sign * y % prime)) for (x, y), (*_, sign) in zip(totals, places, strict=True)]


def _place(number: Limbs | mpz) -> tuple[int, int, object, int]:
    """Where a number's limbs lie, how many they are, the object to keep alive while they are read, and the sign, 1 or −1."""
    if isinstance(number, np.ndarray):
        if number.dtype != np.uint64 or not number.flags.c_contiguous:
            raise TypeError("limbs are contiguous uint64")
        return number.ctypes.data, len(number), number, 1
    address, owner = limb_address(number)
    return address, limb_count(number), owner, -1 if number < 0 else 1


def is_product(a: mpz, b: mpz, product: mpz, threads: int = 1) -> bool:
    """Whether `product` can be a·b: its sign, its length in bits, its residues modulo both `moduli`."""
    if not a or not b:
        return not product
    bits = a.bit_length() + b.bit_length()
    if product.bit_length() not in (bits - 1, bits) or (product < 0) != ((a < 0) != (b < 0)):
        return False
    if threads > 1 and 2 * bits >= SHARED_FROM_BITS_OF_BOTH:
        x, y, found = residues_of_several([a, b, product], threads)
        return x * y == found
    table, owner = _table(random_prime())
    numbers = a, b, product
    places, owners = zip(*(limb_address(x) for x in numbers), strict=True)
    operands = [argument for place, x in zip(places, numbers, strict=True) for argument in (place, limb_count(x))]
    right = bool(product_is_right(*operands, table))
    del owner, owners  # alive until here
    return right


def check_product(a: mpz, b: mpz, product: mpz, threads: int = 1) -> None:
    """Raise VerificationError unless `is_product`."""
    if not is_product(a, b, product, threads):
        reason = f"a product of {a.bit_length()} by {b.bit_length()} bits is wrong modulo {moduli_text()}"
        message = f"{reason}: run again, and if it happens twice test the memory of this machine"
        raise MiscalculationError(message, reason=reason)
