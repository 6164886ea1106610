"""Eight numbers at once, by the processor's instruction where it has one and by words: products, sums, exact quotients."""

import numpy as np
import pytest

from pi_engine.bigint.vectors import interleaved, interleaved_arithmetic
from pi_engine.bigint.vectors.lane_widths import (
    DIGIT_BITS,
    LANE_DIVISOR,
    LANE_PAD,
    LANE_ROWS,
    LANES,
    has_lanes,
)
from pi_engine.bigint.vectors.words import address_of
from pi_engine.runtime.compilation.routine import routine
from tests.conftest import MULTIPLIER

BASE = 1 << DIGIT_BITS
ROWS = 2 * LANE_ROWS + 6 * LANE_PAD


def compiled():
    """The three operations as functions of arrays; compiled anew, so that a patched `has_ifma` is looked at."""
    product, sums, quotient = (
        routine(f.py_func)
        for f in (
            interleaved_arithmetic.product,
            interleaved_arithmetic.sum_of_products,
            interleaved_arithmetic.exact_quotient,
        )
    )
    start = np.uint64(8 * LANES * LANE_PAD)

    @routine
    def times(out, a, m, b, n):
        return product(address_of(out) + start, address_of(a) + start, m, address_of(b) + start, n)

    @routine
    def plus(out, a, m, b, n, x, i, y, j, signs):
        place = address_of(signs)
        first, second = interleaved.load_lanes(place, 0), interleaved.load_lanes(place, 1)
        length, sign = sums(
            address_of(out) + start,
            (address_of(a) + start, m, address_of(b) + start, n, first),
            (address_of(x) + start, i, address_of(y) + start, j, second),
        )  # fmt: skip
        interleaved.store_lanes(place, 0, sign)
        return length

    @routine
    def over(out, x, width, divisor, digits, inverse):
        return quotient(
            address_of(out) + start,
            address_of(x) + start,
            width,
            address_of(divisor) + start,
            digits,
            address_of(inverse),
        )

    return times, plus, over


@pytest.fixture(params=["instruction", "words"], scope="module")
def operations(request):
    if request.param == "instruction":
        if not has_lanes():
            pytest.skip("this processor has no such instruction")
        yield compiled()
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interleaved, "has_ifma", lambda: False)
        patch.setattr(interleaved, "BY_DOUBLES", False)
        patch.setattr(
            interleaved_arithmetic, "product_columns", routine(interleaved_arithmetic.product_columns.py_func)
        )
        functions = compiled()
        one = lanes_of([1] * LANES)
        functions[0](buffer(), one, 1, one, 1)
        yield functions


