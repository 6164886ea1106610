"""What the check of a node allows, on whole integers: products that wrap, carry or borrow where the two halves meet, and nothing else."""

import pytest
from gmpy2 import mpz

from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.residues.moduli import moduli
from pi_engine.errors import VerificationError
from pi_engine.radix import integer_text, words_of_fraction
from pi_engine.radix.powers import shape_for
from pi_engine.radix.right_edge_check import _fits
from pi_engine.radix.words_of_fraction import fraction_words
from tests.conftest import MULTIPLIER

ROUNDS = int(100 * MULTIPLIER)
TEN = 10 ** (19 * 8)


@pytest.fixture(autouse=True, scope="module")
def _kernels():
    integer_text._TO_TEXT.load()


def fits(D, T, P, Y, C, m, s, sign, *, border=True):
    """Whether both moduli allow these words of the first half, as `RightEdge` asks them."""
    used, high = 1 << 64 * m, C >> 64 * m
    return [
        _fits(
            prime, D - T * P - high, Y * P - C,
            used=used % prime, ten=TEN % prime, wrap=(1 << s) % prime if s else 0, sign=sign, border=border,
        )
        for prime in moduli()
    ]  # fmt: skip


def products(Z, s, sign):
    """Z modulo 2^s − sign, as the transform may leave it: 0 may be 2^s − 1."""
    modulus = (1 << s) - sign
    least = Z % modulus
    return [least, least + modulus] if least + modulus < 1 << s else [least]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("extra", [0, 64, 200])
def test_every_way_a_product_may_meet_its_upper_part_is_allowed(rng, sign, extra):
    m, limbs = 12, 6
    s = 64 * m + extra
    for kind in range(ROUNDS):
        P, T = rng.getrandbits(64 * limbs) | 1, rng.getrandbits(64 * 3)
        Y = rng.getrandbits(64 * m)
        below = rng.randrange(1, max(2, (Y * P >> s) + 1))
        if kind % 3:  # the lowest m limbs of the product are nearly all ones, or nearly all zeros
            Y = (-below if kind % 3 == 1 else below) * pow(P, -1, 1 << 64 * m) % (1 << 64 * m)
        Z = Y * P
        D = T * P + (Z >> 64 * m)
        for C in products(Z, s, sign):
            for step in (0, 1, -1, TEN - 1, 1 - TEN):
                assert fits(D + step, T, P, Y, C, m, s, sign) == [True, True]
            for wrong in (D + 4, D - 4, D ^ (1 << rng.randrange(3, 60))):
                assert not all(fits(wrong, T, P, Y, C, m, s, sign))  # modulo 2^61 − 1 powers of two may be the same
            assert not all(fits(D, T, P, Y, C ^ (1 << rng.randrange(64 * m)), m, s, sign))
            if kind % 3 == 0:
                assert fits(D, T, P, Y, C, m, s, sign, border=False) == [True, True]
                for step in (1, -1, 2, TEN - 1, 1 - TEN):
                    assert not all(fits(D + step, T, P, Y, C, m, s, sign, border=False))


def test_a_product_by_gmp_is_whole(rng):
    for _ in range(ROUNDS):
        P, T, Y = rng.getrandbits(300), rng.getrandbits(100), rng.getrandbits(64 * 12)
        D = T * P + (Y * P >> 64 * 12)
        for step in (0, 1, -1, TEN - 1, 1 - TEN):
            for border in (True, False):
                allowed = border or step == 0
                assert fits(D + step, T, P, Y, Y * P, 12, 0, 1, border=border) == [allowed, allowed]
        assert fits(D + 2, T, P, Y, Y * P, 12, 0, 1) == [False, False]
        assert fits(D, T, P, Y, Y * P + 1, 12, 0, 1) == [False, False]


@pytest.mark.parametrize("off", [-2, -1, 1, 2])
def test_a_unit_in_the_last_word_of_a_first_half_is_seen(rng, monkeypatch, off):
    """It is what a border allows, and there is none."""
    shape = shape_for(3000)
    bits, real = 64 * shape.words, words_of_fraction.words_of
    for level in range(shape.height, 0, -1):

        def words_of(*arguments, level=level, **options):
            words, tails, edge = real(*arguments, **options)
            place = shape.words - shape.half(level) - 1
            words[place] = int(words[place]) + off
            return words, tails, edge

        monkeypatch.setattr(words_of_fraction, "words_of", words_of)
        with pytest.raises(VerificationError, match="are wrong modulo"):
            fraction_words(HandOver(mpz(rng.getrandbits(bits)) | 1 << (bits - 1)), bits, 3000)
