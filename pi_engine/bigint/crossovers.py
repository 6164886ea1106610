"""What `pi-engine tune` times: each crossover as two ways of doing the same work at a given size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gmpy2

from pi_engine.bigint.buffers.limbs import limbs_of, mpz_from_limbs
from pi_engine.bigint.cyclic import Ring
from pi_engine.bigint.limb_products import multiply_limbs
from pi_engine.bigint.negacyclic import NegacyclicRing
from pi_engine.bigint.product import TRANSFORM
from pi_engine.runtime.tuning import Thresholds, measure

if TYPE_CHECKING:
    from collections.abc import Callable

    from gmpy2 import mpz

    from pi_engine.runtime.tuning import Case


def _operands(bits: int) -> tuple[mpz, mpz]:
    state = gmpy2.random_state(bits)
    top = gmpy2.mpz(1) << (bits - 1)
    return gmpy2.mpz_urandomb(state, bits) | top, gmpy2.mpz_urandomb(state, bits) | top


def _by_transform(a: mpz, b: mpz, threads: int) -> mpz:
    x = limbs_of(a)
    return mpz_from_limbs(multiply_limbs(x, x if a is b else limbs_of(b), threads))


def _product(bits: int) -> Case:
    a, b = _operands(bits)
    return lambda: a * b, lambda: _by_transform(a, b, 1)


def _square(bits: int) -> Case:
    a, _ = _operands(bits)
    return lambda: a * a, lambda: _by_transform(a, a, 1)


def _ring(bits: int) -> Case:
    def times(ring: Ring) -> Callable[[], mpz]:
        a, b = _operands(64 * (bits // 128))
        factor, limbs = ring.factor(b), limbs_of(a)
        return lambda: factor.times(limbs)

    return times(NegacyclicRing(bits // 64, 1)), times(Ring(bits // 64, 1))


def measure_crossovers() -> Thresholds:
    """The thresholds of this machine, by measurement; some ten seconds."""
    TRANSFORM.load()
    return measure(
        {
            "multiply": (_product, 10_000, 1_000_000),
            "square": (_square, 10_000, 1_000_000),
            "ring": (_ring, 300_000, 9_000_000),
        }
    )
