"""What `pi-engine tune` times: each crossover as two ways of doing the same work at a given size, in bits.

The first way of a pair is the better one for small sizes. Both run on one thread, if nothing else is said: what a second thread gains
depends on what else the machine does at the moment. docs/crossovers.md lists these sizes, and those that are not measured.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import gmpy2
import numpy as np
from gmpy2 import mpz

from pi_engine.bench.sum_crossovers import merge_case, subtree_case
from pi_engine.bigint import division, limb_products, negacyclic, product, quotient, reciprocal, square_root
from pi_engine.bigint.binary_fraction import BinaryFraction
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.buffers.limbs import limbs_of, mpz_from_limbs
from pi_engine.bigint.cyclic import Ring
from pi_engine.bigint.fft.fourier_multiplication import product_by_fourier
from pi_engine.bigint.negacyclic import NegacyclicRing
from pi_engine.bigint.vectors.lane_widths import BY_DOUBLES, has_lanes
from pi_engine.engine import fraction_to_text
from pi_engine.engine.evaluation import pi_fraction
from pi_engine.engine.planning.backend import ALL_KERNELS
from pi_engine.radix import digit_text, integer_text, scale
from pi_engine.radix.word_text import word_text
from pi_engine.radix.words_of_fraction import decimal_expansion
from pi_engine.runtime import tuning
from pi_engine.runtime.thread_count import available_threads
from pi_engine.series import CHUDNOVSKY
from pi_engine.splitting.compiled import compiled_tree
from pi_engine.splitting.levels import merge_plans

if TYPE_CHECKING:
    from collections.abc import Callable

    from pi_engine.runtime.tuning import Case, Thresholds

_BITS_PER_DIGIT = math.log2(10)


def _random(bits: int, seed: int = 1) -> mpz:
    """A number of exactly `bits` bits."""
    return gmpy2.mpz_urandomb(gmpy2.random_state(seed), bits) | mpz(1) << (bits - 1)


def _operands(bits: int) -> tuple[mpz, mpz]:
    return _random(bits), _random(bits, 2)


def _by_transform(a: mpz, b: mpz) -> mpz:
    x = limbs_of(a)
    return mpz_from_limbs(limb_products.multiply_limbs(x, x if a is b else limbs_of(b)))


def multiply_case(bits: int) -> Case:
    """Factors of these bits."""
    a, b = _operands(bits)
    return lambda: a * b, lambda: _by_transform(a, b)


def square_case(bits: int) -> Case:
    """A number of these bits."""
    a, _ = _operands(bits)
    return lambda: a * a, lambda: _by_transform(a, a)


def product_case(bits: int, threads: int = 1) -> Case:
    """A product of these bits; the complex transform has one thread in any case."""
    a, b = (limbs_of(x) for x in _operands(32 * (bits // 64)))
    out = np.empty(len(a) + len(b), np.uint64)
    return lambda: product_by_fourier(a, b, out), lambda: limb_products.product_by_ntt(a, b, threads, out)


def ring_case(bits: int) -> Case:
    """A ring of these bits, and a product that fills it."""

    def times(ring: Ring) -> Callable[[], mpz]:
        a, b = _operands(64 * (bits // 128))
        factor, limbs = ring.factor(b), limbs_of(a)
        return lambda: factor.times(limbs)

    return times(NegacyclicRing(bits // 64, 1)), times(Ring(bits // 64, 1))


def reciprocal_case(bits: int) -> Case:
    """The reciprocal to these bits, by GMP or by one step from half of them."""
    limbs = bits // 64
    d = limbs_of(_random(64 * (limbs + 1)))
    return lambda: reciprocal.reciprocal(d, limbs, start=limbs + 1), lambda: reciprocal.reciprocal(
        d, limbs, start=limbs
    )


def inverse_root_case(bits: int) -> Case:
    """1/√10005 to these bits, by GMP or by one step from half of them."""
    limbs = bits // 64
    return (
        lambda: square_root.inverse_root(10005, limbs, start=limbs + 1),
        lambda: square_root.inverse_root(10005, limbs, start=limbs),
    )


def divide_case(bits: int) -> Case:
    """A quotient and a divisor of these bits."""
    bits -= bits % 64
    d = _random(bits)
    n = d * _random(bits, 2)
    return lambda: gmpy2.f_divmod(n, d), lambda: quotient.divmod_newton(n, d, 1)


def root_case(bits: int) -> Case:
    """A root of these bits."""
    limbs = bits // 64
    n = _random(128 * limbs)
    return lambda: gmpy2.isqrt_rem(n), lambda: square_root.isqrt_rem(n, limbs, 1)


def fused_case(bits: int) -> Case:
    """A fraction of these bits."""
    form = CHUDNOVSKY.closed_form
    Q, T = _operands(bits + 200)

    def value(*, fused: bool) -> BinaryFraction:
        root = pi_fraction.root_of_radicand(form, bits, threads=1, compiled=fused, fused_from=0)
        return pi_fraction.pi_fraction(form, HandOver(Q, T), root, bits, threads=1, compiled=True)

    return lambda: value(fused=False), lambda: value(fused=True)


def convert_case(bits: int) -> Case:
    """A fraction of these bits."""
    digits = int((bits - 80) / _BITS_PER_DIGIT)
    mantissa = _random(bits) | mpz(3) << bits

    def by_gmp() -> str:
        scaled = scale(BinaryFraction(mantissa, bits, 8), digits, 10)
        return "" if scaled is None else digit_text(scaled.value, 10)

    def by_tree() -> object:
        expansion = decimal_expansion(HandOver(BinaryFraction(mantissa, bits, 8)), digits)
        return None if expansion is None else word_text(expansion.words[:], 1, b"3.")

    return by_gmp, by_tree


def to_text_case(bits: int) -> Case:
    """An integer of these bits."""
    x = _random(bits)
    return x.digits, lambda: integer_text.text_by_kernels(x, 1, check=True)


def from_text_case(bits: int) -> Case:
    """The text of an integer of these bits."""
    text = _random(bits).digits()
    return lambda: mpz(text, 10), lambda: integer_text.integer_by_kernels(text, 1, check=True)


class Crossover(NamedTuple):
    """A crossover that is measured.

    Attributes:
        meaning: what `tune` says of it, before "from … bits on".
        case: both ways at a given size.
        default: what holds where nothing has been measured.
    """

    meaning: str
    case: Callable[[int], Case]
    default: int


def _bits_of(digits: int) -> int:
    return round(digits * _BITS_PER_DIGIT)


_DEFAULTS = tuning.Thresholds()

CROSSOVERS = {
    "multiply": Crossover("products: by the transform", multiply_case, _DEFAULTS.multiply),
    "square": Crossover("squares: by the transform", square_case, _DEFAULTS.square),
    "product": Crossover(
        "products on one thread: by the number-theoretic transform", product_case, 64 * limb_products.FOURIER_BELOW
    ),
    "shared_product": Crossover(
        "products on all threads: by the number-theoretic transform",
        lambda bits: product_case(bits, available_threads()),
        64 * limb_products.SHARED_FOURIER_BELOW,
    ),
    "ring": Crossover(
        "products modulo 2^n ± 1: by the number-theoretic transform", ring_case, negacyclic.RING_FROM_BITS
    ),
    "reciprocal": Crossover(
        "reciprocals: by Newton's iteration", reciprocal_case, 64 * reciprocal.RECIPROCAL_FROM_LIMBS
    ),
    "inverse_root": Crossover(
        "inverse roots: by Newton's iteration", inverse_root_case, 64 * square_root.ROOT_FROM_LIMBS
    ),
    "divide": Crossover("quotients: by Newton's iteration", divide_case, division.DIVIDE_FROM_BITS),
    "root": Crossover("square roots: by Newton's iteration", root_case, division.ROOT_FROM_BITS),
    "subtree": Crossover("nodes of the sum: in levels, above subtrees,", subtree_case, compiled_tree.SUBTREE_BITS),
    "lanes": Crossover(
        "nodes of the sum: in levels, above eight subtrees side by side,",
        subtree_case,
        compiled_tree.SUBTREE_BITS if BY_DOUBLES else compiled_tree.LANE_SUBTREE_BITS,
    ),
    "merge": Crossover(
        "merges of P, Q and T: by the number-theoretic transform", merge_case, 64 * merge_plans.FOURIER_BELOW
    ),
    "fused": Crossover("√r·Q/T: as one product", fused_case, pi_fraction.FUSED_FROM_BITS),
    "convert": Crossover(
        "digits of a fraction: by the tree", convert_case, _bits_of(fraction_to_text.TREE_FROM_DIGITS)
    ),
    "to_text": Crossover("text of an integer: by the tree", to_text_case, integer_text.TO_TEXT_FROM_BITS),
    "from_text": Crossover(
        "integer of a text: by the tree", from_text_case, _bits_of(integer_text.FROM_TEXT_FROM_DIGITS)
    ),
}
"""By the names of `Thresholds`, in the order in which they are measured."""


def default_sizes() -> dict[str, int]:
    """The crossovers that hold where nothing has been measured, in bits."""
    return {name: crossover.default for name, crossover in CROSSOVERS.items()}


def measured_here() -> dict[str, Crossover]:
    """Those that this machine has: it builds subtrees one by one or, by its instructions, side by side; and sharing takes two threads."""
    left = {"lanes": has_lanes(), "subtree": not has_lanes(), "shared_product": available_threads() > 1}
    return {name: crossover for name, crossover in CROSSOVERS.items() if left.get(name, True)}


def measure_crossovers(progress: Callable[[int, int], None] | None = None) -> Thresholds:
    """The thresholds of this machine, by measurement; some 25 seconds.

    progress: called with how many have been measured, and of how many.
    """
    ALL_KERNELS.load()
    product.thresholds.cache_clear()
    return tuning.measure({name: crossover.case for name, crossover in measured_here().items()}, progress)
