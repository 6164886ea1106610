"""All counts and tests of digits in one object and one sentence: π, random digits, and digits that are anything but random."""

import dataclasses
import json
import math
import random
from collections import Counter

import numpy as np
import pytest

from pi_engine.errors import PiEngineError, UsageError
from pi_engine.statistics import summary
from pi_engine.statistics.summary import statistics_of
from tests.statistics.naive_counts import text_of

PUBLISHED = {
    10: (0, 2, 1, 1, 1, 3, 1, 0, 0, 1),
    100: (8, 8, 12, 11, 10, 8, 9, 8, 12, 14),
    1000: (93, 116, 103, 102, 93, 97, 94, 95, 101, 106),
    10**4: (968, 1026, 1021, 974, 1012, 1046, 1021, 970, 948, 1014),
    10**5: (9999, 10137, 9908, 10025, 9971, 10026, 10029, 10025, 9978, 9902),
    10**6: (99959, 99758, 100026, 100229, 100230, 100359, 99548, 99800, 99985, 100106),
}
"""How often 0 … 9 occur among the first digits of π after the point: OEIS A099291 to A099300."""


def of_text(text, base=10, **options):
    return statistics_of([np.frombuffer(text.encode(), np.uint8)], base, **options)


@pytest.mark.parametrize("digits", PUBLISHED)
def test_published_counts(million, digits):
    found = of_text(million.fraction_text[:digits])
    assert found.counts == PUBLISHED[digits]
    assert found.chi_square is None or found.chi_square == pytest.approx(
        sum((c - digits / 10) ** 2 / (digits / 10) for c in found.counts)
    )


def test_a_million_digits_of_pi_look_random(million):
    text = million.fraction_text
    found = of_text(text, name="π")
    assert found.unusual == ()
    assert len(found.made) == 13
    assert {test.name for test in found.tests} - {test.name for test in found.made} == {
        "blocks of 5",
        "blocks of 6",
        "6-grams",
    }
    # published with the counts
    assert (round(found.chi_square, 2), round(found.p_value, 2)) == (5.51, 0.79)
    assert found.kgrams[5].k == 6
    assert found.kgrams[5].seen == len({text[i : i + 6] for i in range(10**6 - 5)})
    assert 0.01 < found.chance <= 1
    assert found.conclusion.startswith(
        "none of 13 tests is unusual: random digits look at least this unusual in about "
    )
    assert found.longest_run == 7  # 3333333 at 710100


@pytest.mark.parametrize("base", [2, 8, 10, 16])
def test_random_digits_look_random(rng, base):
    generator = np.random.default_rng(rng.getrandbits(60))
    chances = []
    for _ in range(3):  # one in a hundred thousand has three
        found = statistics_of([text_of(generator.integers(0, base, 50_000).tolist())], base)
        chances.append(bool(found.unusual))
        assert found.entropy_bits == pytest.approx(found.max_entropy_bits, abs=1e-3)
    assert not all(chances)


REGULAR = {
    "one digit": "7" * 100_000,
    "two in turn": "38" * 50_000,
    "all ten in turn": "0123456789" * 10_000,
    "each pair once": "".join(f"{n:02}" for n in range(100)) * 500,
    "a seventh": "142857" * 17_000,
    "integers": "".join(map(str, range(20_000))),
}


@pytest.mark.parametrize("name", REGULAR)
def test_digits_that_are_not_random(name):
    found = of_text(REGULAR[name])
    assert len(found.unusual) >= 5
    assert found.chance < 1e-6
    assert "less than 0.01 % of cases" in found.conclusion


def test_digits_that_are_too_even():
    """Each digit, and each pair, exactly as frequent as the others, in an order that hides it."""
    pairs = [f"{n:02}" for n in range(100)] * 50
    random.Random(1).shuffle(pairs)
    found = of_text("".join(pairs))
    verdicts = {test.name: test.verdict for test in found.tests}
    assert (verdicts["digits"], verdicts["serial"]) == ("too regular", "too regular")
    assert found.tests[0].p_value == 1
    assert "(too regular: digits, serial" in found.conclusion
    assert " of 8 tests are unusual " in found.conclusion


def test_digits_that_are_a_little_uneven(rng):
    """One digit in 300 is made a 7."""
    generator = np.random.default_rng(rng.getrandbits(60))
    x = generator.integers(0, 10, 400_000)
    x[generator.integers(0, 300, len(x)) == 0] = 7
    assert "digits" in [test.name for test in statistics_of([text_of(x.tolist())]).unusual]


