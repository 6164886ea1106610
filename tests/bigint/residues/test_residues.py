"""Residues against gmpy2's own remainder."""

import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.buffers.workers import share_several
from pi_engine.bigint.residues import limb_residues
from pi_engine.bigint.residues.kernels import modulus_table, residue_kernels
from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.bigint.residues.limb_residues import check_product, is_product, random_prime, residues_of_several
from pi_engine.bigint.residues.stored_residues import weighted_sums_at
from pi_engine.errors import VerificationError
from pi_engine.radix.kernels import conversion_kernels
from tests.runtime.compilation import kernels_for_tests as kernels

EDGES = (61, 122, 256, 488, 512, 3904, 4096)
LENGTHS = [0, 1, 2, 59, *(edge + off for edge in EDGES for off in (-1, 0, 1)), 10_007]


def by_gmpy2(x):
    """X modulo both moduli."""
    return tuple(int(x % m) for m in (M61, random_prime()))


@pytest.mark.parametrize("length", LENGTHS)
def test_against_gmpy2(draw, length):
    for kind in ("uniform", "runs", "ones", "power-"):
        x = draw(length, kind)
        assert [found.values for found in residues_of_several([x, -x])] == [by_gmpy2(x), by_gmpy2(-x)]


@pytest.mark.parametrize("prime", [M61, 2**61 - 31, 3, 1_000_003])
@pytest.mark.parametrize("length", LENGTHS)
def test_weighted_sums_modulo_any_prime(draw, prime, length):
    table, sums = modulus_table.modulus_table(prime), np.empty(2, np.uint64)
    for kind in ("uniform", "runs", "ones", "power-"):
        limbs = limbs_of(x := draw(length, kind))
        weighted_sums_at(limbs.ctypes.data, len(limbs), table.ctypes.data, 1, sums.ctypes.data)
        assert sums[0] == x % prime


@pytest.mark.parametrize("rows", [False, True])
@pytest.mark.parametrize("prime", [2**61 - 31, M61, 3, 2**42 + 15])
def test_rows_and_words_whatever_the_processor_has(draw, prime, rows):
    """Lengths about a row, a block of words and a block of rows; primes whose weights fill two pieces, or three."""
    block = modulus_table.ROW * modulus_table.ROWS
    for length in (0, 1, 7, 8, 9, 255, 256, 257, block - 8, block - 1, block, block + 1, block + 9, 3 * block + 12):
        for kind in ("uniform", "ones"):
            x = draw(length, kind)
            table = modulus_table.modulus_table(prime)
            assert kernels.prime_residue_by(np.array(limbs_of(x), np.uint64), table, rows, 1) == x % prime


def test_pieces_are_of_whole_blocks():
    for piece in (residue_kernels.PIECE, conversion_kernels.PIECE):
        assert piece % modulus_table.BLOCK == piece % (modulus_table.ROW * modulus_table.ROWS) == 0


def test_sums_of_rows_at_their_bound():
    """All words, pieces and weights at their largest, in a full block and one that ends within a row."""
    table = np.full(modulus_table.TABLE_WORDS, 2**61 - 1, np.uint64)
    piece = 2**modulus_table.PIECE_BITS - 1
    table[modulus_table.ROW_WEIGHTS :] = piece << 32 | piece
    for missing in (0, 3):
        words = np.full(modulus_table.ROW * modulus_table.ROWS - missing, 2**64 - 1, np.uint64)
        found = np.zeros(2 * modulus_table.SUMS, np.uint64)
        kernels.sums_of_rows(words, table, found)
        expected = len(words) * (2**32 - 1) * piece * (2**61 - 1)
        assert [int(low) + (int(high) << 64) for low, high in found.reshape(-1, 2)] == [expected] * modulus_table.SUMS


def test_random_lengths(draw, rng, multiplier):
    for _ in range(200 * multiplier):
        x = draw(rng.randrange(1, 3000))
        assert residues_of_several([x])[0].values == by_gmpy2(x)


