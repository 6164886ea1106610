import json

import pytest

import pi_engine
from pi_engine.engine.checks.known import known_digits
from pi_engine.errors import UsageError, VerificationError
from pi_engine.proof.bbp import bbp_sum, hex_digits, kernel_sum
from pi_engine.proof.bbp.bbp_formulas import BELLARD, FORMULAS, PLOUFFE, BBPFormula, Summand
from pi_engine.proof.bbp.bbp_sum import Fraction, fraction_at
from pi_engine.proof.bbp.kernels import bbp_layout
from tests.command import pi

ONE = 1 << bbp_layout.FRACTION_BITS


def hexadecimal(digits):
    return pi_engine.compute(digits, base=16, check="none").text()[2:]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("known", [x for x in known_digits(16) if x.start <= 10**7], ids=lambda x: str(x.start))
def test_published_digits(formula, known):
    count = min(len(known.digits), 14)
    assert pi_engine.hex_digits(known.start, count=count, formula=formula) == known.digits[:count]


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_position_and_count_against_computed_digits(formula):
    digits = hexadecimal(700)
    for position in range(1, 80):
        assert pi_engine.hex_digits(position, count=20, formula=formula) == digits[position - 1 : position + 19]
    assert pi_engine.hex_digits(1, count=600, formula=formula) == digits[:600]


@pytest.mark.parametrize("formula", FORMULAS)
def test_random_positions_around_the_kernel_threshold(formula, rng):
    bbp_sum.KERNELS.load()
    digits = hexadecimal(2 * bbp_sum.KERNEL_FROM + 100)
    edges = [bbp_sum.KERNEL_FROM + d for d in range(-2, 4)]
    for position in edges + [rng.randrange(1, 2 * bbp_sum.KERNEL_FROM) for _ in range(6)]:
        count = rng.randrange(1, 60)
        found = pi_engine.hex_digits(position, count=count, formula=formula, threads=rng.randrange(1, 4))
        assert found == digits[position - 1 : position - 1 + count]


def exact_sum(formula, summand, exponent, first, last):
    """In units of 2^-96, rounded down from 2^-160."""
    total = 0
    for k in range(first, last):
        m = summand.a * k + summand.b
        term = (pow(2, exponent - formula.step * k, m) << 160) // m
        total += -term if formula.alternating and k % 2 else term
    return (total >> 64) % ONE


LARGEST_K = (bbp_layout.MODULUS_LIMIT - 10) // 10 - bbp_layout.TERMS_IN_FLIGHT * 3


