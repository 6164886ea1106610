"""The checks by residues see what is planted, and multiples of 2^61 − 1, which only the second prime sees."""

import threading

import gmpy2
import numpy as np
import pytest
from gmpy2 import mpz

import pi_engine
from pi_engine import VerificationError
from pi_engine.bigint import negacyclic, root_quotient
from pi_engine.bigint.cyclic import Factor, Ring
from pi_engine.bigint.negacyclic import NegacyclicFactor, NegacyclicRing
from pi_engine.bigint.residues import limb_residues
from pi_engine.bigint.residues import moduli as both
from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.bigint.residues.written_residues import DamagedRecordError, read_residues, written
from pi_engine.engine import fraction_to_text
from pi_engine.radix import word_text, words_of_fraction
from pi_engine.radix.digit_hash import DigitHash

DIGITS = 70_000  # past FUSED_FROM_BITS


def test_the_second_prime_is_random_and_near_2_61():
    prime = both.random_prime()
    assert 2**61 - 2**52 < prime < M61 and gmpy2.is_prime(prime) and both.moduli() == (M61, prime)
    forget_prime()
    other = both.random_prime()
    assert other != prime and 2**61 - 2**52 < other < M61


def forget_prime():
    both.random_prime.cache_clear()
    both._drawn_prime.cache_clear()