def test_multiples_of_the_modulus_are_zero():
    for i, prime in enumerate((M61, random_prime())):
        for x in residues_of_several([mpz(prime) ** 300, (mpz(1) << 64 * 1000) // prime * prime]):
            assert x.values[i] == 0


def test_many_all_ones_do_not_overflow():
    limbs = np.full(3_000_001, 2**64 - 1, np.uint64)
    expected = [(pow(2, 64 * len(limbs), prime) - 1) % prime for prime in (M61, random_prime())]
    assert list(residues_of_several([limbs])[0].values) == expected


def test_pieces_add_up(draw, rng):
    x = draw(5000, "uniform")
    limbs = np.array(limbs_of(x))
    cuts = sorted({0, 5000, *(rng.randrange(5000) for _ in range(7))})
    assert kernels.residue_in_pieces(limbs, np.array(cuts)) == x % M61


def test_word_arithmetic(rng):
    values = [0, 1, M61 - 1, *(rng.randrange(M61) for _ in range(40))]
    for x in values:
        for y in values:
            total, product = kernels.mersenne_pair(np.uint64(x), np.uint64(y))
            assert (int(total), int(product)) == ((x + y) % M61, x * y % M61)


def test_unaligned_and_gaps():
    limbs = np.arange(1, 2001, dtype=np.uint64)
    assert residues_of_several([limbs[1:]])[0].values == by_gmpy2(int.from_bytes(limbs[1:].tobytes(), "little"))
    for wrong in (limbs[::2], limbs.view(np.int64)):
        with pytest.raises(TypeError, match="contiguous uint64"):
            residues_of_several([limbs, wrong])


@pytest.mark.parametrize(("n", "m"), [(0, 5), (1, 1), (62, 61), (1000, 1), (5000, 4000)])
def test_products_pass_and_errors_do_not(draw, rng, n, m):
    for sign in (1, -1):
        a, b = sign * draw(n), draw(m)
        check_product(a, b, a * b)
        check_product(a, a, a * a)
        for wrong in (a * b + 1, a * b ^ (mpz(1) << rng.randrange(64 * (n + m))), -(a * b) if n else mpz(-1)):
            with pytest.raises(VerificationError):
                check_product(a, b, wrong)


def test_what_only_the_second_prime_sees():
    a, b = (mpz(1) << 64 * 200) + 12345, (mpz(1) << 64 * 200) + 777
    product = a * b
    moved = product - 12345 * 777 + ((mpz(12345) * 777) << (64 * 61))
    assert moved % M61 == product % M61
    assert not is_product(a, b, moved) and not is_product(a, b, moved, 2)
    with pytest.raises(VerificationError, match="the random prime"):
        check_product(a, b, moved)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_what_only_the_first_prime_sees(draw, monkeypatch, threads):
    monkeypatch.setattr(limb_residues, "SHARED_FROM_BITS_OF_BOTH", 0)
    a, b = draw(900, "uniform"), -draw(800, "uniform")  # no powers of two: the difference would be a bit shorter
    assert not is_product(a, b, a * b + random_prime(), threads)
    assert is_product(a, b, a * b + M61 * random_prime(), threads)
    assert not is_product(a, b, a * b + (M61 * random_prime() << 64 * 1700), threads)  # it is too long


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_products_are_shared_with_other_threads(draw, monkeypatch, threads):
    monkeypatch.setattr(limb_residues, "SHARED_FROM_BITS_OF_BOTH", 0)
    a, b = draw(900), -draw(800)
    check_product(a, b, a * b, threads)
    check_product(a, a, a * a, threads)
    with pytest.raises(VerificationError):
        check_product(a, b, a * b - 1, threads)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_several_numbers_shared(draw, monkeypatch, threads):
    """Cuts between threads anywhere in the numbers, some of which are empty."""
    monkeypatch.setattr(limb_residues, "SHARED_FROM_BITS_OF_BOTH", 0)
    for lengths in ([0], [1], [0, 5, 0], [61, 60, 1, 122], [3000, 1, 0, 2999], [7, 40_000, 33_000]):
        numbers = [draw(n) * (-1) ** n for n in lengths]
        found = residues_of_several([*numbers, *map(limbs_of, numbers)], threads)
        assert [x.values for x in found] == [*map(by_gmpy2, numbers), *(by_gmpy2(abs(x)) for x in numbers)]


@pytest.mark.parametrize(("counts", "threads"), [([0], 3), ([5, 0, 1], 4), ([1] * 9, 2), ([100, 3], 3)])
def test_every_part_is_given_to_one_thread(counts, threads):
    given = [[0] * n for n in counts]
    sizes = [0] * threads

    def task(thread, i, first, last):
        assert first < last
        sizes[thread] += last - first
        for k in range(first, last):
            given[i][k] += 1

    share_several(task, counts, threads)
    assert all(times == 1 for row in given for times in row)
    assert sum(sizes) == sum(counts) and max(sizes) <= -(-sum(counts) // min(threads, max(sum(counts), 1)))


def test_moduli():
    assert 2**61 - 2**52 < random_prime() < M61 and random_prime() == random_prime()
    for bad in (1, 2, 4, 2**61 + 1):
        with pytest.raises(ValueError, match="odd prime"):
            limb_residues.modulus_table(bad)
