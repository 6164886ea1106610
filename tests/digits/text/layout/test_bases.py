"""In which base are these digits: π's beginning in each, right and wrong ones, and text of base 2 and 8 of any habit."""

import re

import mpmath
import pytest

from pi_engine.digits.text.layout.bases import base_of, base_of_alphabet, base_without_point, beginning, whole
from pi_engine.digits.text.layout.text_start import find_start
from pi_engine.errors import CorruptFileError, UsageError
from tests.digits.digit_files import BINARY, HABITS, binary_text, read, written
from tests.files.verified_files import digit_other_than

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def by_mpmath(base, count):
    """The digits after the point one by one: an oracle that shares nothing with GMP's conversion."""
    with mpmath.workprec(count * 6 + 100):
        fraction, digits = mpmath.pi - 3, []
        for _ in range(count):
            fraction *= base
            digits.append(DIGITS[int(fraction)])
            fraction -= int(fraction)
    return "".join(digits)


@pytest.mark.parametrize("base", range(2, 37))
def test_the_beginning_in_every_base(base):
    digits = by_mpmath(base, 300)
    for count in [*range(80), 299, 300]:
        assert beginning(base, count) == digits[:count]
    integer = DIGITS[3] if base > 3 else {2: "11", 3: "10"}[base]
    assert whole(base) == integer
    assert base_of(digits, integer) == base_of(digits, "") == base_of(digits[:200], "") == base
    assert base_without_point(digits) == (base, "")
    assert base_without_point(integer + digits) == (base, integer)


def test_how_many_digits_make_sure():
    for base, least in ((2, 30), (3, 19), (8, 10), (10, 10), (12, 9), (16, 8), (36, 6)):
        digits = beginning(base, 60)
        assert base_of(digits[: least - 1], "") is None
        assert base_of(digits[:least], "") == base
        assert base_of(digits[: least - len(whole(base))], whole(base)) == base
    assert base_of("", "") is base_of("", "3") is None
    assert base_of(beginning(2, 14), "11") is None
    assert base_of(beginning(2, 14), "11", complete=True) == 2
    assert base_of(beginning(2, 6), "11", complete=True) == 2
    assert base_of(beginning(2, 5), "11", complete=True) is base_of(beginning(2, 13) + "0", "11", complete=True) is None
    assert base_of(beginning(8, 5), "3", complete=True) == 8
    assert base_of(beginning(8, 4), "3", complete=True) is base_of(beginning(8, 8), "3") is None
    assert base_without_point("11" + beginning(2, 14), complete=True) == (2, "11")
    assert base_without_point("11" + beginning(2, 13), complete=True) is None


@pytest.mark.parametrize("base", [2, 3, 8, 12, 36])
def test_a_few_wrong_digits_leave_the_base_sure(base, rng):
    digits = beginning(base, 64)
    for count in (1, 2, 4, 4 if base == 2 else 6):  # with six wrong bits one text in three thousand is not sure
        for _ in range(20):
            wrong = list(digits)
            for place in rng.sample(range(64), count):
                wrong[place] = rng.choice([digit for digit in DIGITS[:base] if digit != wrong[place]])
            assert base_of("".join(wrong), "") == base
            assert base_of("".join(wrong), "1") == base


def test_random_digits_are_of_no_base(rng):
    for base in (2, 3, 8, 10, 16, 36):
        for _ in range(200):
            assert base_of("".join(rng.choices(DIGITS[:base], k=rng.randrange(100))), "3") is None


def test_digits_that_are_not_pi_s_show_their_alphabet(rng):
    for base, least in ((2, 64), (8, 100)):
        digits = "".join(rng.choices(DIGITS[:base], k=400))
        assert base_of_alphabet(digits) == base
        assert base_of_alphabet(digits[: least - 1]) is None
        assert base_of_alphabet(digits[:200] + "9" + digits[200:]) is None
    assert base_of_alphabet("0" * 300) is base_of_alphabet("3" * 300) is base_of_alphabet("142857" * 50) is None
    assert base_of_alphabet("".join(rng.choices(DIGITS[:10], k=400))) is None


# ---------------------------------------------------------------- text

PREFIX = {2: "0b", 8: "0o"}


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize("base", BINARY)
def test_habits(tmp_path, base, habit):
    integer, digits = binary_text(base, 5000).split(".")
    # these habits are made of one digit, a point, and the digits behind it
    text = HABITS[habit]("@." + digits).replace("@", integer)
    if habit in {"groups by comma", "line breaks within", "header that mentions it"}:
        text = {
            "groups by comma": f"{integer}.{HABITS[habit]('3.' + digits)[2:]}",
            "line breaks within": "\n".join(re.findall(".{1,80}", f"{integer}.{digits}")),
            "header that mentions it": f"# {integer}.{digits[:6]} and so on\r\n# digits: 5000\r\n\r\n{integer}.{digits}\r\n",
        }[habit]
    assert read(written(tmp_path, text)) == ("text", base, integer, digits)
    assert read(written(tmp_path, text), base) == ("text", base, integer, digits)


def _thousands(digits):
    return ",".join(digits[max(0, end - 3) : end] for end in range(len(digits) % 3 or 3, len(digits) + 1, 3))


