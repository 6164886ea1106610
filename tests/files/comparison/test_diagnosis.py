"""Kinds of error: random edits of π's digits, and whether what is said of them is true."""

import pytest

import pi_engine
from pi_engine.files.comparison.diagnosis import diagnosed, with_integer
from pi_engine.files.comparison.held_digits import HeldDigits
from pi_engine.radix.kernels.digit_words import digit_words
from tests.conftest import MULTIPLIER
from tests.files.comparison.random_edits import (
    BEYOND,
    EDITS,
    exchanged,
    missing,
    repeated,
    require_true,
    scattered,
    substituted,
    transposed,
)

SIZES = (50, 200, 20_000)


@pytest.fixture(scope="module")
def pi_digits():
    return {base: pi_engine.compute(45_000, base=base, check="none").text()[2:] for base in (10, 16)}


def diagnosis(true, digits, base, beyond=BEYOND):
    count = len(digits)
    ours = HeldDigits(digit_words(true[: count + beyond], base), min(len(true), count + beyond), base)
    return diagnosed(ours, HeldDigits(digit_words(digits, base), count, base))


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
@pytest.mark.parametrize("base", [10, 16])
def test_what_is_said_of_a_random_edit_is_true(pi_digits, rng, edit, base):
    true, width = pi_digits[base], {10: 19, 16: 16}[base]
    borders = [k * width + d for k in (3, 4, 60) for d in (-1, 0, 1)]
    for _ in range(int(4 * MULTIPLIER)):
        for count in (*SIZES, rng.choice(borders), rng.randrange(50, 3000)):
            digits = edit(rng, true, count, base)
            found = diagnosis(true, digits, base)
            if digits == true[: len(digits)]:
                assert found is None
            else:
                require_true(found, true, digits, base)


