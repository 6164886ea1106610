"""Conversion between binary and decimal, against gmpy2: words, and the checks that ride along."""

import itertools

import gmpy2
import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine.bigint.binary_fraction import BinaryFraction
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.residues.moduli import residues
from pi_engine.bigint.scratch.stored_words import StoredWords
from pi_engine.errors import VerificationError
from pi_engine.radix import integer_text, powers, remainder_tree, right_edge_check, words_of_fraction
from pi_engine.radix.integer_text import from_text, to_text
from pi_engine.radix.powers import Shape, powers_of, shape_for
from pi_engine.radix.words_of_fraction import decimal_expansion, fraction_words
from tests.conftest import MULTIPLIER
from tests.scratch_spaces import by_disk

THREADS = [1, 2, 3]


@pytest.fixture(autouse=True, scope="module")
def _kernels():
    """Loaded, so that they are used from the crossovers on."""
    integer_text._TO_TEXT.load()
    integer_text._FROM_TEXT.load()


# Around the borders of a leaf, of GMP's products, of the transform's, of a subtree.
WORDS = [1, 16, 17, 79, 80, 81, 159, 161, 400, 401, 1600, 1601, 3200, 5000, 12_000, 24_001, 50_000]


def number(rng, bits):
    return gmpy2.mpz_urandomb(gmpy2.random_state(rng.getrandbits(60)), bits)


def text_of(words):
    """The plain oracle: 19 digits a word."""
    return "".join(f"{int(word):019d}" for word in words)


@pytest.fixture
def always_compiled(monkeypatch):
    """No crossover to GMP, so that small numbers go through the tree too."""
    monkeypatch.setattr(integer_text, "SHORT_BITS", 0)
    monkeypatch.setattr(integer_text, "TO_TEXT_FROM_BITS", 1)
    monkeypatch.setattr(integer_text, "FROM_TEXT_FROM_DIGITS", 1)


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("count", WORDS)
def test_fraction_words(rng, count, threads):
    shape = shape_for(count)
    assert shape.words >= count
    bits = 64 * (shape.words + 1)
    ones = (mpz(1) << bits) - 1
    for mantissa in (number(rng, bits), ones, mpz(0), mpz(1), mpz(1) << (bits - 1), ones - number(rng, 60)):
        found = mpz(text_of(fraction_words(HandOver(mantissa), bits, count, threads)[0]))
        wanted = mantissa * mpz(10) ** (19 * shape.words) >> bits
        # Short decimals end in a tail of 0, which may be read as one of nines, and 0 as 0.999….
        allowed = (0, 1) if mantissa in (0, 1, 1 << (bits - 1)) else (0,)
        assert (wanted - found) % mpz(10) ** (19 * shape.words) in allowed


def test_fraction_of_more_or_fewer_bits(rng):
    for bits in (1, 63, 64, 65, 1000, 64 * 500 + 7):
        mantissa = number(rng, bits)
        shape = shape_for(300)
        found = mpz(text_of(fraction_words(HandOver(mantissa), bits, 300)[0]))
        modulus = mpz(10) ** (19 * shape.words)
        assert ((mantissa * modulus >> bits) - found) % modulus in (0, 1)


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("fill", ["0", "9"])
def test_carries_are_propagated_across_leaves(rng, fill, threads):
    """A decimal that is all zeros or nines over whole leaves and subtrees, just above or below a short one."""
    count = 3000
    shape = shape_for(count)
    digits, bits = 19 * shape.words, 64 * (shape.words + 1)
    for _ in range(int(6 * MULTIPLIER) + 1):
        start, stop = sorted(rng.sample(range(digits - 40), 2))
        text = str(rng.randrange(10**17)).zfill(17)[:start].ljust(start, "7") + fill * (stop - start)
        text = text + "".join(rng.choices("0123456789", k=digits - stop))
        # A half of the last place more, so that the binary fraction, rounded down, has these digits.
        mantissa = ((2 * mpz(text) + 1) << bits) // (2 * mpz(10) ** digits)
        assert text_of(fraction_words(HandOver(mantissa), bits, count, threads)[0]) == text