@pytest.mark.parametrize("base", BINARY)
def test_forms_of_the_integer(tmp_path, base):
    integer, digits = binary_text(base, 500).split(".")
    grouped = " ".join(re.findall(".{1,8}", integer + digits))
    for text, expected in (
        (digits, ""),
        ("\n".join(re.findall(".{1,60}", digits)), ""),
        (integer + digits, integer),
        (grouped, integer),
        (grouped.replace(" ", "\n"), integer),
        (" ".join(integer + digits), integer),
        (f"3.{digits}", integer),
        (f"{integer},{digits}", integer),
        (f".{digits}", ""),
        (f"pi = .{digits}", ""),
        (_thousands(integer + digits), integer),
        (_thousands(digits), ""),
        (_thousands(integer + digits).replace(",", "_"), integer),
        (f"{integer}\n.\n{digits}", integer),
        (f"{PREFIX[base]}{integer}.{digits}", integer),
        (f"{PREFIX[base].upper()}{integer}.{digits}", integer),
        (f"{PREFIX[base]}{integer}{digits}", integer),
        (f"pi = {PREFIX[base]}{integer}.{digits}", integer),
        (f"π = {integer}.{digits}\n", integer),
        (f"500\n{integer}.{digits}\n", integer),
        (f"The digits of pi:\n\n{integer}.{digits}\n", integer),
        (f"The digits of pi:\n\n{integer}{digits}\n", integer),
    ):
        for given in (None, base):
            assert read(written(tmp_path, text), given) == ("text", base, expected, digits), text[:40]


@pytest.mark.parametrize("base", BINARY)
def test_few_digits(tmp_path, base):
    """Where the base can be told, it is; given, it is taken, down to no digits at all."""
    integer, digits = binary_text(base, 300).split(".")
    least = 6 if base == 2 else 5
    for count in range(1, 300):
        expected = "text", base, integer, digits[:count]
        path = written(tmp_path, f"{integer}.{digits[:count]}" + "\n" * (count % 2))
        assert read(path, base) == expected
        if count >= least:
            assert read(path) == expected
        if count <= 70:
            assert read(written(tmp_path, f"{PREFIX[base]}{integer}.{digits[:count]}")) == expected
    for text in (integer, f"{integer}.", f"{integer}.\n"):
        assert read(written(tmp_path, text), base) == ("text", base, integer, "")


@pytest.mark.parametrize("base", BINARY)
def test_wrong_digits_among_the_first(tmp_path, base, rng):
    integer, digits = binary_text(base, 400).split(".")
    for place in range(70):
        broken = digits[:place] + digit_other_than(rng, digits[place], base) + digits[place + 1 :]
        for given in (None, base):
            assert read(written(tmp_path, f"{integer}.{broken}"), given) == ("text", base, integer, broken)
            missing = digits[:place] + digits[place + 1 :]
            assert read(written(tmp_path, f"{integer}.{missing}"), given) == ("text", base, integer, missing)
    for wrong in ("10", "01", "1") if base == 2 else ("2", "4", "0"):
        for given in (None, base):
            assert read(written(tmp_path, f"{wrong}.{digits}"), given) == ("text", base, wrong, digits)


@pytest.mark.parametrize("base", [base for base in range(3, 37) if base not in {8, 10, 16}])
def test_other_bases_are_named(base):
    digits = by_mpmath(base, 40)
    for text in (
        f"{whole(base)}.{digits}", digits, whole(base) + digits, f"{whole(base)}.{digits}".lower(),
        f"{whole(base)}.{digits[:12]} {digits[12:]}\n", f"pi =\n{whole(base)}.{digits}",
    ):  # fmt: skip
        with pytest.raises(
            CorruptFileError, match=rf"the digits of π in base {base}, which is not read: .* 2, 8, 10 or 16"
        ) as error:
            find_start(text.encode(), "x")
        assert error.value.kind == "header"


def test_another_base_than_the_digits_say_is_refused():
    for text, base, other in (
        ("3.14159265358979", 10, 2), ("3.14159265358979", 10, 8), ("3.243F6A8885A3", 16, 8),
        ("3.14159265358979", 10, 16), ("3.243F6A8885A3", 16, 10), ("14159265358979", 10, 16),
        (binary_text(2, 100), 2, 10), (binary_text(2, 100), 2, 8), (binary_text(8, 100), 8, 16),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=f"holds the digits of π in base {base}, not {other}: leave out --base"):
            find_start(text.encode(), "x", other)


def test_stray_characters(tmp_path):
    for base, wrong in ((2, "2"), (2, "9"), (2, "x"), (8, "8"), (8, "9"), (8, "a")):
        integer, digits = binary_text(base, 500).split(".")
        path = written(tmp_path, f"{integer}.{digits[:400]}{wrong}{digits[401:]}")
        with pytest.raises(CorruptFileError, match=f"comes '{wrong}', which is not a digit of base {base}") as error:
            read(path)
        assert error.value.offset == len(integer) + 401


def test_random_digits_stay_decimal_or_hexadecimal(tmp_path, rng):
    for base in (10, 16):
        digits = "".join(rng.choices(DIGITS[:base], k=500))
        assert read(written(tmp_path, f"7.{digits}"))[1:] == (base, "7", digits)


@pytest.mark.parametrize("base", BINARY)
def test_wrong_digits_behind_a_header(tmp_path, base, rng):
    integer, digits = binary_text(base, 400).split(".")
    for place in range(0, 70, 3):
        broken = digits[:place] + digit_other_than(rng, digits[place], base) + digits[place + 1 :]
        for text in (
            f"π = {integer}.{broken}",
            f"400\n{integer}.{broken}\n",
            f"400 digits of pi:\n\n{integer}{broken}\n",
        ):
            for given in (None, base):
                assert read(written(tmp_path, text), given) == ("text", base, integer, broken)


@pytest.mark.parametrize("base", BINARY)
def test_digits_that_are_not_pi_s_behind_a_header(tmp_path, base, rng):
    digits = "".join(rng.choices(DIGITS[:base], k=500))
    for text in (f"Random digits\n\n{digits}\n", digits):
        integer, found = read(written(tmp_path, text), base)[2:]
        assert integer + found == digits
    assert read(written(tmp_path, f"0.{digits}")) == ("text", base, "0", digits)
