"""The digits of π modulo random primes: what is proved without computing π, and the one kind of error that passes."""

import pytest
from gmpy2 import mpz

import pi_engine
from pi_engine.digits.common.blocks import blocks_of_words
from pi_engine.errors import VerificationError
from pi_engine.files.comparison import by_residues
from pi_engine.files.comparison.by_residues import are_binary_digits, are_decimal_digits, miss_probability
from pi_engine.files.comparison.expansion import DecimalDigits
from pi_engine.proof.bbp import bbp_sum
from pi_engine.proof.bbp.bbp_formulas import BELLARD, FORMULAS
from pi_engine.proof.bbp.bbp_kernels import RESIDUE_KERNEL
from pi_engine.proof.bbp.bbp_sum import WholeAndFraction, random_primes, whole_and_fraction
from pi_engine.proof.bbp.kernels import bbp_layout
from pi_engine.radix.kernels.digit_words import digit_words
from pi_engine.runtime.progress import silent
from tests.conftest import MULTIPLIER
from tests.digits.digit_files import BINARY, binary_text

COUNT = 30_000
LEAST, LARGEST = 2**48 + 21, 2**49 - 81
"""The least and the largest prime that may be drawn."""


@pytest.fixture(scope="module")
def texts():
    binary = {base: binary_text(base, COUNT).split(".")[1] for base in BINARY}
    return binary | {base: pi_engine.compute(COUNT, base=base).text()[2:] for base in (10, 16)}


def accepts(digits, base, formula="bellard", threads=2, step=100):
    words = digit_words(digits, base)
    if base == 10:
        return are_decimal_digits(DecimalDigits(words, len(digits)), threads, silent, formula=formula)
    blocks = blocks_of_words(words, len(digits), base, step)
    return are_binary_digits(blocks, len(digits), base, threads, progress=silent, formula=formula)


# ---------------------------------------------------------------- the residues


def kernel_piece(formula, summand, exponent, first, count, primes):
    return bbp_sum._kernel_sum(formula, bbp_sum.TermRange(summand, exponent, first, first + count), primes)


