"""The ranges on which exactness rests, proved by interval arithmetic over the very functions that the kernels compile.

Vectors are replaced by intervals of exact rationals, symmetric around zero; what a primitive (mulmod, reduce) may
return follows from the rounding of doubles. Every quotient must stay below 2^51, every sum below 2^53.
"""

import math
from fractions import Fraction

import pytest

from pi_engine.bigint.ntt.description import layout, sizes
from pi_engine.bigint.ntt.description.primes import PRIME_LIMIT, PRIMES
from pi_engine.bigint.ntt.description.sizes import DIGITS, MAX_BETA, largest_beta
from pi_engine.bigint.ntt.kernels import crt_and_carry
from pi_engine.bigint.ntt.kernels.passes import binomial, butterflies, column_passes
from pi_engine.bigint.vectors import modular

UNIT = Fraction(1, 2**53)
PAIR = (None, None)  # a twiddle, and itself over p: what it is does not matter here
Y_BOUND = Fraction(3, 4)  # what Chinese remainders are given, in units of p


class OutOfBoundsError(AssertionError):
    """A value left the range in which doubles are exact."""


class Magnitude:
    """An integer of absolute value at most `bound`, held in a double."""

    def __init__(self, bound: Fraction) -> None:
        if bound >= 2**53:
            raise OutOfBoundsError(f"a sum may reach 2^{float(bound).hex()}")
        self.bound = Fraction(bound)

    def __add__(self, other: "Magnitude") -> "Magnitude":
        return Magnitude(self.bound + other.bound)

    __sub__ = __add__


class Walk:
    """The primitives over magnitudes, for the largest prime p."""

    def __init__(self, prime: int) -> None:
        self.prime = Fraction(prime)
        # |w| ≤ p/2 after the table's reduction, up to one part in 2^40.
        self.twiddle = self.prime / 2 * (1 + Fraction(1, 2**40))

    def mulmod(self, x: Magnitude, w: object, w_over_p: object, p: object) -> Magnitude:
        quotient = x.bound * self.twiddle / self.prime
        if quotient >= 2**51:
            raise OutOfBoundsError(f"a quotient may reach {float(quotient / 2**51):.3f}·2^51")
        # w/p is rounded twice (1/p, the product); the fma rounds to the nearest integer.
        error = Fraction(1, 2) + quotient * 2 * UNIT * (1 + UNIT)
        remainder = error * self.prime
        # h − q·p must be an integer below 2^53: it differs from the remainder by the error of h, half an ulp.
        if remainder + x.bound * self.twiddle * UNIT >= 2**53:
            raise OutOfBoundsError("the difference of the high parts is not exact")
        return Magnitude(remainder)

    def reduce(self, x: Magnitude, one_over_p: object, p: object) -> Magnitude:
        quotient = x.bound / self.prime
        return Magnitude((Fraction(1, 2) + quotient * 2 * UNIT) * self.prime)

    def units(self, k: float) -> Magnitude:
        return Magnitude(Fraction(k) * self.prime)


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch):
    def make(prime: int) -> Walk:
        walk = Walk(prime)
        for module in (butterflies, column_passes, binomial):
            for name in ("mulmod", "reduce"):
                if hasattr(module, name):
                    monkeypatch.setattr(module, name, getattr(walk, name))
        for name in (
            "forward4_begin",
            "forward4_begin_lazy",
            "forward4_end",
            "forward4_end_tight",
            "inverse4_begin",
            "inverse4_end",
            "split3",
            "join3",
        ):
            compiled = getattr(butterflies, name)
            monkeypatch.setattr(butterflies, name, getattr(compiled, "py_func", compiled))
        return walk

    return make


def largest(walk: Walk, outputs) -> Fraction:
    return max(output.bound for output in outputs) / walk.prime