def test_threads_that_need_the_prime_at_once_get_the_same():
    """Two primes in one process would make right results fail their checks."""
    for _ in range(50):
        forget_prime()
        together, found = threading.Barrier(4), []

        def draw(together=together, found=found):
            together.wait()
            found.append(both.random_prime())

        workers = [threading.Thread(target=draw) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert found == [both.random_prime()] * 4


def test_every_prime_is_as_likely(monkeypatch):
    """Not the primes behind long gaps more than others: a number that is none is drawn again, and not raised to one."""
    prime = 2**61 - 31
    drawn = [0, 1, 30, 32, 31]
    monkeypatch.setattr(both.os, "urandom", lambda count: (drawn.pop(0) << 12).to_bytes(count, "little"))
    assert gmpy2.next_prime(2**61 - 32) == prime and gmpy2.is_prime(prime)
    assert both._drawn_prime.__wrapped__() == prime and not drawn


def test_residues_calculate(rng):
    for _ in range(50):
        x, y, n = rng.getrandbits(300) - 2**299, rng.getrandbits(200), rng.randrange(-99, 99)
        X, Y = both.residues(mpz(x)), both.residues(mpz(y))
        for i, modulus in enumerate(both.moduli()):
            power = both.power_residues(10, n).values[i]
            assert (X + Y).values[i] == (x + y) % modulus
            assert (X - Y).values[i] == (x - y) % modulus
            assert (X * Y * 7 + 5).values[i] == (x * y * 7 + 5) % modulus
            assert power * 10 ** max(-n, 0) % modulus == 10 ** max(n, 0) % modulus


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_residues_of_long_numbers(rng, monkeypatch, threads):
    monkeypatch.setattr(limb_residues, "SHARED_FROM_BITS_OF_BOTH", 3_000_000)
    both._RESIDUES.load()
    for bits in (both.KERNEL_FROM_BITS - 1, both.KERNEL_FROM_BITS, 64 * 32768, 64 * 32768 + 1, 5_000_001):
        x = mpz(rng.getrandbits(bits) | 1 << (bits - 1))
        for number in (x, -x):
            assert both.residues(number, threads).values == tuple(int(number % m) for m in both.moduli())


@pytest.mark.parametrize("edge", [both.WHOLE_BITS, 9 * both.PIECE_BITS, 100 * both.PIECE_BITS])
def test_long_numbers_are_divided_in_pieces(rng, monkeypatch, edge):
    """Around the length at which that begins, and around whole pieces."""
    monkeypatch.setattr(both._RESIDUES, "loaded", lambda: False)  # so that no kernel does it
    for bits in range(edge - 1, edge + 2):
        ones = (mpz(1) << bits) - 1
        for x in (ones, mpz(1) << (bits - 1), mpz(rng.getrandbits(bits)) | 1 << (bits - 1), ones // M61 * M61):
            expected = [tuple(int(number % m) for m in both.moduli()) for number in (x, -x)]
            assert [both.residues(number).values for number in (x, -x)] == expected
        assert both.residues(2**bits - 1).values[0] == (2**bits - 1) % M61  # of Python's own as well


def test_short_numbers_are_divided_as_they_are(monkeypatch):
    lengths = []
    monkeypatch.setattr(both, "unpack", lambda x, bits: lengths.append(x.bit_length()) or gmpy2.unpack(x, bits))
    monkeypatch.setattr(both._RESIDUES, "loaded", lambda: False)
    for bits in (1, both.WHOLE_BITS, both.WHOLE_BITS + 1):
        both.residues(-mpz(1) << (bits - 1))
    assert lengths == [both.WHOLE_BITS + 1]


def test_an_error_says_modulo_what():
    with pytest.raises(VerificationError, match=r"the sum.*2\^61 − 1"):
        both.require_equal(both.residues(1), both.residues(2), "the sum")
    with pytest.raises(VerificationError, match=f"the prime {both.random_prime()}"):
        both.require_equal(both.residues(1), both.residues(1 + M61), "the sum")


def test_the_moduli_are_told_and_so_are_the_residues():
    for digits in (0, 1000):
        for base in (10, 16):
            result = pi_engine.compute(digits, base=base)
            assert result.residues == {m: int(result.value % m) for m in both.moduli()}
            named = {check.name for check in result.checks if str(both.random_prime()) in check.detail}
            assert named == {"shadow", "root", "division", "conversion"}
    assert pi_engine.compute(100, check="none").residues is None


def root(monkeypatch):
    real = gmpy2.isqrt_rem
    monkeypatch.setattr(gmpy2, "isqrt_rem", lambda n: (real(n)[0] + M61, real(n)[1]))


def quotient(monkeypatch):
    real = gmpy2.f_divmod
    monkeypatch.setattr(gmpy2, "f_divmod", lambda n, d: (real(n, d)[0] + (M61 << 500), real(n, d)[1]))


def scaling(monkeypatch):
    real = fraction_to_text.scale

    def scale(*a):
        scaled = real(*a)
        return scaled._replace(value=scaled.value + M61 * 10**500)

    monkeypatch.setattr(fraction_to_text, "scale", scale)


def text(monkeypatch):
    real = fraction_to_text.digit_text
    monkeypatch.setattr(fraction_to_text, "digit_text", lambda x, base: real(x + M61 * mpz(10) ** 500, base))


@pytest.mark.parametrize("sabotage", [root, quotient, scaling, text], ids=lambda f: f.__name__)
def test_a_multiple_of_the_mersenne_prime_is_seen(monkeypatch, sabotage):
    sabotage(monkeypatch)
    with pytest.raises(VerificationError, match=r"prime|differ from the binary value"):
        pi_engine.compute(3000)


def half_root(monkeypatch):
    real = root_quotient.inverse_root

    def inverse_root(*a):
        found = real(*a)
        return found._replace(X=found.X + M61)

    monkeypatch.setattr(root_quotient, "inverse_root", inverse_root)


def _spoil(monkeypatch, classes, name, amount):
    for each in classes:
        real = getattr(each, name)
        monkeypatch.setattr(each, name, lambda *a, real=real: real(*a) + amount)


def products(monkeypatch):
    _spoil(monkeypatch, (Factor, NegacyclicFactor), "times", mpz(M61) << 300)


def last_product(monkeypatch):
    _spoil(monkeypatch, (Factor, NegacyclicFactor), "times_last", mpz(M61) << 300)


def remainder(monkeypatch):
    _spoil(monkeypatch, (Ring, NegacyclicRing), "raised", M61)


def sum_of_products(monkeypatch):
    _spoil(monkeypatch, (Ring, NegacyclicRing), "sum_of_products", M61)


def add_to_a_word(words):
    place = next(i for i in range(1000, len(words)) if words[i] < 10**19 - M61)
    words[place] += np.uint64(M61)


def words(monkeypatch):
    real = words_of_fraction.words_of

    def words_of(*a, **k):
        found = real(*a, **k)
        add_to_a_word(found[0])
        return found

    monkeypatch.setattr(words_of_fraction, "words_of", words_of)


def characters(monkeypatch):
    real = word_text.word_text

    def changed(words, *arguments):
        words = words.copy()
        add_to_a_word(words)
        return real(words, *arguments)

    monkeypatch.setattr(word_text, "word_text", changed)


FAST = [half_root, products, last_product, remainder, sum_of_products, words, characters]


@pytest.mark.parametrize("rings", ["cyclic", "negacyclic"])
@pytest.mark.parametrize("sabotage", FAST, ids=lambda f: f.__name__)
def test_so_it_is_on_the_compiled_path(compiled_path, monkeypatch, sabotage, rings):
    sabotage(monkeypatch)
    if rings == "cyclic":
        monkeypatch.setattr(negacyclic, "fourier_below", lambda _threads: 0)
    with pytest.raises(VerificationError, match=r"prime|modulo \d+|differ from the binary value"):
        pi_engine.compute(DIGITS, threads=1)


def test_digits_hash_modulo_several(rng):
    digits = "".join(rng.choices("0123456789", k=5003))
    found = DigitHash(10, both.moduli())
    for start in range(0, len(digits), 777):
        found.update(digits[start : start + 777])
    assert found.values == [int(mpz(digits) % m) for m in both.moduli()] and found.value == found.values[0]


def test_residues_of_a_record_are_read_or_refused():
    found = both.residues(mpz(10) ** 50)
    assert read_residues(written(found)) == found and read_residues(written(None)) is None
    prime = both.random_prime()
    for wrong in (
        [str(M61), "5"],
        ["5", str(prime)],
        ["5"],
        ["5", "6", "7"],
        ["5", "-6"],
        ["5", 6],
        "56",
        ["5", "9" * 20],
    ):
        with pytest.raises(DamagedRecordError):
            read_residues(wrong)
    assert read_residues([str(M61 - 1), str(prime - 1)]).values == (M61 - 1, prime - 1)