def aligned(digits):
    memory = np.full((digits + 2 * LANE_PAD + 8) * LANES + 8, 0xDEADBEEFDEADBEEF, np.uint64)
    skip = (-memory.ctypes.data // 8) % LANES
    return memory[skip : skip + (digits + 2 * LANE_PAD + 8) * LANES]


def buffer(digits=ROWS):
    return aligned(digits)


def length_of(numbers):
    return max(-(-abs(x).bit_length() // DIGIT_BITS) for x in numbers)


def to_memory(digits):
    """Digits as kernels have them, in the same array."""
    if doubles():
        digits.view(np.float64)[:] = digits.astype(np.float64)
    return digits


def from_memory(digits):
    return np.ascontiguousarray(digits).view(np.float64).astype(np.uint64) if doubles() else digits


def doubles():
    return interleaved.BY_DOUBLES


def lanes_of(numbers):
    """The numbers' digits with zeros around, eight side by side."""
    length = length_of(numbers)
    array = aligned(length)
    array[:] = 0
    rows = array.reshape(-1, LANES)
    for lane, x in enumerate(numbers):
        for j in range(length):
            rows[LANE_PAD + j, lane] = abs(x) >> (DIGIT_BITS * j) & (BASE - 1)
    return to_memory(array)


def numbers_of(array, length):
    """What stands there; its zeros must stand around it."""
    rows = array.reshape(-1, LANES)
    assert not rows[:LANE_PAD].any()
    assert not rows[LANE_PAD + length : 2 * LANE_PAD + length].any()
    assert length == 0 or rows[LANE_PAD + length - 1].any()
    digits = from_memory(rows[LANE_PAD : LANE_PAD + length]).T.tolist()
    assert all(digit < BASE for lane in digits for digit in lane)
    return [sum(digit << (DIGIT_BITS * j) for j, digit in enumerate(lane)) for lane in digits]


def some(rng, digits):
    """Eight numbers: random, of ones, powers of two, of runs, zero, of one digit."""
    bits = DIGIT_BITS * digits
    runs, left = 0, bits
    while left > 0:
        step = min(left, rng.randrange(1, 120))
        runs = (runs << step) | (rng.randrange(2) * ((1 << step) - 1))
        left -= step
    kinds = [rng.getrandbits(bits), (1 << bits) - 1, 1 << (bits - 1), runs, 0, 1, rng.getrandbits(DIGIT_BITS)]
    return [*kinds, rng.getrandbits(rng.randrange(1, bits + 1))]


@pytest.mark.skipif(not doubles(), reason="this processor multiplies integers")
def test_both_parts_of_a_product_by_doubles(rng):
    """As `interleaved` derives them; with one bit more a digit they are wrong."""

    @routine
    def parts(a, b, low, high):
        zero = interleaved.broadcast_word(np.uint64(0))
        x, y = interleaved.load_lanes(address_of(a), 0), interleaved.load_lanes(address_of(b), 0)
        interleaved.store_lanes(address_of(low), 0, interleaved.multiply_low(zero, x, y))
        interleaved.store_lanes(address_of(high), 0, interleaved.multiply_high(zero, x, y))

    def products(numbers):
        rng.shuffle(numbers)
        pairs = [(x, y) for x in numbers for y in numbers]
        for i in range(0, len(pairs) - LANES, LANES):
            arrays = [aligned(1) for _ in range(4)]
            for array, row in zip(arrays, zip(*pairs[i : i + LANES], strict=True), strict=False):
                array[:LANES] = to_memory(np.array(row, np.uint64))
            parts(*arrays)
            low, high = (array[:LANES].view(np.int64).tolist() for array in arrays[2:])
            yield from zip(pairs[i : i + LANES], low, high, strict=True)

    half = BASE // 2  # products near odd multiples of it are halfway between two doubles
    edges = [0, 1, 2, 3, half - 1, half, half + 1, BASE - 2, BASE - 1]
    for (x, y), low, high in products(edges + [rng.randrange(BASE) for _ in range(20)]):
        assert low + high * BASE == x * y and abs(low) <= half and 0 <= high < BASE
    largest = 2 * BASE - 1
    assert all(low + high * BASE != x * y for (x, y), low, high in products([largest] * 4))


LENGTHS = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 64, 65]


def test_products(operations, rng):
    times, _, _ = operations
    pairs = [(m, n) for m in LENGTHS for n in (1, 2, 7, 8, 9, 40)]
    for m, n in pairs * max(1, int(MULTIPLIER)):
        a, b = some(rng, m), some(rng, n)
        rng.shuffle(b)
        out = buffer()
        length = times(out, lanes_of(a), length_of(a), lanes_of(b), length_of(b))
        assert numbers_of(out, length) == [x * y for x, y in zip(a, b, strict=True)]


def test_the_most_rows_of_ones(operations):
    """The largest column that there can be: of 52 bits a digit it all but fills its word, and with two rows more a carry might not fit."""
    times, plus, _ = operations
    ones = [BASE**LANE_ROWS - 1] * LANES
    out = buffer()
    length = times(out, lanes_of(ones), LANE_ROWS, lanes_of(ones), LANE_ROWS)
    assert numbers_of(out, length) == [x * x for x in ones]
    digits = lanes_of(ones)
    for second in (0, 2**64 - 1):
        out, signs = buffer(), signs_of([0] * LANES, [second] * LANES)
        length = plus(out, digits, LANE_ROWS, digits, LANE_ROWS, digits, LANE_ROWS, digits, LANE_ROWS, signs)
        assert numbers_of(out, length) == [2 * x * x if second == 0 else 0 for x in ones]
    for bits, product_size, limit in ((52, 2 * (2**52 - 1), 2**64), (51, 2**51 + 2**50, 2**63)):
        largest = LANE_ROWS * product_size
        assert largest + (largest >> bits) + 2 < limit
    assert 2 * (LANE_ROWS + 2) * (2**52 - 1) + 2**12 >= 2**64


def signs_of(first, second):
    array = aligned(2)
    array[: 2 * LANES] = [*first, *second]
    return array


def test_sums_of_products_of_either_sign(operations, rng):
    _, plus, _ = operations
    for _ in range(int(80 * MULTIPLIER)):
        a, b, x, y = (some(rng, rng.choice(LENGTHS)) for _ in range(4))
        for numbers in (b, x, y):
            rng.shuffle(numbers)
        if rng.randrange(3) == 0:
            x, y = a, b
        first, second = ([rng.choice([0, 2**64 - 1]) for _ in range(LANES)] for _ in range(2))
        out, signs = buffer(), signs_of(first, second)
        arguments = [part for numbers in (a, b, x, y) for part in (lanes_of(numbers), length_of(numbers))]
        length = plus(out, *arguments, signs)
        found = numbers_of(out, length)
        for lane in range(LANES):
            assert int(signs[lane]) in (0, 2**64 - 1)
            value = -found[lane] if signs[lane] else found[lane]
            one, other = a[lane] * b[lane], x[lane] * y[lane]
            assert value == (-one if first[lane] else one) + (-other if second[lane] else other)


@pytest.mark.parametrize("digits", [1, 2, 7, 8, 9, 30, LANE_DIVISOR])
def test_exact_quotients(operations, digits, rng):
    """By divisors of random digits and of ones; and by 1 in one lane, whose quotient is longer."""
    _, _, over = operations
    for divisor in (rng.getrandbits(DIGIT_BITS * digits) | 1 | 1 << (DIGIT_BITS * digits - 1), BASE**digits - 1):
        for quotient_digits in (1, 5, 8, 9, 33):
            quotients = some(rng, quotient_digits)
            for divisors in ([divisor] * LANES, [1] + [divisor] * (LANES - 1)):
                x = [q * d for q, d in zip(quotients, divisors, strict=True)]
                length = length_of(x)
                width = length if divisors[0] == 1 else length - digits + 1
                inverse = aligned(1)
                inverse[:LANES] = [pow(d % BASE, -1, BASE) for d in divisors]
                to_memory(inverse[:LANES])
                out = buffer()
                found = over(out, lanes_of(x), width, lanes_of(divisors), digits, inverse)
                assert numbers_of(out, found) == quotients