def extracted(walk: Walk, digits: int, beta: int) -> Magnitude:
    """What columns._reduce_digits leaves: x·2^β is exact, 2^β/p is rounded once, and so is the sum with the rounder."""
    digit = Magnitude(Fraction(2**beta - 1))
    total = digit
    for _ in range(digits - 1):
        quotient = total.bound * 2**beta / walk.prime
        if quotient >= 2**51:
            raise OutOfBoundsError("a quotient of extraction")
        total = Magnitude((Fraction(1, 2) + quotient * 2 * UNIT) * walk.prime) + digit
    return total


def forward4(x: Magnitude, kind: str = "") -> Magnitude:
    """The largest output of a butterfly whose inputs are at most x."""
    twiddles = {"p": None, "squares": PAIR}
    begun = (
        butterflies.forward4_begin_lazy(x, x, x, x, **twiddles)
        if kind
        else butterflies.forward4_begin(x, x, x, x, one_over_p=None, **twiddles)
    )
    ended = (
        butterflies.forward4_end_tight(*begun, roots=2 * PAIR, one_over_p=None, p=None)
        if kind == "tight"
        else butterflies.forward4_end(*begun, roots=2 * PAIR, p=None)
    )
    return max(ended, key=lambda output: output.bound)


def check_forward(walk: Walk) -> None:
    """From the digits through the outer step into the passes, which reproduce their bound; then rows of every length."""
    bound, lazy_bound = butterflies.FORWARD_BOUND, butterflies.LAZY_BOUND
    for digits in set(DIGITS.values()):
        x = extracted(walk, digits, MAX_BETA)
        halves = x + x
        reduced = walk.reduce(halves, None, None)
        thirds = butterflies.split3(reduced, reduced, reduced, None, None, None)
        # Without a column level the outer step reduces, and rows are given this.
        assert max(y.bound for y in (x, reduced, *thirds)) <= bound * walk.prime
        # With levels, columns do not reduce before they split in three; the outer step does before it splits six full parts.
        unreduced = butterflies.split3(x, x, x, None, None, None)
        for start in (x, halves, *thirds, *unreduced):
            y = start
            for _ in range(20):
                y = forward4(y)
                assert y.bound <= bound * walk.prime
    for levels in range(3, 20):
        # The last pass is tight, the one before it lazy, the one before that is not, and so on.
        y = walk.units(bound)
        for left in range(levels - 1, 0, -1):
            y = forward4(y, "lazy" if left % 2 else "")
            assert y.bound <= lazy_bound * walk.prime
        assert forward4(y, "tight").bound <= butterflies.TIGHT_BOUND * walk.prime


def check_inverse(walk: Walk) -> None:
    """From products (or sums of them) through the passes and the outer step to the remainders' first product."""
    bound = butterflies.INVERSE_BOUND
    x = walk.units(bound)
    begun = butterflies.inverse4_begin(x, x, x, x, roots=2 * PAIR, p=None)
    y = butterflies.inverse4_end(*begun, squares=PAIR, one_over_p=None, p=None)
    assert largest(walk, y) <= bound
    for rows in (scaled(walk, x), [walk.mulmod(x, None, None, None)]):
        worst = max(rows, key=lambda row: row.bound)
        thirds = butterflies.join3(worst, worst, worst, None, None, None)
        for last in (*rows, worst + worst, *thirds, *(third + third for third in thirds)):
            assert walk.reduce(last, None, None).bound <= Y_BOUND * walk.prime
    # alone, the fourth is not reduced
    assert scaled(walk, x)[3].bound <= Y_BOUND * walk.prime


def scaled(walk: Walk, x: Magnitude) -> tuple[Magnitude, ...]:
    """The last level of columns."""
    rows: tuple[Magnitude, ...] = column_passes.scaled_inverse4.py_func(
        x, x, x, x, squares=2 * PAIR, roots=2 * PAIR, scale=PAIR, p=None
    )
    return rows


