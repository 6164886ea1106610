"""Checking large products by what they leave modulo 2^61 − 1 and modulo a random prime.

A wrong product passes the first with probability 2^−61, unless the error is one of the few that it cannot see: limbs
displaced by a multiple of 61 places. The second prime is drawn anew in every process and has no such pattern.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.limbs import Limbs, limb_address, limb_count
from pi_engine.bigint.mersenne import M61 as MERSENNE
from pi_engine.bigint.moduli import Residues, moduli_text, power, random_prime
from pi_engine.bigint.modulus_table import modulus_table
from pi_engine.bigint.threads import share_several
from pi_engine.bigint.transform_kernels import product_is_right, residue_at, residues_at
from pi_engine.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gmpy2 import mpz

SHARED_FROM_BITS_OF_BOTH = 12_000_000
"""Bits to be read modulo both `moduli` from which it pays to hand half to another thread (some 150 µs on AMD Zen 1)."""


@functools.lru_cache(maxsize=64)
def _table(prime: int) -> tuple[int, Limbs | None]:
    """The address of the prime's table, 0 for 2^61 − 1, and the table, which the cache keeps, or the caller."""
    if prime == MERSENNE:
        return 0, None
    table = modulus_table(prime)
    return table.ctypes.data, table


def residue(x: mpz, prime: int = MERSENNE) -> int:
    """X mod prime, in 0 … prime − 1, also for negative x; one pass over the limbs at the speed of memory."""
    address, owner = limb_address(x)
    table, table_owner = _table(prime)
    found = int(residue_at(address, limb_count(x), table))
    del owner, table_owner  # alive until here
    return (prime - found) % prime if x < 0 else found


def residue_of_limbs(limbs: Limbs, prime: int = MERSENNE) -> int:
    """The number of these limbs modulo prime. `limbs` must be without gaps."""
    _require_contiguous(limbs)
    table, owner = _table(prime)
    found = int(residue_at(limbs.ctypes.data, len(limbs), table))
    del owner  # alive until here
    return found


def residues_of_limbs(limbs: Limbs, threads: int = 1) -> Residues:
    """The number of these limbs modulo 2^61 − 1 and the random prime, in one pass. `limbs` must be without gaps."""
    return residues_of_several([limbs], threads)[0]


def residues_of_several(numbers: Sequence[Limbs], threads: int = 1) -> list[Residues]:
    """The same of several numbers, which are given to the threads together."""
    for limbs in numbers:
        _require_contiguous(limbs)
    return _residues_at([(int(limbs.ctypes.data), len(limbs)) for limbs in numbers], threads)


def residues_of_integers(numbers: Sequence[mpz], threads: int = 1) -> list[Residues]:
    """The same of integers, with their signs."""
    places, owners = zip(*(limb_address(x) for x in numbers), strict=True)
    found = _residues_at([(place, limb_count(x)) for place, x in zip(places, numbers, strict=True)], threads)
    del owners  # alive until here
    return [residue * -1 if x < 0 else residue for x, residue in zip(numbers, found, strict=True)]


def _residues_at(places: Sequence[tuple[int, int]], threads: int) -> list[Residues]:
    """Residues modulo both `moduli` of numbers by the address and the count of their limbs."""
    prime = random_prime()
    table, owner = _table(prime)
    lengths = [length for _, length in places]
    threads = threads if 64 * sum(lengths) >= SHARED_FROM_BITS_OF_BOTH else 1
    found = np.empty((threads, len(places), 2), np.uint64)
    room = found.ctypes.data
    parts: list[tuple[int, int, int]] = []

    def task(thread: int, i: int, first: int, last: int) -> None:
        residues_at(places[i][0] + 8 * first, last - first, table, room + 16 * (thread * len(places) + i))
        parts.append((thread, i, first))

    share_several(task, lengths, threads)
    del owner  # alive until here
    rows = found.tolist()
    totals = [(0, 0)] * len(places)
    for thread, i, first in parts:
        x, y = rows[thread][i]
        if first:
            x, y = x * pow(2, 64 * first % 61, MERSENNE), y * power(2, 64 * first, prime)
        totals[i] = totals[i][0] + x, totals[i][1] + y
    return [Residues((x % MERSENNE, y % prime)) for x, y in totals]


def _require_contiguous(limbs: Limbs) -> None:
    if limbs.dtype != np.uint64 or not limbs.flags.c_contiguous:
        raise TypeError("limbs are contiguous uint64")


def is_product(a: mpz, b: mpz, product: mpz, threads: int = 1) -> bool:
    """Whether `product` can be a·b: its sign, its length in bits, its residues modulo both `moduli`."""
    if not a or not b:
        return not product
    bits = a.bit_length() + b.bit_length()
    if product.bit_length() not in (bits - 1, bits) or (product < 0) != ((a < 0) != (b < 0)):
        return False
    if threads > 1 and 2 * bits >= SHARED_FROM_BITS_OF_BOTH:
        x, y, found = residues_of_integers([a, b, product], threads)
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
        raise VerificationError(
            f"a product of {a.bit_length()} by {b.bit_length()} bits is wrong modulo {moduli_text()}: "
            "run again, and if it happens twice test the memory of this machine"
        )
