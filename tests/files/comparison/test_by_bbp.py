import gmpy2
import pytest

import pi_engine
from pi_engine.errors import VerificationError
from pi_engine.files.comparison import by_bbp, expansion
from pi_engine.files.comparison.by_bbp import FEWEST_DIGITS, Agreement, Divergence, find_divergence, hex_places
from pi_engine.files.comparison.expansion import DecimalDigits
from pi_engine.proof.bbp import bbp_sum
from pi_engine.proof.bbp.hex_digits import LAST_POSITION
from pi_engine.radix.kernels.digit_words import digit_words
from tests.conftest import MULTIPLIER


def as_digits(text):
    return DecimalDigits(digit_words(text, 10), len(text))


def substituted(digits, j, rng):
    return digits[:j] + rng.choice([c for c in "0123456789" if c != digits[j]]) + digits[j + 1 :]


CORRUPTIONS = {
    "substituted": substituted,
    "transposed": lambda digits, j, rng: digits[:j] + digits[j : j + 2][::-1] + digits[j + 2 :],
    "missing": lambda digits, j, rng: digits[:j] + digits[j + 1 :],
    "doubled": lambda digits, j, rng: digits[: j + 1] + digits[j:],
    "zeros from there": lambda digits, j, rng: digits[:j] + "0" * (len(digits) - j),
    "nines from there": lambda digits, j, rng: digits[:j] + "9" * (len(digits) - j),
}


@pytest.fixture(scope="module")
def text():
    return pi_engine.compute(45_000, check="none").text()[2:]


@pytest.mark.parametrize("count", [FEWEST_DIGITS, 101, 113, 114, 115, 1000, 44_000])
def test_right_digits(text, count):
    found = find_divergence(as_digits(text[:count]), 2)
    assert isinstance(found, Agreement)
    assert found.digits == pi_engine.hex_digits(found.position, count=len(found.digits), formula="plouffe")
    assert count - 4 < (found.position + len(found.digits)) * 1.2041199826559248 < count


@pytest.mark.parametrize("kind", CORRUPTIONS)
@pytest.mark.parametrize(("count", "rounds"), [(FEWEST_DIGITS, 12), (1000, 8), (42_000, 1)])
def test_the_first_wrong_digit_is_found(text, kind, count, rounds, rng):
    places = [1, 2, count - 1, count - 2, count - 9, count - 13] + [
        rng.randrange(1, count) for _ in range(int(rounds * MULTIPLIER))
    ]
    for j in places if rounds > 1 else places[-1:]:
        wrong = CORRUPTIONS[kind](text[:count], j, rng)
        first = next((i for i, pair in enumerate(zip(wrong, text, strict=False)) if pair[0] != pair[1]), None)
        found = find_divergence(as_digits(wrong), 2)
        if first is None:
            assert isinstance(found, Agreement)
        else:
            assert found == Divergence(first + 1, text[first : first + 24], wrong[first : first + 24]), (kind, count, j)


@pytest.mark.parametrize("formula", ["bellard", "plouffe"])
def test_a_rounded_last_digit_is_wrong(text, formula):
    end = next(i for i in range(500, 600) if text[i] >= "5" and text[i - 1] != "9")
    rounded = text[: end - 1] + str(int(text[end - 1]) + 1)
    assert find_divergence(as_digits(rounded), 1, formula=formula) == Divergence(
        end, text[end - 1 : end + 23], rounded[-1]
    )


def test_a_carry_through_many_digits(text):
    """π + 10^−300 with nines before: as if a carry had been lost, or made, far above."""
    nines = text.index("999999", 700)  # the six nines that Feynman wished to recite up to
    assert nines == 761
    up = str(int(text[:767]) + 1).zfill(767)  # …000000 instead of …999999
    assert find_divergence(as_digits(up + text[767:1000]), 1) == Divergence(
        761, text[760:784], (up + text[767:])[760:784]
    )


def test_progress_names_its_phases(text):
    bbp_sum.KERNELS.load()
    seen = set()
    find_divergence(as_digits(text[:30_000]), 1, progress=lambda phase, done, total: seen.add(phase))
    assert seen == {"conversion", "BBP"}


def test_what_escapes_is_what_the_module_says(text):
    """A wrong first digit by five is a multiple of 2^−1: the caller's head of digits is there for it."""
    assert text[0] == "1"
    assert isinstance(find_divergence(as_digits("6" + text[1:1000]), 1), Agreement)


def test_an_undecided_end_is_an_error(monkeypatch, text):
    monkeypatch.setattr(by_bbp, "_MEASURE", 13)
    monkeypatch.setattr(by_bbp, "_LARGEST_MEASURE", 13)
    monkeypatch.setattr(by_bbp, "hex_digits", lambda *a, count, **k: "0" * count)
    monkeypatch.setattr(expansion.BinaryExpansion, "fraction", lambda self, offset, count: 0)
    with pytest.raises(VerificationError, match="recompute"):
        find_divergence(as_digits(text[:1000]), 1)


def test_expansion_is_rounded_down_and_refuses_to_be_outrun(text):
    digits = as_digits(text[:500])
    x = expansion.expand(digits, 600, 1)
    places = 19 * len(digits.words)
    whole = int(text[:500].ljust(places, "0"))
    assert x.mantissa == (whole << x.bits) // 10**places
    assert x.fraction(0, 8) == 0x243F6A88
    with pytest.raises(ValueError, match="shorter"):
        x.fraction(x.bits // 4, 1)


def test_kernels_and_gmp_give_the_same_expansion(text, monkeypatch):
    digits = as_digits(text)
    plain = expansion.expand(digits, 40_000, 2)
    monkeypatch.setattr(expansion, "from_text_pays", lambda digits: True)
    monkeypatch.setattr(expansion, "from_text_from_digits", lambda: 0)
    assert expansion.expand(digits, 40_000, 2) == plain
    assert digits.text(18, 3) == text[17:20] and digits.text(44_999, 4) == text[44_998:] + "00"


def test_hexadecimal_places_are_never_more_than_there_are():
    """At random lengths, and where 10^N is as near to a power of 16 as it gets: at the convergents of log₁₆ 10."""
    with gmpy2.context(gmpy2.get_context(), precision=200):
        ratio = gmpy2.log2(gmpy2.mpfr(10)) / 4
        numbers, rest, before, last = [1000], ratio, 1, 0
        while last < LAST_POSITION:
            whole = int(gmpy2.floor(rest))
            before, last, rest = last, whole * last + before, 1 / (rest - whole)
            numbers.append(last)
        for n in numbers:
            for digits in (n - 1, n, n + 1):
                assert hex_places(digits) in {int(gmpy2.floor(digits * ratio)) - less for less in (0, 1)}, digits