@pytest.mark.parametrize("base", [10, 16])
@pytest.mark.parametrize(
    ("edit", "kinds"),
    [
        (substituted, {"substituted", "rounded"}),
        (transposed, {"transposed"}),
        (missing, {"missing"}),
        (repeated, {"repeated", "doubled"}),
        (exchanged, {"exchanged", "different", "scattered", "transposed", "substituted"}),
        (scattered, {"scattered", "different", "substituted"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_the_kind_is_told(pi_digits, rng, base, edit, kinds):
    """In the middle of many digits, where there is enough behind an edit to tell."""
    true = pi_digits[base]
    for _ in range(int(6 * MULTIPLIER)):
        digits = edit(rng, true[:12_000], 12_000, base)
        found = diagnosis(true, digits, base)
        beyond = max(0, 12_000 - len(digits))  # what follows a block that is missing must be in π as far as it is known
        if found is not None and found.position < len(digits) - 60 - beyond:
            assert found.kind in kinds, (found, edit)


# ---------------------------------------------------------------- each kind by itself


def test_each_kind_in_words(pi_digits):
    true = pi_digits[10]
    for digits, kind, says in (
        (true[:300] + true[1300:9000], "missing", "1_000 digits missing: the block at positions 301 to 1_300"),
        (true[:300] + true[301:9000], "missing", "the digit 7 missing"),
        (true[:1300] + true[300:9000], "repeated", "the block at positions 301 to 1_300 occurs twice"),
        (true[:300] + true[5000:5100] + true[300:9000], "inserted", "100 digits too many: a copy of the block at positions 5_001 to 5_100"),
        (true[:300] + "0" * 100 + true[300:9000], "inserted", "100 digits too many, at positions 301 to 400"),
        (true[:300] + true[800:900] + true[400:800] + true[300:400] + true[900:2000], "exchanged",
         "the block at positions 301 to 400 and the block at positions 801 to 900 are exchanged"),
        (true[:300] + true[400:900] + true[300:400] + true[900:2000], "exchanged",
         "the block at positions 301 to 400 and the block at positions 401 to 900 are exchanged"),
        (true[:1300] + true[300:1300] + true[2300:9000], "repeated",
         "the block at positions 301 to 1_300 occurs twice, the second time in place of the block at positions 1_301 to 2_300"),
        (true[:300] + true[4000:4500] + true[800:5000], "copied",
         "the block at positions 4_001 to 4_500 stands in place of the block at positions 301 to 800"),
        (true[:300] + true[309:900] + true[300:309] + true[900:2000], "exchanged",
         "the block at positions 301 to 309 and the block at positions 310 to 900 are exchanged"),
        (true[:300] + true[309:900] + "0" * 9 + true[900:2000], "different",
         "the 9 digits 724587006 missing, and 9 digits too many at positions 892 to 900"),
        (true[:300] + "0" * 9 + true[300:891] + true[900:2000], "different",
         "the 9 digits 000000000 too many, and 9 digits missing: the block at positions 892 to 900"),
        (true[:990] + "0" * 10, "tail", "only the last 10 digits are wrong"),
        (true[:100] + "0" * 900, "tail", "from there on the digits are not π's"),
        (true[:2000] + "3" + true[:2000], "repeated", "the digits begin again, with the 3 before the point"),
        (true[:500] + "0" * 60 + true[560:2000], "different", "behind position 560 all digits are right"),
    ):  # fmt: skip
        found = diagnosis(true, digits, 10)
        assert (found.kind, says in found.message) == (kind, True), found
        require_true(found, true, digits, 10)


@pytest.mark.parametrize("base", [10, 16])
def test_rounded_where_the_next_digit_is_high_and_wrong_where_it_is_not(pi_digits, base):
    true = pi_digits[base]
    seen = set()
    for count in range(1, 900):
        value = int(true[:count], base) + 1
        digits = str(value).zfill(count) if base == 10 else f"{value:X}".zfill(count)
        if len(digits) > count:
            continue
        up = 2 * int(true[count], base) >= base
        found = diagnosis(true, digits, base)
        assert (found.kind == "rounded") == up
        seen.add((up, min(2, found.wrong_digits)))
        if up:
            assert "rounded, not truncated: otherwise right" in found.message
    assert seen == {(True, 1), (True, 2), (False, 1), (False, 2)}


def test_a_rounding_that_carries_far(pi_digits):
    """The six nines at 762: …134999999|8 rounds to …135000000."""
    true = pi_digits[10]
    assert true[761:768] == "9999998"
    found = diagnosis(true, str(int(true[:767]) + 1), 10)
    assert (found.kind, found.position, found.wrong_digits) == ("rounded", 761, 7)
    assert found.wrong_positions == tuple(range(761, 768))


def test_without_what_follows_nothing_is_said_of_rounding(pi_digits):
    true = pi_digits[10]
    found = diagnosis(true, true[:3] + "6", 10, beyond=0)
    assert (found.kind, "only the last digit is wrong" in found.message) == ("substituted", True)


def test_digits_off_by_one_at_many_places_are_scattered(pi_digits, rng):
    true = pi_digits[16]
    places = sorted(rng.sample(range(39_999), 4_000))
    digits = list(true[:40_000])
    for place in places:
        digits[place] = f"{(int(digits[place], 16) + 1) % 16:X}"
    found = diagnosis(true, "".join(digits), 16)
    assert (found.kind, found.wrong_digits) == ("scattered", 4_000)
    assert found.wrong_positions == tuple(place + 1 for place in places[:10])
    assert f"4_000 digits are wrong in all, the first at positions {places[0] + 1:_}, " in found.message
    assert f"behind position {places[-1] + 1:_} all digits are right" in found.message


def test_the_digit_before_the_point_is_position_0(pi_digits):
    true = pi_digits[10]
    assert with_integer(None, "3", true[:200], 10) is None
    found = with_integer(None, "4", true[:200], 10)
    assert (found.position, found.kind, found.wrong_digits, found.wrong_positions) == (0, "substituted", 1, (0,))
    found = with_integer(diagnosis(true, "0" + true[1:50], 10), "4", "0" + true[1:50], 10)
    assert (found.position, found.kind, found.wrong_digits, found.wrong_positions) == (0, "different", 2, (0, 1))
    found = with_integer(diagnosis(true, true[1:500], 10), "4", true[1:500], 10)
    assert (found.wrong_digits, found.wrong_positions) == (None, ())
