import pytest
from gmpy2 import mpz

from pi_engine.errors import VerificationError
from pi_engine.proof.bbp.last_hex_digits import TAIL_DIGITS, compare_tail
from tests.conftest import exact_pi


@pytest.mark.parametrize("formula", ["bellard", "plouffe"])
@pytest.mark.parametrize("bits", [40, 66, 100, 101, 102, 103, 104, 3000, 40_000])
def test_pi_agrees_within_its_error(bits, formula):
    for error in (1, 8, 1 << 20):
        for off in (-error, 0, error):
            tail = compare_tail(exact_pi(bits) + off, bits, error, threads=1, formula=formula)
            last = (bits - error.bit_length() - 32) // 4
            if last < 1:
                assert tail is None
            else:
                count = min(TAIL_DIGITS, last)
                assert tail.position == last - count + 1 and len(tail.digits) == count and tail.formula == formula


def test_other_numbers_do_not(rng):
    bits = 5000
    pi = exact_pi(bits)
    wrong = [pi + pi // rng.randrange(10**6, 10**9), pi * 3 // 2, pi + (mpz(1) << 60), pi - (mpz(5) ** 100 >> 50)]
    for mantissa in wrong:
        with pytest.raises(VerificationError, match="hexadecimal position 1226"):
            compare_tail(mantissa, bits, 8, threads=1)


def test_what_is_beyond_reach_is_skipped():
    assert compare_tail(mpz(3), 4 * 10**13, 8, threads=1) is None
    assert compare_tail(mpz(3) << 20, 20, 8, threads=1) is None