def test_digits_that_depend_on_those_before(rng):
    """Evenly frequent, and so are pairs; but the digit two before comes again more often."""
    generator = np.random.default_rng(rng.getrandbits(60))
    x = generator.integers(0, 10, 200_000)
    for i in np.flatnonzero(generator.integers(0, 20, len(x)) == 0).tolist():
        x[i] = x[i - 2]
    found = {test.name: test.verdict for test in statistics_of([text_of(x.tolist())]).tests}
    assert (found["digits"], found["serial"]) == ("usual", "usual")
    assert (found["maximum entropy"], found["3-grams"], found["gaps"]) == ("too uneven",) * 3


@pytest.mark.parametrize("digits", [1, 2, 5, 7, 49])
def test_too_few_digits(million, digits):
    found = of_text(million.fraction_text[:digits])
    assert (found.made, found.unusual, found.chance, found.p_value) == ((), (), None, None)
    assert all(test.verdict == "too few digits" for test in found.tests)
    verb = "is" if digits == 1 else "are"
    assert f"{verb} too few for any test: the first one needs 50" in found.conclusion
    assert len(found.kgrams) == min(digits, 6)
    assert 0 <= found.entropy_bits <= math.log2(10)


def test_each_test_begins_with_the_digits_that_it_needs(million):
    needs = [test.needs for test in of_text(million.fraction_text[:1]).tests]
    for least in sorted(set(needs)):
        if least <= 100_000:
            for size in (least - 1, least):
                made = [test.statistic is not None for test in of_text(million.fraction_text[:size]).tests]
                assert made == [size >= need for need in needs]


def test_shorter_kgrams(million):
    text = million.fraction_text[:50_000]
    found, all_of_them = of_text(text, kgrams=2), of_text(text)
    assert [row.k for row in found.kgrams] == [1, 2]
    names = ["digits", "serial", "2-grams", "poker", "gaps", "runs", "collisions", "maximum entropy"]
    assert [test.name for test in found.tests] == names
    statistics = {test.name: test.statistic for test in all_of_them.tests}
    assert [test.statistic for test in found.tests] == [statistics[name] for name in names]
    row = found.kgrams[1]
    occurrences = Counter(text[i : i + 2] for i in range(len(text) - 1))
    assert (row.fewest, row.most) == (min(occurrences.values()), max(occurrences.values()))
    assert (occurrences[row.rarest], occurrences[row.commonest]) == (row.fewest, row.most)


def test_it_is_frozen_and_shows_itself_on_a_line(million):
    found = of_text(million.fraction_text[:50_000], name="pi.ycd")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.digits = 1
    assert repr(found).startswith("Statistics(pi.ycd: 50_000 digits, base 10, none of 10 tests is unusual: ")
    assert all(len(repr(x)) <= 100 for x in (found, *found.tests, *found.entropies))
    assert "<caption>pi.ycd</caption>" in found._repr_html_()
    assert "too few digits: it needs 98_304" in found._repr_html_()


def test_progress_is_reported():
    reported = []
    statistics_of([b"1415", b"", b"926535"], digits=10, progress=lambda *step: reported.append(step))
    assert reported == [("counting", done, 10) for done in (0, 4, 4, 10)]


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([],), {}, "digits: there are no digits to count"),
        (([b"", b""],), {"name": "empty.txt"}, "empty.txt: there are no digits to count"),
        (([b"123"], 7), {}, "base 7 cannot be counted: give 2, 8, 10 or 16"),
        (([b"12a"],), {}, "'a' is not a digit of base 10"),
        (([b"12"], 2), {}, "'2' is not a digit of base 2"),
        (([b"12"],), {"kgrams": 0}, "for k from 1 to 6, not 0"),
        (([b"12"], 16), {"kgrams": 6}, "for k from 1 to 5, not 6"),
        (([b"12"],), {"threads": 0}, "threads must be 1 or more"),
    ],
)
def test_bad_arguments(arguments, options, message):
    with pytest.raises(UsageError, match=message):
        statistics_of(*arguments, **options)


def test_scipy_is_missed_before_anything_is_counted(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "scipy.special", None)
    with pytest.raises(PiEngineError, match=r"the tests need SciPy, which is not installed: run .*(scipy|look)"):
        statistics_of(iter(lambda: pytest.fail("a piece was taken"), None))


def test_the_numbers_of_a_summary_are_those_of_python(million):
    """They go into JSON."""
    found = of_text(million.fraction_text[:20_000])
    rows = [*found.tests, *found.entropies, *found.kgrams]
    json.dumps([dataclasses.asdict(row) for row in rows] + [found.counts, found.chance, found.entropy_bits])


def test_chances_in_words():
    assert [summary._percent(p) for p in (1, 0.43, 0.0991, 0.012, 0.00012, 0.00001)] == [
        "100 %",
        "43 %",
        "9.9 %",
        "1.2 %",
        "0.012 %",
        "less than 0.01 %",
    ]