@pytest.mark.parametrize(
    ("first", "count", "a", "b", "spare_exponent"),
    [
        (0, 32, 4, 1, 0),  # denominators from 1, exponents down to the step
        (0, 32, 1, 1, 0),
        (0, bbp_layout.CHUNK + 32, 10, 9, 12_345),  # a carry between chunks
        (2, 3200, 8, 4, 7),  # even denominators
        (LARGEST_K & -2, 64, 10, 9, 4 * 10**12),  # the largest denominators
        (LARGEST_K & -2, 64, 10, 1, (1 << 43) - 1),  # all bits of the exponent
    ],
)
@pytest.mark.parametrize(("step", "alternating"), [(10, True), (4, False)])
def test_kernel_sum_is_within_its_bound(first, count, a, b, spare_exponent, step, alternating):
    formula = BBPFormula("", step, alternating, ())
    summand = Summand(1, 0, a, b)
    exponent = max(step * (first + count - 1) + spare_exponent % 11, spare_exponent if first else 0)
    if first:
        formula = BBPFormula("", 0, alternating, ())  # the same exponent everywhere: none may be negative
    got = bbp_sum._kernel_sum(formula, bbp_sum.TermRange(summand, exponent, first, first + count), ()).units
    want = exact_sum(formula, summand, exponent, first, first + count)
    error = abs((got - want + ONE // 2) % ONE - ONE // 2)
    assert error <= count * bbp_layout.TERM_ERROR_SIXTEENTHS / 16 + 1


@pytest.mark.parametrize("primes", [0, 1])
def test_a_damaged_record_is_refused(primes, monkeypatch, rng):
    class Damaged(kernel_sum.KernelRecord):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            self.row[rng.randrange(len(self.row))] ^= 1 << rng.randrange(63)

    summand, terms = PLOUFFE.summands[0], range(320)
    scratch = kernel_sum.scratch_for(PLOUFFE, summand, primes)
    assert any(kernel_sum.sum_terms(PLOUFFE, summand, 4000, terms, scratch, primes))
    monkeypatch.setattr(kernel_sum, "KernelRecord", Damaged)
    for _ in range(20):
        with pytest.raises(VerificationError, match="what cannot be"):
            kernel_sum.sum_terms(PLOUFFE, summand, 4000, terms, scratch, primes)


def test_bounds_of_the_layout():
    # sums of q1 of a chunk, in each lane and over the lanes, stay in 63 bits
    assert bbp_layout.CHUNK * 2**48 < 2**63
    assert bbp_layout.CHUNK % bbp_layout.TERMS_IN_FLIGHT == 0
    for formula in FORMULAS.values():
        for summand in formula.summands:
            terms = (4 * hex_digits.LAST_POSITION + summand.shift) // formula.step + bbp_layout.TERMS_IN_FLIGHT + 1
            assert summand.a * terms + summand.b < bbp_layout.MODULUS_LIMIT
        error = Fraction(0, formula.terms(hex_digits.LAST_POSITION))
        assert hex_digits.reliable_digits(error) >= 10


def test_beyond_the_bounds_is_refused():
    with pytest.raises(VerificationError, match="beyond"):
        fraction_at(PLOUFFE, bbp_layout.MODULUS_LIMIT // 8, 1)


def test_an_open_digit_is_settled_by_a_further_evaluation(monkeypatch):
    digits = hexadecimal(60)
    value = int(digits, 16) << bbp_layout.FRACTION_BITS
    calls = []

    def blurred(formula, offset, threads, progress):
        calls.append(offset)
        shifted = (value >> (4 * 60 - 4 * offset)) % ONE
        if len(calls) == 1:  # as if the error reached over the end of the tenth digit
            return Fraction(shifted, 1 << (bbp_layout.FRACTION_BITS - 40))
        return Fraction(shifted, 1000)

    monkeypatch.setattr(hex_digits, "fraction_at", blurred)
    assert hex_digits._digits(BELLARD, 5, 10, 1, None) == digits[5:15]
    assert len(calls) == 2


def test_contradicting_evaluations_are_seen():
    here, after = fraction_at(BELLARD, 100, 1), fraction_at(BELLARD, 110, 1)
    assert hex_digits.digits_between(here, after, 10) == hexadecimal(110)[100:]
    for wrong in (
        Fraction(after.units ^ (1 << 60), after.error),
        Fraction((after.units + ONE // 3) % ONE, after.error),
    ):
        with pytest.raises(VerificationError, match="contradict"):
            hex_digits.digits_between(here, wrong, 10)


def test_a_broken_kernel_is_seen_by_the_other_formula(monkeypatch):
    bbp_sum.KERNELS.load()
    real = bbp_sum._kernel_sum
    broken = lambda *arguments: real(*arguments)._replace(units=1 << 50)  # noqa: E731
    monkeypatch.setattr(bbp_sum, "_kernel_sum", broken)
    position = bbp_sum.KERNEL_FROM + 1000
    assert pi_engine.hex_digits(position, formula="plouffe") != pi_engine.hex_digits(position, formula="bellard")


def test_digit_strings_keep_their_zeros():
    assert hex_digits.certain_digits(Fraction((5 << 60) + 9, 1), 9) == "000000005"
    assert hex_digits.certain_digits(Fraction(0, 1), 3) is None
    assert hex_digits.digits_between(Fraction(0, 4), Fraction(0, 4), 6) == "000000"
    assert hex_digits.digits_between(Fraction(0, 4), Fraction(ONE - 8, 4), 4) == "FFFF"


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"position": 0}, "position"),
        ({"position": 10**12 + 1}, "position"),
        ({"position": 1, "count": 0}, "count"),
        ({"position": 1, "count": 10_001}, "base 16"),
        ({"position": 1, "formula": "leibniz"}, "choose bellard or plouffe"),
        ({"position": 1, "threads": 0}, "threads"),
    ],
)
def test_arguments_that_are_refused(arguments, match):
    with pytest.raises(UsageError, match=match):
        pi_engine.hex_digits(**arguments)


def test_command():
    assert pi("hex", "1").stdout == "243F6A8885A308\n"
    answer = json.loads(pi("hex", "1e4", "--count", "5", "--formula", "plouffe", "--json").stdout)
    seconds = answer.pop("seconds")
    assert answer == {"schema": 1, "position": 10_000, "count": 5, "hex": "68AC8", "formula": "plouffe"}
    assert list(seconds) == ["total"] and seconds["total"] >= 0
    for bad in (["0"], ["-3"], ["1e13"], ["1", "--count", "0"], ["x"], ["1", "--formula", "no"]):
        done = pi("hex", *bad)
        assert done.returncode == 2 and done.stdout == "" and len(done.stderr.splitlines()) == 1, bad


def test_progress_reaches_its_total():
    seen = []
    pi_engine.hex_digits(10**6, progress=lambda phase, done, total: seen.append((phase, done, total)))
    assert seen[-1][1] == seen[-1][2] > 10**6 and [x[1] for x in seen] == sorted(x[1] for x in seen)


def test_many_digits_at_a_small_position_take_the_kernel(monkeypatch):
    """What counts is the time of all evaluations together; and the kernel is right at every offset that it is used at."""
    asked = []

    class Kernels:
        def pays_for(self, seconds):
            asked.append(seconds)
            return False

    monkeypatch.setattr(bbp_sum, "KERNELS", Kernels())
    pi_engine.hex_digits(3000, count=60)
    assert asked[0] > 4 * asked[1] > 0
    monkeypatch.undo()
    bbp_sum.KERNELS.load()
    digits = hexadecimal(bbp_sum.KERNEL_FROM + 400)
    assert pi_engine.hex_digits(bbp_sum.KERNEL_FROM - 20, count=400) == digits[bbp_sum.KERNEL_FROM - 21 :][:400]


def test_progress_is_told_without_the_kernel_too(monkeypatch):
    monkeypatch.setattr(bbp_sum, "kernel_pays", lambda offset, evaluations, primes=0: False)
    seen = []
    pi_engine.hex_digits(300, count=60, progress=lambda phase, done, total: seen.append(done / total))
    assert len(seen) > 20 and seen == sorted(seen) and seen[-1] < 1
