"""Reading text: every habit, both bases, any chunks."""

import mpmath
import pytest

from pi_engine.digits.common import constants
from pi_engine.digits.common.constants import OTHERS, PI, recognise
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.text import text_reader
from pi_engine.errors import CorruptFileError
from tests.digits.digit_files import BASES, HABITS, read, written


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize("base", BASES)
def test_habits(tmp_path, texts, base, habit):
    text = texts[base]
    path = written(tmp_path, HABITS[habit](text))
    assert read(path) == ("text", base, "3", text[2:])


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("habit", ["plain", "newline", "groups", "crlf", "header", "byte order mark"])
def test_a_missing_integer_part(tmp_path, texts, base, habit):
    text = HABITS[habit]("xx" + texts[base][2:]).replace("xx", "").replace("\r\n", "\n", 1)
    assert read(written(tmp_path, text.lstrip(" \n"))) == ("text", base, "", texts[base][2:])


def test_the_prefix_0x(tmp_path, texts):
    assert read(written(tmp_path, "0x" + texts[16].lower())) == ("text", 16, "3", texts[16][2:])
    assert read(written(tmp_path, "pi = 0x" + texts[16])) == ("text", 16, "3", texts[16][2:])


@pytest.mark.parametrize("text", ["0x3.14", "pi = 0x3.14159265358979323846", "0x14159265358979", "0X3"])
def test_the_prefix_0x_says_the_base_of_digits_that_look_decimal(tmp_path, text):
    """The digits are not π's: those begin with 0x3.243F."""
    assert read(written(tmp_path, text))[1] == 16


@pytest.mark.parametrize("base", BASES)
def test_few_digits(tmp_path, texts, base):
    """Around one word; and where the base can be told, it is."""
    for count in [*range(4, 70), 0]:
        for tail in ("", "\n"):
            text = texts[base][: count + 2] if count else "3"
            found = read(written(tmp_path, text + tail))
            assert found == ("text", base if count else 10, "3", text[2:])
    for count in (1, 2, 3):
        assert read(written(tmp_path, texts[base][: count + 2]), base)[3] == texts[base][2 : count + 2]


@pytest.mark.parametrize("constant", OTHERS, ids=lambda constant: constant.name)
def test_other_constants_begin_with_their_digits(tmp_path, constant):
    for base in BASES:
        for header in ("", "The first digits\n\n"):
            path = written(tmp_path, f"{header}{constant.integer}.{constant.fraction(base)}\n")
            assert read(path) == ("text", base, constant.integer, constant.fraction(base))
            assert recognise(constant.fraction(base), base) is constant


def test_the_table_of_constants():
    with mpmath.workdps(80):
        lemniscate = mpmath.gamma(0.25) ** 2 / (2 * mpmath.sqrt(2 * mpmath.pi))
        values = {
            "π": +mpmath.pi, "e": +mpmath.e, "√2": mpmath.sqrt(2), "√3": mpmath.sqrt(3), "√5": mpmath.sqrt(5),
            "√10": mpmath.sqrt(10), "the golden ratio": +mpmath.phi, "ln 2": +mpmath.ln2, "ln 10": +mpmath.ln10,
            "ζ(3)": +mpmath.apery, "Euler's constant γ": +mpmath.euler, "Catalan's constant": +mpmath.catalan,
            "2π": 2 * mpmath.pi, "1/π": 1 / mpmath.pi, "π²": mpmath.pi**2, "Γ(1/3)": mpmath.gamma(mpmath.mpf(1) / 3),
            "Γ(1/4)": mpmath.gamma(0.25), "the lemniscate constant": lemniscate,
        }  # fmt: skip
        assert [constant.name for constant in (PI, *OTHERS)] == list(values)
        for constant in (PI, *OTHERS):
            value, count = values[constant.name], len(constant.decimal)
            scaled = int(mpmath.floor(value * mpmath.mpf(10) ** count))
            assert constant.integer + constant.decimal == str(scaled).zfill(count + 1)
            scaled = int(mpmath.floor(value * mpmath.mpf(16) ** len(constant.hexadecimal)))
            assert constant.integer + constant.hexadecimal == f"{scaled:0{len(constant.hexadecimal) + 1}X}"
    assert recognise("7182818", 10) is None
    assert recognise("71828183", 10) is None
    assert recognise(PI.decimal, 10) is None
    assert constants.CERTAIN == 8


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"), (b"\n \r\n", "empty"), (b"\x00" * 100, "empty"), (b" " * 70_000, "empty"),
        (b"hello, world\n", "header"), ("no digits".encode("utf-16"), "header"), (bytes(range(256)), "header"),
        (b"x" * 100_000, "header"), (b"Pi\n\n", "header"),
    ],
)  # fmt: skip
def test_no_digits(tmp_path, content, kind):
    with pytest.raises(CorruptFileError) as caught:
        read(written(tmp_path, content))
    assert caught.value.kind == kind
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("stray", ["x", "-", ".", "\x00", "\x7f", "é", "O", ":"])
def test_a_stray_character_has_its_offset(tmp_path, texts, base, stray):
    """Wherever it stands, and after the digits before it have been read."""
    for habit in ("plain", "groups", "crlf", "header"):
        text = HABITS[habit](texts[base])
        begin = text.index(texts[base][:2]) + 20
        for place in (begin, begin + 1000, len(text) - 8):
            path = written(tmp_path, text[:place] + stray + text[place + 1 :])
            before = []
            with DigitFile(path) as file, pytest.raises(CorruptFileError) as caught:
                before.extend(block.digits for block in file.blocks())
            assert caught.value.offset == len(text[:place].encode())
            assert caught.value.kind == "stray"
            wanted = text[text.index(texts[base][:2]) + 2 : place]
            assert sum(before) == sum(character not in " \r\n" for character in wanted)


@pytest.mark.parametrize("chunk", [7, 64, 1000])
def test_chunks_of_any_size(tmp_path, texts, monkeypatch, chunk):
    monkeypatch.setattr(text_reader, "CHUNK", chunk)
    for habit in ("plain", "groups", "crlf"):
        text = HABITS[habit](texts[10] * 1)
        path = written(tmp_path, text)
        monkeypatch.setattr(text_reader, "WINDOW", 64)
        assert read(path)[3] == texts[10][2:]


def test_many_blanks_end_the_reading(tmp_path, texts):
    path = written(tmp_path, texts[10] + " " * (3 << 20) + "1")
    with pytest.raises(CorruptFileError, match="hold no digit"):
        read(path)


def test_every_tag_that_breaks_lines_is_counted(tmp_path, texts, monkeypatch):
    """Also in pieces that hold nothing else beside digits, which are read at once."""
    digits = texts[10][2:] * 20
    rows = [digits[i : i + 20] for i in range(0, len(digits), 20)]
    monkeypatch.setattr(text_reader, "CHUNK", 4096)
    with DigitFile(written(tmp_path, "<p>3." + "<br>\n".join(rows) + "</p>")) as file:
        assert sum(block.digits for block in file.blocks()) == len(digits)
        assert f"left out: HTML line breaks ({len(rows) - 1:_}, the first in line 1)" in file.notes