@pytest.mark.parametrize("fill", ["0", "9", ""])
def test_the_same_by_way_of_the_disk(rng, fill, tmp_path, monkeypatch):
    """A half of the tree after the other, in pieces of a few leaves; carries across them too."""
    monkeypatch.setattr(remainder_tree, "_PIECE_WORDS", rng.choice([1000, 4000]))
    for count in (30_000,):
        shape = shape_for(count)
        digits, bits = 19 * shape.words, 64 * (shape.words + 1)
        start, stop = sorted(rng.sample(range(digits - 40), 2))
        text = "7" * start + fill * (stop - start)
        text += "".join(rng.choices("0123456789", k=digits - len(text)))
        mantissa = ((2 * mpz(text) + 1) << bits) // (2 * mpz(10) ** digits)
        with by_disk(tmp_path) as space:
            found, total = fraction_words(HandOver(mantissa), bits, count, 2)
            assert isinstance(found, StoredWords)
            assert text_of(found[:]) == text
            assert total == residues(mpz(text))
            value = (mpz(3) << bits) + mantissa
            expansion = decimal_expansion(HandOver(BinaryFraction(value, bits, 8)), digits - 100, 2)
            assert space.traffic.read > 0
        assert text_of(expansion.words[:])[: digits - 100] == text[: digits - 100]
        assert expansion.residues == residues(mpz("3" + text[: digits - 100]))