def exact_piece(formula, summand, exponent, first, count, primes):
    """The terms one by one: the integers modulo each prime as integers and fractions together give them, and the fractions."""
    total, residues = 0, [0] * len(primes)
    for k in range(first, first + count):
        e, m = exponent - formula.step * k, summand.a * k + summand.b
        sign = summand.sign * (-1 if formula.alternating and k % 2 else 1)
        r = pow(2, e, m)
        r -= m if 2 * r > m else 0
        total += sign * (r << 120) // m
        for i, p in enumerate(primes):
            residues[i] += sign * (pow(2, e, m * p) - r) // m  # exact modulo p, since m·p ≡ 0 there
    return total, [x % p for x, p in zip(residues, primes, strict=True)]


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
@pytest.mark.parametrize("first", [0, 64, 10_000, (2**44 - 20_000) // 10 // 32 * 32])
@pytest.mark.parametrize("spare", [0, 7, 10**6])
def test_the_kernel_s_integers_and_fractions(formula, first, spare, rng):
    """Up to the largest denominators, and for the least and the largest prime."""
    bbp_sum.RESIDUE_KERNELS.load()
    count = bbp_layout.TERMS_IN_FLIGHT * rng.randrange(1, 9)
    for summand in formula.summands:
        exponent = formula.step * (first + count) + spare
        primes = (LEAST, LARGEST, *random_primes(2))
        found = kernel_piece(formula, summand, exponent, first, count, primes)
        total, residues = exact_piece(formula, summand, exponent, first, count, primes)
        # where the kernel takes m/2 the other way, fraction and integer differ by one, and their sum does not
        moved = round((found.units * 2**24 - total) / 2**120)
        assert abs(found.units * 2**24 - total - (moved << 120)) <= (count + 1) << 24
        assert [(x + moved) % p for x, p in zip(found.residues, primes, strict=True)] == residues


def test_many_terms_reach_the_carries(rng):
    """More terms than a chunk has, whose fractions are summed as integers."""
    bbp_sum.RESIDUE_KERNELS.load()
    count = 2 * bbp_layout.CHUNK + bbp_layout.TERMS_IN_FLIGHT
    for summand in BELLARD.summands:
        primes = random_primes(1)
        exponent = BELLARD.step * count + 3
        found = kernel_piece(BELLARD, summand, exponent, 0, count, primes)
        total, (residue,) = exact_piece(BELLARD, summand, exponent, 0, count, primes)
        moved = round((found.units * 2**24 - total) / 2**120)
        assert abs(found.units * 2**24 - total - (moved << 120)) <= (count + 1) << 24
        assert (found.residues[0] + moved) % primes[0] == residue


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
@pytest.mark.parametrize("kernel", [False, True])
def test_the_integer_of_pi_at_any_place(formula, kernel, texts, monkeypatch, rng):
    RESIDUE_KERNEL.ready()
    monkeypatch.setattr(bbp_sum.RESIDUE_KERNELS, "pays_for", lambda seconds: kernel)
    monkeypatch.setattr(bbp_sum, "KERNEL_FROM", 0)
    places = [0, 1, 2, 3, 50, 500, *(rng.randrange(3000) for _ in range(int(3 * MULTIPLIER)))]
    for n in [*places, 29_900] if kernel else places:
        primes = (LEAST, LARGEST, *random_primes(1))
        found = whole_and_fraction(formula, n, primes, 2)
        integer = mpz("3" + texts[16][:n], 16)
        fraction = int(texts[16][n : n + 24], 16)
        moved = round((found.units - fraction) / 2**96)
        assert abs(found.units - fraction - (moved << 96)) <= found.error + 1
        assert found.residues == tuple(int((integer - moved) % p) for p in primes)


def test_the_primes_are_random_different_and_within_the_bounds_of_the_kernel():
    drawn = [random_primes(3) for _ in range(50)]
    assert len({p for primes in drawn for p in primes}) == 150
    assert all(LEAST <= p <= LARGEST for primes in drawn for p in primes)
    assert 2**bbp_layout.PRIME_BITS > LARGEST and bbp_layout.MODULUS_LIMIT * 16 <= LEAST


# ---------------------------------------------------------------- right digits, and wrong ones


@pytest.mark.parametrize("base", [2, 8, 10, 16])
def test_right_digits_of_every_length(texts, base, rng):
    for count in [*range(1, 80), 999, 1000, 5001, *(rng.randrange(80, 3000) for _ in range(int(5 * MULTIPLIER)))]:
        assert accepts(texts[base][:count], base, step=rng.randrange(1, 50))
    assert accepts(texts[base], base) and accepts(texts[base], base, formula="plouffe", threads=1)


@pytest.mark.parametrize("base", [2, 8, 10, 16])
def test_every_wrong_digit_is_seen(texts, base, rng):
    for count in (1, 2, 3, 10, 100, 1000):
        for position in {0, count - 1, count - 2, *(rng.randrange(count) for _ in range(int(3 * MULTIPLIER)))} - {-1}:
            text = texts[base][:count]
            for change in {1, base - 1, rng.randrange(1, base)}:
                other = "0123456789ABCDEF"[(int(text[position], 16) + change) % base]
                assert not accepts(text[:position] + other + text[position + 1 :], base)
    text = texts[base][:1000]
    swapped = next(i for i in range(500) if text[i] != text[i + 1])
    transposed = text[:swapped] + text[swapped + 1] + text[swapped] + text[swapped + 2 :]
    for wrong in (text[1:], text[:500] + text[501:], text[:500] + "0" + text[500:], transposed):
        assert not accepts(wrong, base)


@pytest.mark.parametrize("base", [10, 16])
def test_a_rounded_last_digit_is_wrong(texts, base):
    end = next(i for i in range(500, 600) if texts[base][i] in "9ABCDEF" and texts[base][i - 1] in "01234567")
    rounded = texts[base][: end - 1] + str(int(texts[base][end - 1]) + 1)
    assert accepts(texts[base][:end], base) and not accepts(rounded, base)


@pytest.mark.parametrize("base", [10, 16])
def test_errors_that_the_end_of_the_expansion_does_not_show(texts, base, rng):
    """m/2^j, exactly or truncated, and multiples of 2^61 − 1."""
    count = 1000
    value = mpz("3" + texts[base][: count + 50], base)
    unit = mpz(base) ** (count + 50)
    bits = count * 3 if base == 10 else count * 4
    errors = [unit // mpz(2) ** j * m for j in range(20, bits, 211) for m in (1, rng.randrange(-(2**15), -1))]
    errors += [
        mpz(base) ** (50 + rng.randrange(1, count - 60)) * (2**61 - 1) * rng.randrange(1, 100) for _ in range(10)
    ]
    for error in errors:
        digits = (value + error).digits(base).upper()[1:][:count]
        assert accepts(digits, base) == (digits == texts[base][:count])


@pytest.mark.parametrize("base", [10, 16])
def test_what_passes_is_what_the_module_says(texts, base, monkeypatch):
    """An error that is a multiple of all primes, made by who knows them beforehand; nobody does."""
    count = 1000
    primes = random_primes(3)
    product = mpz(primes[0]) * primes[1] * primes[2]
    if base == 16:
        wrong = (mpz(texts[16][:count], 16) + 7 * product).digits(16).upper().rjust(count, "0")
    else:  # the digits of π + 16^−h·product
        h = max(0, by_residues.hex_places(count) - by_residues._END_PLACES)
        longer = mpz("3" + texts[10][: count + 50])
        wrong = (longer + 7 * product * mpz(10) ** (count + 50) // mpz(16) ** h).digits()[1 : count + 1]
    assert wrong != texts[base][:count] and not accepts(wrong, base)
    monkeypatch.setattr(by_residues, "random_primes", lambda count: primes)
    assert accepts(wrong, base)


def test_the_probability_that_the_module_derives():
    for digits, base, most in ((10**8, 10, 2e-17), (10**10, 10, 2e-11), (10**8, 16, 4e-17), (4 * 10**8, 2, 4e-17)):
        assert most / 2 < miss_probability(digits, base) < most
    # no more than h/4 + 1 primes beyond 2^48 divide one of three integers below 16^(h + 1)
    for h in range(1, 1000):
        assert 3 * ((4 * h + 4) // 48) <= h / 4 + 1


@pytest.mark.parametrize("base", [2, 8, 10, 16])
def test_an_end_that_stays_open_is_an_error(texts, base, monkeypatch):
    real = by_residues.whole_and_fraction

    def blurred(formula, offset, primes, threads, progress):
        found = real(formula, offset, primes, threads, progress)
        return WholeAndFraction(found.residues, found.units, 1 << 95)

    monkeypatch.setattr(by_residues, "whole_and_fraction", blurred)
    with pytest.raises(VerificationError, match="recompute"):
        accepts(texts[base][:500], base)
