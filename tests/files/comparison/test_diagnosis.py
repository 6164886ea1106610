"""Kinds of error: random edits of π's digits, and whether what is said of them is true."""

import re

import pytest

import pi_engine
from pi_engine.files.comparison.diagnosis import diagnosed, with_integer
from pi_engine.files.comparison.held_digits import HeldDigits
from pi_engine.radix.kernels.digit_words import digit_words
from tests.conftest import MULTIPLIER

BEYOND = 100
SIZES = (50, 200, 20_000)


@pytest.fixture(scope="module")
def pi_digits():
    return {base: pi_engine.compute(45_000, base=base, check="none").text()[2:] for base in (10, 16)}


def diagnosis(true, digits, base, beyond=BEYOND):
    count = len(digits)
    ours = HeldDigits(digit_words(true[: count + beyond], base), min(len(true), count + beyond), base)
    return diagnosed(ours, HeldDigits(digit_words(digits, base), count, base))


# ---------------------------------------------------------------- edits, each with the kinds that may be seen in it


def random_digits(rng, base, count):
    return "".join(rng.choices("0123456789ABCDEF"[:base], k=count))


def block(rng, count, most):
    """A random block, of any length."""
    size = rng.choice([1, 2, 3, 7, rng.randrange(1, 50), rng.randrange(1, most + 1)])
    size = min(size, count // 3)
    start = rng.randrange(1, count - size)
    return start, start + size


def substituted(rng, true, count, base):
    i = rng.randrange(count)
    return true[:i] + random_digits(rng, base, 1) + true[i + 1 : count]


def transposed(rng, true, count, base):
    i = rng.randrange(count - 1)
    return true[:i] + true[i + 1] + true[i] + true[i + 2 : count]


def missing(rng, true, count, base):
    i, j = block(rng, count, count // 3)
    return rng.choice([true[:i] + true[j:count], true[:i] + true[j : count + j - i]])


def inserted(rng, true, count, base):
    i, j = block(rng, count, count // 3)
    return true[:i] + random_digits(rng, base, j - i) + true[i : rng.choice([count, count + i - j])]


def repeated(rng, true, count, base):
    i, j = block(rng, count, count // 3)
    return true[:j] + true[i:count]


def exchanged(rng, true, count, base):
    i, j = block(rng, count // 2, count // 3)
    k, m = block(rng, count - j, count // 3)
    k, m = rng.choice([(j + k, j + m), (j, j + m - k)])
    return true[:i] + true[k:m] + true[j:k] + true[i:j] + true[m:count]


def copied(rng, true, count, base):
    i, j = block(rng, count, count // 3)
    source = rng.randrange(count - (j - i))
    return true[:i] + true[source : source + j - i] + true[j:count]


def garbage(rng, true, count, base):
    i, j = block(rng, count, count // 3)
    return true[:i] + random_digits(rng, base, j - i) + true[j:count]


def replaced(rng, true, count, base):
    i, j = block(rng, count, count // 3)
    return true[:i] + random_digits(rng, base, rng.randrange(1, 60)) + true[j:count]


def tail(rng, true, count, base):
    i = count - rng.choice([1, 2, 5, 20, 36, 37, 38, count // 3])
    return true[:i] + random_digits(rng, base, count - i)


def scattered(rng, true, count, base):
    digits = list(true[:count])
    for _ in range(rng.choice([2, 3, 10, count // 50 + 2, count // 4])):
        digits[rng.randrange(count)] = random_digits(rng, base, 1)
    return "".join(digits)


def rounded(rng, true, count, base):
    value = int(true[count - 12 : count], base) + 1
    return true[: count - 12] + (f"{value:012d}" if base == 10 else f"{value:012X}")[-12:]


def two_of_them(rng, true, count, base):
    first, second = rng.sample(EDITS[:-1], 2)
    digits = first(rng, true, count, base)
    return second(rng, digits + true[len(digits) :], count, base)


EDITS = [
    substituted, transposed, missing, inserted, repeated, exchanged, copied, garbage, replaced, tail, scattered, rounded, two_of_them,
]  # fmt: skip


# ---------------------------------------------------------------- what is said, and whether it is so


def agree(a, b):
    """Whether the shorter begins the longer."""
    both = min(len(a), len(b))
    return a[:both] == b[:both]


def blocks_of(message):
    """The blocks that a message names, as places."""
    spans = re.findall(r"at positions? ([\d_]+)(?: to ([\d_]+))?", message)
    return [(int(first) - 1, int(last or first)) for first, last in spans]


def require_true(found, true, digits, base):
    """What is said of digits that are wrong is so, by a naive comparison; the kind too, where it is one that explains all."""
    wrong = [i for i, (a, b) in enumerate(zip(digits, true, strict=False), 1) if a != b]
    count, place = len(digits), wrong[0] - 1
    assert found.position == wrong[0]
    assert (found.expected, found.found) == (true[place : place + 10][: count - place], digits[place : place + 10])
    assert found.message.startswith(f"position {wrong[0]:_}: {digits[place]} where π has {true[place]} (")
    if found.wrong_digits is None:
        assert found.wrong_positions == ()
    else:
        assert (found.wrong_digits, list(found.wrong_positions)) == (len(wrong), wrong[:10])
    for last in re.findall(r"behind position ([\d_]+) all", found.message):
        assert wrong[-1] == int(last) < count
    for number in re.findall(r"([\d_]+) digits? (?:is|are) wrong in all", found.message):
        assert len(wrong) == int(number)
    if "besides, " not in found.message:  # then the kind explains all that is wrong
        EXPLAINED[found.kind](found, true, digits, base, place)
    assert found.kind not in {"different", "scattered"} or len(wrong) > 1 or found.wrong_digits is None


def names_size(found, sizes):
    """A message names one of the sizes that a block may have, or a size of one digit."""
    assert any(f"{size:_} digits" in found.message or size == 1 for size in sizes)


def is_transposed(found, true, digits, base, place):
    assert digits == true[:place] + true[place + 1] + true[place] + true[place + 2 : len(digits)]


def is_rounded(found, true, digits, base, place):
    count = len(digits)
    assert int(digits, base) == int(true[:count], base) + 1 and 2 * int(true[count], base) >= base


def is_tail(found, true, digits, base, place):
    assert digits[-1] != true[len(digits) - 1]
    if "only the last" in found.message:
        assert f"only the last {len(digits) - place:_} digits are wrong" in found.message


def is_missing(found, true, digits, base, place):
    end = len(digits) + BEYOND
    names_size(found, [n for n in range(1, end) if agree(digits[place:], true[place + n : end])])


def is_doubled(found, true, digits, base, place):
    assert digits[place] == ("3" + true)[place] and agree(digits[place + 1 :], true[place:])


def is_inserted(found, true, digits, base, place):
    names_size(found, [n for n in range(1, len(digits)) if agree(digits[place + n :], true[place:])])


def is_repeated(found, true, digits, base, place):
    named = blocks_of(found.message)
    if "in place of" in found.message:
        (a, b), (_, behind) = named[-2:]
    elif named:
        a, b = named[-1]
        behind = b
    else:
        return
    assert digits == (true[:b] + true[a:b] + true[behind:])[: len(digits)]


def is_copied(found, true, digits, base, place):
    (a, b), (c, d) = blocks_of(found.message)[-2:]
    assert digits == true[:c] + true[a:b] + true[d : len(digits)]


def is_exchanged(found, true, digits, base, place):
    (a, b), (c, d) = blocks_of(found.message)
    assert digits == true[:a] + true[c:d] + true[b:c] + true[a:b] + true[d : len(digits)]


def is_counted(found, true, digits, base, place):
    assert len(digits) == 1 or found.kind != "substituted" or found.wrong_digits == 1


EXPLAINED = {
    "substituted": is_counted, "different": is_counted, "scattered": is_counted, "transposed": is_transposed, "rounded": is_rounded,
    "tail": is_tail, "missing": is_missing, "doubled": is_doubled, "inserted": is_inserted, "repeated": is_repeated,
    "copied": is_copied, "exchanged": is_exchanged,
}  # fmt: skip


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
        (true[:1300] + true[300:9000], "repeated", "the block at positions 301 to 1_300 stands twice"),
        (true[:300] + true[5000:5100] + true[300:9000], "inserted", "100 digits too many: a copy of the block at positions 5_001 to 5_100"),
        (true[:300] + "0" * 100 + true[300:9000], "inserted", "100 digits too many, at positions 301 to 400"),
        (true[:300] + true[800:900] + true[400:800] + true[300:400] + true[900:2000], "exchanged",
         "the block at positions 301 to 400 and the block at positions 801 to 900 are exchanged"),
        (true[:300] + true[400:900] + true[300:400] + true[900:2000], "exchanged",
         "the block at positions 301 to 400 and the block at positions 401 to 900 are exchanged"),
        (true[:1300] + true[300:1300] + true[2300:9000], "repeated",
         "the block at positions 301 to 1_300 stands twice, the second time in place of the block at positions 1_301 to 2_300"),
        (true[:300] + true[4000:4500] + true[800:5000], "copied",
         "the block at positions 4_001 to 4_500 stands in place of the block at positions 301 to 800"),
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
    places = sorted(rng.sample(range(40_000), 4_000))
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
