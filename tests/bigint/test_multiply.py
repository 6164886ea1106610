"""Products against GMP. Values are compared outside of assert, so that no large number reaches a message."""

import gmpy2
import numpy as np
import pytest

from pi_engine.bigint import limb_products
from pi_engine.bigint.buffers import workspace
from pi_engine.bigint.limb_products import _least_memory, multiply_limbs, product_workspace
from pi_engine.bigint.ntt import transform
from pi_engine.bigint.ntt.description.layout import ADD
from pi_engine.bigint.ntt.description.record import workspace_bytes
from pi_engine.bigint.ntt.description.sizes import DIGITS, OUTER_RADICES, Size, cost, largest_beta, size_for
from pi_engine.bigint.product import multiply, release_memory


@pytest.fixture(params=["complex", "number-theoretic"])
def _by_both(request, monkeypatch):
    """Products of limbs by both transforms, from the shortest on."""
    if request.param != "complex":
        monkeypatch.setattr(limb_products, "FOURIER_BELOW", 0)
        monkeypatch.setattr(limb_products, "SHARED_FOURIER_BELOW", 0)


def to_limbs(value: int, limbs: int) -> np.ndarray:
    return np.frombuffer(int(value).to_bytes(8 * limbs, "little"), np.uint64)


def to_integer(limbs: np.ndarray) -> gmpy2.mpz:
    return gmpy2.mpz(int.from_bytes(limbs.tobytes(), "little"))