def test_a_short_fraction_by_way_of_the_disk(rng, tmp_path):
    """Its highest limbs are zeros, which are not written."""
    shape = shape_for(30_000)
    bits = 64 * (shape.words + 1)
    mantissa = number(rng, bits // 2)
    with by_disk(tmp_path):
        words = fraction_words(HandOver(mantissa), bits, 30_000)[0]
        assert mpz(text_of(words[:])) == mantissa * mpz(10) ** (19 * shape.words) >> bits


@pytest.mark.parametrize("threads", THREADS)
def test_decimal_expansion(rng, threads):
    for digits in (1, 18, 19, 20, 37, 38, 39, 1000, 19 * 160, 19 * 160 + 1, 100_003):
        bits = int(digits * 3.3219281) + 70
        value = (mpz(3) << bits) + number(rng, bits)
        found = decimal_expansion(HandOver(BinaryFraction(value, bits, 8)), digits, threads)
        assert found is not None
        scaled = value * mpz(10) ** digits >> bits
        assert (found.integer, found.digits, len(found.words)) == (3, digits, -(-digits // 19))
        text = text_of(found.words)
        assert mpz("3" + text[:digits]) == scaled
        assert set(text[digits:]) <= {"0"}
        assert found.residues == residues(scaled)
        unchecked = decimal_expansion(HandOver(BinaryFraction(value, bits, 8)), digits, threads, check=False)
        assert unchecked.residues is None and np.array_equal(unchecked.words, found.words)


def test_an_open_expansion_is_refused():
    digits = 2000
    bits = int(digits * 3.3219281) + 70
    exact = (mpz(10) ** digits // 3 << bits) // mpz(10) ** digits  # its digits go on with zeros or nines
    for mantissa in (exact, exact + 1):
        assert decimal_expansion(HandOver(BinaryFraction(mantissa, bits, 8)), digits) is None
    sure = decimal_expansion(HandOver(BinaryFraction((mpz(1) << bits) // 3, bits, 8)), digits)
    assert sure is not None
    assert set(text_of(sure.words)[:digits]) == {"3"}
    # An error as large as the last digit leaves everything open.
    assert decimal_expansion(HandOver(BinaryFraction((mpz(1) << bits) // 3, bits, 1 << 70)), digits) is None


@pytest.mark.usefixtures("always_compiled")
@pytest.mark.parametrize("threads", THREADS)
def test_integers_at_the_edges(rng, threads):
    for digits in [1, 2, 18, 19, 20, 38, 152, 303, 304, 305, 1519, 1520, 1521, 3041, 7777, 30_400, 60_000]:
        power = mpz(10) ** digits
        half = mpz(10) ** (digits // 2)
        shapes = [power, power - 1, power + 1, power // 3, power - half, power + half]
        for x in [*shapes, number(rng, int(digits * 3.3)) + 1, (mpz(1) << int(digits * 3.33)) - 1]:
            for signed in (x, -x):
                text = signed.digits()
                assert to_text(signed, threads=threads) == text
                assert from_text(text, threads=threads) == signed
            assert from_text("0" * 45 + x.digits(), threads=threads) == x


@pytest.mark.parametrize("x", [0, 1, -1, 9, 10, 10**19 - 1, 10**19, -(10**19), 2**64])
def test_small_integers(x):
    assert to_text(mpz(x)) == str(x)
    assert from_text(str(x)) == x


@pytest.mark.parametrize("threads", THREADS)
def test_random_integers_around_the_crossovers(rng, threads):
    for around in (integer_text.TO_TEXT_FROM_BITS, int(integer_text.FROM_TEXT_FROM_DIGITS * 3.3219), 3_000_000):
        x = number(rng, around + rng.randrange(-70, 70))
        text = x.digits()
        assert to_text(x, threads=threads) == text
        assert from_text(text, threads=threads) == x


@pytest.mark.usefixtures("always_compiled")
@pytest.mark.parametrize(
    "text",
    ["", "-", "12a", "1" * 999 + "x", "٣", "1.5", "0x10", "1e5", "1 000", " 7", "7 ", "1_000", "+5", "-0", "00"],
)
def test_what_is_no_plain_integer_is_as_with_gmp(text):
    try:
        wanted = mpz(text, 10)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            from_text(text)
    else:
        assert from_text(text) == wanted


def test_every_power_is_right():
    shape = Shape(57, 7)
    made = powers_of(shape, 2)
    for level in range(1, 8):
        h = shape.half(level)
        limbs = made.at(level).limbs
        assert mpz.from_bytes(limbs.tobytes(), "little") << (64 * shape.shift(level)) == mpz(10) ** (19 * h)
        # What the proof of the error bound needs.
        assert len(limbs) <= h - shape.shift(level)
        assert shape.half(level) >= 8
        bits, _ = made.at(level).modulus
        assert not bits or bits >= 64 * (2 * h + 1 - shape.shift(level))
    assert mpz(5) ** (19 * shape.words) == made.whole(1)
    made.release_all()


def test_a_wrong_power_is_found(rng, monkeypatch):
    """Of any level: what is not checked by itself is in the largest one."""
    shape, real = Shape(57, 7), powers._square
    for level in range(1, 7):
        for check in (True, False):
            calls = itertools.count(1)

            def sabotaged(power, threads, level=level, calls=calls):
                square = np.array(real(power, threads))
                if next(calls) == level:
                    square[rng.randrange(3, len(square) - 1)] ^= np.uint64(1 << rng.randrange(64))
                return square

            monkeypatch.setattr(powers, "_square", sabotaged)
            if check:
                with pytest.raises(VerificationError, match="a power of ten"):
                    powers_of(shape, 2)
            else:
                largest = powers_of(shape, 2, check=False).at(7).limbs
        monkeypatch.setattr(powers, "_square", real)
        assert not np.array_equal(largest, powers_of(shape, 2).at(7).limbs)


@pytest.mark.parametrize("count", [60, 3000, 30_000])
def test_a_wrong_word_is_found(rng, monkeypatch, count):
    """One bit of one word changed after the tree, anywhere."""
    original = words_of_fraction.words_of

    def sabotaged(fraction, powers, threads, **options):
        words, tails, found = original(fraction, powers, threads, **options)
        words[rng.randrange(len(words))] ^= np.uint64(1 << rng.randrange(60))
        return words, tails, found

    monkeypatch.setattr(words_of_fraction, "words_of", sabotaged)
    bits = 64 * count
    with pytest.raises(VerificationError):
        fraction_words(HandOver(number(rng, bits)), bits, count)


@pytest.mark.parametrize("count", [3000, 30_000])
def test_a_wrong_product_is_found(rng, monkeypatch, count):
    """One bit of the power of one level changed: all products with it are wrong, and consistently so."""
    bits = 64 * count
    for level in range(1, shape_for(count).height + 1):

        def sabotaged(shape, threads, level=level, **options):
            made = powers_of(shape, threads, **options)
            power = made.at(level)
            power.limbs = power.limbs.copy()
            power.limbs[rng.randrange(len(power.limbs))] ^= np.uint64(1 << rng.randrange(64))
            if power.factor is not None:
                power.factor = power.factor.ring.factor(power.limbs)
                power.factor.transform()
            if power.transformed is not None:
                power.transformed = powers.steps.transform(power.limbs, power.plan.size)
            return made

        monkeypatch.setattr(words_of_fraction, "powers_of", sabotaged)
        with pytest.raises(VerificationError):
            fraction_words(HandOver(number(rng, bits)), bits, count)


def test_the_hash_of_the_check_is_that_of_the_words(rng):
    count = 5000
    shape = shape_for(count)
    root = number(rng, 64 * (shape.words + 1)) | mpz(1) << (64 * (shape.words + 1) - 1)
    words, _, found = remainder_tree.words_of(HandOver(words_of_fraction.limbs_of(root)), powers_of(shape, 1), 1)
    assert isinstance(found, right_edge_check.RightEdge)
    assert found.check(residues(root), words, 1) == residues(mpz(text_of(words)))
