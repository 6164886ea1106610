"""What a self-test compares, part by part: one way of computing beside another, or beside a published value."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import gmpy2
from gmpy2 import mpz

from pi_engine.bigint import division, product
from pi_engine.engine import compute as computation
from pi_engine.engine.checks.known import known_digits
from pi_engine.proof.bbp import hex_digits as bbp
from pi_engine.radix import integer_text
from pi_engine.series import CHUDNOVSKY, RAMANUJAN_1914
from pi_engine.splitting import split as splitting
from pi_engine.splitting.plain.plain_tree import split_plain

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_BEYOND = 2.5
"""Sizes end at this multiple of a threshold."""

_RANGE = (5_000, 4_000_000)
"""Bits of the numbers whose sizes are drawn at random; a transform has levels of rows and columns for each size in it."""


class Disagreement(Exception):  # noqa: N818 (what is looked for, not an error of the program)
    """Two ways of computing the same number gave different ones."""


class Part(NamedTuple):
    """A part of the arithmetic.

    Attributes:
        name: as `--case` takes it.
        title: what is compared with what.
        sizes: the sizes that the short run takes, in `unit`.
        unit: what they count.
        check: takes a size, a random generator and a number of threads; raises Disagreement.
    """

    name: str
    title: str
    sizes: Callable[[], list[int]]
    unit: str
    check: Callable[[int, random.Random, int], None]


def operand(rng: random.Random, bits: int) -> mpz:
    """A number of exactly `bits` bits: random, all ones, a few ones, or long runs of ones and zeros."""
    top = mpz(1) << (bits - 1)
    state = gmpy2.random_state(rng.getrandbits(64))
    match rng.randrange(4):
        case 0:
            return 2 * top - 1
        case 1:
            return top | sum((mpz(1) << rng.randrange(bits) for _ in range(3)), mpz(0))
        case 2:
            return gmpy2.mpz_rrandomb(state, bits) | top
        case _:
            return gmpy2.mpz_urandomb(state, bits) | top


def around(threshold: int) -> list[int]:
    """Sizes on both sides of a threshold: one less, itself, one more, and beyond."""
    return [threshold - 1, threshold, threshold + 1, round(_BEYOND * threshold)]


def _spread() -> list[int]:
    """Sizes over the range, each a third more than the one before: they meet every shape of the transform there."""
    sizes, size = [], float(_RANGE[0])
    while size < _RANGE[1]:
        sizes.append(round(size))
        size *= 4 / 3
    return sizes


def _require(found: object, expected: object, what: str) -> None:
    if found != expected:
        raise Disagreement(f"{what} disagrees")


def _products(bits: int, rng: random.Random, threads: int) -> None:
    a, b = operand(rng, bits), operand(rng, bits + rng.randrange(1 + bits // rng.choice((2, 50))))
    _require(product.multiply(a, -b, threads=threads), -(a * b), "a product")


def _squares(bits: int, rng: random.Random, threads: int) -> None:
    a = operand(rng, bits)
    _require(product.multiply(a, a, threads=threads), a * a, "a square")


def _transforms(bits: int, rng: random.Random, threads: int) -> None:
    from pi_engine.bigint import limb_products
    from pi_engine.bigint.buffers.limbs import limbs_of, mpz_from_limbs

    if not product.TRANSFORM.loaded():
        return
    a, b = operand(rng, bits), operand(rng, max(1, bits // rng.choice((1, 1, 3, 20))))
    for low_memory in (False, True):
        found = limb_products.multiply_limbs(limbs_of(a), limbs_of(b), threads, low_memory=low_memory)
        _require(mpz_from_limbs(found), a * b, "a product by the transform")


def _division(bits: int, rng: random.Random, threads: int) -> None:
    d = operand(rng, bits)
    n = operand(rng, bits + round(bits * rng.choice((0.1, 1, 1.3)))) if rng.randrange(3) else d * operand(rng, bits) - 1
    _require(division.divide(n, d, threads=threads), gmpy2.f_div(n, d), "a quotient")


def _roots(bits: int, rng: random.Random, threads: int) -> None:
    n = operand(rng, 2 * bits) if rng.randrange(3) else operand(rng, bits) ** 2 - 1
    _require(division.isqrt(n, threads=threads), gmpy2.isqrt(n), "a square root")


def _to_text(bits: int, rng: random.Random, threads: int) -> None:
    x = operand(rng, bits)
    _require(integer_text.to_text(-x, threads=threads), (-x).digits(), "a conversion to digits")


def _from_text(digits: int, rng: random.Random, threads: int) -> None:
    x = operand(rng, max(1, round(digits * 3.3219)))
    text = x.digits()
    _require(integer_text.from_text(text, threads=threads), x, "a conversion from digits")


def _sums(terms: int, rng: random.Random, threads: int) -> None:
    from pi_engine.engine.planning.backend import BACKEND

    series = rng.choice((CHUDNOVSKY, RAMANUJAN_1914))
    compiled = splitting.split(series, terms, threads=threads, compiled=BACKEND.loaded())
    plain = split_plain(series, terms)
    _require(compiled.T * plain.Q, plain.T * compiled.Q, "a sum")


def _bbp(position: int, rng: random.Random, threads: int) -> None:
    known = next(entry for entry in known_digits(16) if entry.start == position)
    for formula in ("bellard", "plouffe"):
        count = min(len(known.digits), 14)
        found = bbp.hex_digits(position, count=count, formula=formula, threads=threads)
        _require(found, known.digits[:count], f"the digits by the formula {formula!r} at position {position}")
    del rng


def _pi(digits: int, rng: random.Random, threads: int) -> None:
    import hashlib

    from pi_engine.engine.checks.known import known_digests, known_hash

    result = computation.compute(digits, threads=threads, check="none")
    if result.repairs:
        raise Disagreement(f"a computation of π has repeated {result.repairs[0]}")
    text = result.text()
    if digits < 10**6:
        other = computation.compute(digits, threads=threads, series=rng.choice(("ramanujan", "machin")), check="none")
        _require(text, other.text(), "π by another series")
        return
    _require(result.hash, known_hash(digits, 10), "the hash of π's digits")
    for known in known_digests(10):
        if known.digits == digits:
            found = hashlib.new(known.algorithm, text.encode()).hexdigest()
            _require(found, known.value, f"the published {known.algorithm} of π's digits")


PARTS = (
    Part("products", "products, beside GMP's", lambda: [*around(product.thresholds().multiply), *_spread()], "bits", _products),
    Part("squares", "squares, beside GMP's", lambda: [*around(product.thresholds().square), *_spread()], "bits", _squares),
    Part("transforms", "the transform alone, beside GMP's products", _spread, "bits", _transforms),
    Part("division", "quotients, beside GMP's", lambda: around(division.divide_from_bits()), "bits", _division),
    Part("roots", "square roots, beside GMP's", lambda: around(division.root_from_bits()), "bits", _roots),
    Part("to-digits", "conversion to digits, beside GMP's", lambda: around(integer_text.to_text_from_bits()), "bits", _to_text),
    Part("from-digits", "conversion from digits, beside GMP's", lambda: around(integer_text.from_text_from_digits()), "digits", _from_text),
    Part("sums", "sums of series, beside the plain tree", lambda: [*around(splitting.COMPILED_TERMS), 3000], "terms", _sums),
    Part("bbp", "hexadecimal digits, beside published ones", lambda: [1, 10**4, 10**6], "position", _bbp),
    Part("pi", "digits of π, beside another series and published hashes", lambda: [30_000, 10**6], "digits", _pi),
)  # fmt: skip
"""In the order in which they run."""

NEED_KERNELS = frozenset({"transforms", "sums"})
"""Parts that compare what kernels do: without kernels they would compare nothing."""


def usable_parts() -> list[Part]:
    """Those that compare something in this process."""
    from pi_engine.engine.planning.backend import BACKEND

    return [part for part in PARTS if BACKEND.loaded() or part.name not in NEED_KERNELS]