def check_products(walk: Walk) -> None:
    """binomial: four products, summed in two parts, reduced once."""
    a = walk.units(butterflies.TIGHT_BOUND)
    b = walk.reduce(a, None, None)
    s = walk.mulmod(b, None, None, None)
    total = 4 * a.bound * max(b.bound, s.bound)
    magic = Fraction(binomial.MAGIC)
    ulp = Fraction(2) ** (102 - 52)
    if not 2**102 <= magic - total - 4 * ulp <= magic + total + 4 * ulp <= 2**103:
        raise OutOfBoundsError("the sum of products leaves the binade of the magic number")
    low = 4 * ulp / 2
    # 1/p is rounded, and so is high + low.
    quotient = (total + low) / walk.prime
    if quotient >= 2**51:
        raise OutOfBoundsError("the quotient of a sum of products")
    rest = (Fraction(1, 2) + quotient * 2 * UNIT * (1 + UNIT)) * walk.prime
    Magnitude(rest + low)
    assert rest / walk.prime <= butterflies.INVERSE_BOUND


def check_remainders(primes: tuple[int, ...]) -> None:
    """crt: sums of high and low parts, digits, carries."""
    for count, digits in DIGITS.items():
        for log_points in (8, 20, 30):
            beta = largest_beta(count, 1 << log_points)
            y = Y_BOUND * max(primes)
            digit = Fraction(2) ** (beta - 1)
            high = count * (y * digit / 2**beta + Fraction(1, 2))
            if high >= 2**51:
                raise OutOfBoundsError("the high parts leave the binade of the magic number")
            multiple = count * Y_BOUND + 1
            low = count * Fraction(2) ** (beta - 1) + multiple * digit
            if low >= 2**51:
                raise OutOfBoundsError("the low parts leave the binade of the rounder")
            # a digit of the product: sums of two X, and the top of a third
            total = 3 * (high + low)
            if total + total / 2**beta + 1 >= crt_and_carry._POSITIVE:
                raise OutOfBoundsError("a negative sum would be shifted")
            assert crt_and_carry._POSITIVE % 2**MAX_BETA == 0
            # All 2·D·β bits and the length must be below ∏p, and X must fit 2·D + 1 digits, the last one small.
            product = 1
            for prime in primes[:count]:
                product *= prime
            assert (1 << log_points) * (2 ** (digits * beta) - 1) ** 2 * (2**20 + 1) < product * 2**20
            assert product // min(primes[:count]) < 2 ** (2 * digits * beta - 1)


def test_primes_are_small_enough() -> None:
    assert max(PRIMES) < PRIME_LIMIT
    assert min(PRIMES) > 2**MAX_BETA


def test_coefficients_of_every_size_leave_the_margin_that_their_quotient_needs() -> None:
    """The largest coefficient of a product, and of a sum of two, with the bits that each is given."""
    for _, size in sizes._every_size():
        product = math.prod(PRIMES[: size.primes])
        for terms in (1, 2):
            beta = largest_beta(size.primes, terms * size.points)
            largest_coefficient = terms * size.points * (2 ** (size.digits * beta) - 1) ** 2
            assert largest_coefficient << 21 < product * (2**21 - 1)


def test_bounds_hold_for_every_prime(walk) -> None:
    for prime in PRIMES:
        walked = walk(prime)
        check_forward(walked)
        check_inverse(walked)
        check_products(walked)
    check_remainders(PRIMES)


@pytest.mark.parametrize("check", [check_forward, check_inverse, check_products])
def test_bounds_fail_for_a_prime_ten_percent_larger(walk, check) -> None:
    with pytest.raises(AssertionError):
        check(walk(max(PRIMES) * 11 // 10))


def test_constants_are_those_proved() -> None:
    assert modular.ROUNDER == 1.5 * 2.0**52
    assert layout.CRT_DOUBLES >= layout.CRT_BLOCK + 28 and layout.CRT_BLOCK >= layout.CRT_PACK + 32