def operand(rng, kind: str, limbs: int) -> np.ndarray:
    """An operand of a kind that is known to find mistakes."""
    bits = 64 * limbs
    if kind == "random":
        return to_limbs(rng.getrandbits(bits), limbs)
    if kind == "ones":
        return to_limbs((1 << bits) - 1, limbs)
    if kind == "power":
        return to_limbs(1 << rng.randrange(bits), limbs)
    if kind == "power plus one":
        return to_limbs((1 << rng.randrange(bits)) | 1, limbs)
    if kind == "power minus one":
        return to_limbs((1 << rng.randrange(1, bits + 1)) - 1, limbs)
    if kind == "sparse":
        return to_limbs(sum(1 << bit for bit in {rng.randrange(bits) for _ in range(8)}), limbs)
    if kind == "runs":
        value, length = 0, 0
        while length < bits:
            run = rng.randrange(1, bits // 4 + 2)
            value = (value << run) | (((1 << run) - 1) * rng.randrange(2))
            length += run
        return to_limbs(value & ((1 << bits) - 1), limbs)
    if kind == "zero":
        return np.zeros(limbs, np.uint64)
    raise ValueError(kind)


KINDS = ("random", "ones", "power", "power plus one", "power minus one", "sparse", "runs", "zero")


def exact(found: np.ndarray, a: np.ndarray, b: np.ndarray) -> bool:
    return len(found) == len(a) + len(b) and bool(to_integer(found) == to_integer(a) * to_integer(b))


def every_size() -> list[Size]:
    sizes = []
    for primes in DIGITS:
        for outer_radix in OUTER_RADICES:
            for column_levels, row_levels in ((0, 4), (1, 4), (2, 4), (0, 5), (1, 5), (0, 6)):
                points = outer_radix << (2 * (column_levels + row_levels))
                sizes.append(Size(primes, outer_radix, column_levels, row_levels, largest_beta(primes, points)))
    return sizes


@pytest.mark.parametrize("size", every_size(), ids=lambda s: f"{s.primes}p-{s.rows}x{s.columns}")
def test_every_shape_full(size: Size, rng, multiplier: int) -> None:
    """Operands that fill a size exactly, and one limb less, of every kind, with one to three threads."""
    total = size.bits // 64
    for turn in range(3 * multiplier):
        limbs = total - turn % 2
        short = rng.randrange(1, limbs // 2 + 1)
        kinds = rng.choice(KINDS), rng.choice(KINDS)
        a, b = operand(rng, kinds[0], limbs - short), operand(rng, kinds[1], short)
        found = transform.product(a, b, size, limbs, 1 + turn % 3, low_memory=bool(turn & 1))
        correct = exact(found, a, b)
        assert correct, (kinds, limbs, short)
    ones = operand(rng, "ones", total // 2)
    for threads in (1, 2, 3):
        correct = exact(transform.product(ones, ones, size, 2 * len(ones), threads), ones, ones)
        assert correct, threads


@pytest.mark.usefixtures("_by_both")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_kinds(kind: str, threads: int, rng) -> None:
    for limbs in (1, 2, 3, 17, 100, 1000, 4001):
        a = operand(rng, kind, limbs)
        for other in KINDS:
            b = operand(rng, other, limbs)
            correct = exact(multiply_limbs(a, b, threads), a, b)
            assert correct, (limbs, other)
        correct = exact(multiply_limbs(a, a, threads), a, a)
        assert correct, (limbs, "square")


@pytest.mark.usefixtures("_by_both")
def test_around_every_size_boundary(rng) -> None:
    """One limb below, at and above the largest product of each size that is chosen below 2^20 bits."""
    bits, boundaries = 1 << 14, set()
    while bits < 1 << 20:
        size = size_for(bits)
        boundaries.add(size.bits // 64)
        bits = size.bits + 64
    for boundary in sorted(boundaries):
        for total in (boundary - 1, boundary, boundary + 1):
            for kind in ("random", "ones"):
                a = operand(rng, kind, total // 2)
                b = operand(rng, kind, total - total // 2)
                correct = exact(multiply_limbs(a, b, rng.randrange(1, 4)), a, b)
                assert correct, (total, kind)


@pytest.mark.usefixtures("_by_both")
@pytest.mark.parametrize("ratio", [2, 3, 7, 50, 1000])
def test_unbalanced(ratio: int, rng) -> None:
    for kinds in (("random", "random"), ("ones", "ones"), ("runs", "power minus one")):
        for short in (1, 37, 1024):
            if short * ratio > 200_000:
                continue
            a = operand(rng, kinds[0], short * ratio + rng.randrange(short))
            b = operand(rng, kinds[1], short)
            threads = rng.randrange(1, 4)
            correct = exact(multiply_limbs(a, b, threads), a, b) and exact(multiply_limbs(b, a, threads), b, a)
            assert correct, (kinds, short)


@pytest.mark.parametrize("bits", [10_000, 300_000, 3_000_000])
@pytest.mark.parametrize("low_memory", [False, True])
def test_cyclic(bits: int, low_memory: bool, rng) -> None:
    """Modulo 2^size.bits − 1, operands as long as the modulus; 0 may appear as the modulus."""
    size = size_for(bits)
    limbs = size.bits // 64
    modulus = (gmpy2.mpz(1) << size.bits) - 1
    for kinds in (("random", "random"), ("ones", "random"), ("ones", "ones"), ("runs", "sparse"), ("power", "power")):
        a, b = (operand(rng, kind, limbs) for kind in kinds)
        for threads in (1, 2, 3):
            found = to_integer(transform.product(a, b, size, limbs, threads, low_memory=low_memory))
            correct = found % modulus == to_integer(a) * to_integer(b) % modulus
            assert correct, (kinds, threads)
    # (2^n − 2)·2^(n−1) + … : a product congruent to −1 makes every carry run around the end.
    a, b = to_limbs(int(modulus - 1), limbs), to_limbs(1, 1)
    correct = to_integer(transform.product(a, b, size, limbs, 2)) == modulus - 1
    assert correct


def test_steps_on_transformed_operands(rng) -> None:
    """a·b + c·d with one inverse, in a size that is large enough for the sum."""
    limbs = 2000
    size = size_for(128 * limbs)
    size = Size(
        size.primes, size.outer_radix, size.column_levels, size.row_levels, largest_beta(size.primes, 2 * size.points)
    )
    limbs = size.bits // 128
    a, b, c, d = (operand(rng, kind, limbs) for kind in ("ones", "ones", "ones", "random"))
    for threads in (1, 2, 3):
        x, y, u, v = (transform.transform(value, size, threads) for value in (a, b, c, d))
        transform.multiply_transformed(x, y, threads)
        transform.multiply_transformed(u, v, threads)
        transform.apply_to_rows(ADD, x, u, x.primes, threads)
        found = transform.inverse(x, size.bits // 64, threads)
        expected = to_integer(a) * to_integer(b) + to_integer(c) * to_integer(d)
        correct = to_integer(found) == expected % ((gmpy2.mpz(1) << size.bits) - 1)
        assert correct, threads
        for step in (x, y, u, v):
            step.release()


@pytest.mark.parametrize("bits", [10_000_000, 40_000_000])
def test_large(bits: int, rng) -> None:
    """Sizes with streaming stores and several column levels."""
    limbs = bits // 64
    for kind in ("random", "ones"):
        a, b = operand(rng, kind, limbs), operand(rng, kind, limbs)
        for threads in (1, 2, 3):
            correct = exact(multiply_limbs(a, b, threads), a, b)
            assert correct, (kind, threads)
        correct = exact(multiply_limbs(a, b, 2, low_memory=True), a, b)
        assert correct, (kind, "low memory")


@pytest.mark.parametrize("bits", [10**6, 3 * 10**6, 10**7, 123_456_789, 1_480_000_000, 2 * 10**9, 2**33, 2**37])
def test_workspace_is_bounded(bits: int) -> None:
    """Bytes a product bit, from sizes up to the largest that the design has a path to."""
    size = size_for(bits)
    assert size.bits >= bits
    assert workspace_bytes(size, threads=2) <= 1.1 * bits


def test_low_memory_is_half_a_byte_a_bit(rng) -> None:
    """Of every product from two million bits on, balanced or not, whatever the number of primes."""
    primes = set()
    bits = 2_000_000
    while bits < 2**37:
        limbs = -(-bits // 64)
        short = max(1, int(limbs * rng.choice([0.5, rng.uniform(0.001, 0.5)])))
        for shorter in (limbs // 2, short):
            pieces, size = _least_memory(limbs - shorter, shorter, 2)
            primes.add(size.primes)
            assert pieces > 1 or size.bits >= 64 * limbs
            assert product_workspace(limbs - shorter, shorter, 2, low_memory=True) <= 0.5 * 64 * limbs
        bits += bits // 50
    assert primes >= {5, 6, 7, 8}


@pytest.mark.parametrize(("long", "short"), [(20_000, 20_000), (36_000, 16_000), (150_000, 9_000)])
@pytest.mark.parametrize("low_memory", [False, True])
def test_workspace_is_what_a_product_takes(monkeypatch, long, short, low_memory, rng) -> None:
    """The peak of what is out of the pool, besides the parts of the result of a product in pieces."""
    taken = [0]
    take, give = workspace.Pool.take, workspace.Pool.give

    def counting_take(pool, size):
        block = take(pool, size)
        taken.append(taken[-1] + block.size)
        return block

    def counting_give(pool, block):
        taken.append(taken[-1] - block.size)
        give(pool, block)

    monkeypatch.setattr(workspace.Pool, "take", counting_take)
    monkeypatch.setattr(workspace.Pool, "give", counting_give)
    a, b = operand(rng, "random", long), operand(rng, "ones", short)
    correct = exact(multiply_limbs(a, b, 2, low_memory=low_memory), a, b)
    assert correct
    allowed = product_workspace(long, short, 2, low_memory=low_memory)
    assert taken[-1] == 0
    # Blocks are rounded up, by a sixteenth at most where they are small.
    assert max(taken) <= allowed + 100_000
    if low_memory:
        assert max(taken) <= 0.5 * 64 * (long + short)


@pytest.mark.usefixtures("_by_both")
def test_nothing_is_written_beyond_the_result(rng) -> None:
    for limbs in (2, 7, 200, 1500, 6000):
        a = operand(rng, "ones", limbs // 2)
        for b in (a, operand(rng, "random", limbs - len(a))):
            out = np.full(len(a) + len(b) + 16, 77, np.uint64)
            found = multiply_limbs(a, b, rng.randrange(1, 4), out=out[8:-8])
            correct = exact(found, a, b)
            assert correct and (out[:8] == 77).all() and (out[-8:] == 77).all()


def test_sizes_step_gently() -> None:
    """No step of the estimated cost above 30 % from 2·10^5 to 2·10^9 product bits."""
    bits, before = 200_000, cost(size_for(200_000))
    while bits < 2 * 10**9:
        bits += bits // 200
        now = cost(size_for(bits))
        assert now < 1.3 * before
        before = now


def test_memory_is_given_back() -> None:
    """As the page on multiplication tells a program that has finished with products."""
    x = gmpy2.mpz(7) ** 500_000
    assert multiply(x, x) == x * x
    release_memory()
    assert workspace.pool.held() == 0
    assert limb_products.plan_for.cache_info().currsize == limb_products.fourier_plan_for.cache_info().currsize == 0
    assert multiply(x, x) == x * x
