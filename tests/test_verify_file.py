"""verify: what is wrong with a file of digits, and what each method proves."""

import gzip
import hashlib
import json
import lzma
import subprocess
import sys
import tracemalloc
from dataclasses import asdict

import numpy as np
import pytest
import zstandard

import pi_engine
from pi_engine import file_methods, file_verification, verify_file
from pi_engine.cli.main import run
from pi_engine.digits.constants import OTHERS
from pi_engine.digits.ycd_header import header_bytes
from pi_engine.errors import CapacityError, UsageError, VerificationError
from pi_engine.radix.words import digit_words
from pi_engine.verify import known, survey
from pi_engine.verify.difference import difference_at, first_difference
from pi_engine.verify.known import known_digests, known_digits

from .conftest import MULTIPLIER

COUNT = 21_000


@pytest.fixture(scope="module")
def texts():
    return {base: pi_engine.compute(COUNT + 100, base=base).text()[: COUNT + 2] for base in (10, 16)}


@pytest.fixture
def place(tmp_path):
    """Write a file and return its path."""

    def write(content, name="pi.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def ycd(text, base=10, **header):
    digits = text[2:]
    return header_bytes(base, len(digits), **header) + digit_words(digits, base).tobytes()


FORMS = {
    "pi.txt": lambda text, base: text.encode(),
    "pi.txt.gz": lambda text, base: gzip.compress(text.encode()),
    "pi.txt.xz": lambda text, base: lzma.compress(text.encode()),
    "pi.txt.zst": lambda text, base: zstandard.compress(text.encode()),
    "pi.ycd": ycd,
}


def digit_other_than(rng, digit, base):
    return rng.choice([other for other in "0123456789ABCDEF"[:base] if other != digit])


# ---------------------------------------------------------------- sound files


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("base", [10, 16])
@pytest.mark.parametrize("method", ["auto", "recompute", "known"])
def test_sound_files(place, texts, name, base, method):
    for count in (50, 51, 1000, 20_000, COUNT):
        path = place(FORMS[name](texts[base][: count + 2], base), name)
        found = verify_file(path, method)
        assert (found.status, found.first_wrong, found.expected, found.found) == ("ok", None, None, None)
        assert (found.digits, found.base, found.file) == (count, base, str(path))
        assert found.format == {"pi.txt": "text"}.get(name, name.rsplit(".", 1)[1])
        assert (found.kind, found.offset, found.message, found.exit_code) == (None, None, "", 0)
        whole = f"all {count:_} digits after the point" in found.proved
        if count > 50:
            assert found.method == {"known": "known"}.get(method, "recompute")
            assert whole == (method != "known")
            if not whole:
                assert "the other digits have not been compared" in found.proved
        else:
            assert whole


def test_what_known_proves(place, texts, million):
    assert "the first 50 of 21_000" in verify_file(place(texts[10]), "known").proved
    assert (
        "6 groups of published digits agree, the last ending at position 20_000"
        in verify_file(place(texts[10]), "known").proved
    )
    found = verify_file(place(million.text()))
    assert found.method == "known"
    assert found.proved == "all 1_000_000 digits after the point are those of π, by their published SHA-256"
    for text, proved in (
        ("3", "there are none after it"),
        ("3.", "there are none after it"),
        ("3.14159", "all 5 digits"),
        ("14159265", "the 3 before the point is not in the file"),
    ):
        found = verify_file(place(text))
        assert (found.status, found.method) == ("ok", "known")
        assert proved in found.proved
    found = verify_file(place(texts[10][2:]), "recompute")
    assert "the 3 before the point is not in the file" in found.proved


def test_hash_of_a_beginning(place, million):
    """Beyond 10^6 digits the SHA-256 still proves the first 10^6."""
    text = pi_engine.compute(1_048_576).text()
    found = verify_file(place(text), "known")
    assert (
        "the first 1_000_000 of 1_048_576 digits after the point are those of π, by their published SHA-256"
        in found.proved
    )
    assert "15 groups" in found.proved
    broken = text[:700_000] + str(9 - int(text[700_000])) + text[700_001:]
    found = verify_file(place(broken), "known")
    assert (found.status, found.first_wrong, found.kind) == ("wrong", None, "hash")
    assert "--method recompute finds the first" in found.message


def test_published_hashes():
    assert [(entry.digits, entry.algorithm) for entry in known_digests(10)] == [
        (10**6, "md5"), (10**6, "sha256"), (10**7, "md5"), (10**9, "md5"),
    ]  # fmt: skip
    assert known_digests(16) == ()


def test_survey_compares_every_entry_in_any_cut(rng, million, monkeypatch):
    words = digit_words(million.fraction_text, 10)
    for size in (1, 7, 8, 9, 1000, 1 << 17):
        entries = [entry for entry in known_digits(10) if entry.start + 10 < 60_000 or size > 100]
        monkeypatch.setattr(survey, "known_digits", lambda base, entries=entries: entries)
        count = 60_000 if size < 100 else 10**6
        with survey.Survey(10, "3", count) as found:
            from pi_engine.digits.blocks import blocks_of_words

            for block in blocks_of_words(words[: -(-count // 19)], count, 10, size):
                found.update(block)
            found.finish()
        reached = [entry for entry in entries if entry.start - 1 + len(entry.digits) <= count]
        assert (found.compared, found.differs, found.digits) == (len(reached), None, count)
        assert found.reach == max(entry.start - 1 + len(entry.digits) for entry in reached)


# ---------------------------------------------------------------- wrong digits


@pytest.mark.parametrize("base", [10, 16])
@pytest.mark.parametrize("name", FORMS)
def test_one_wrong_digit_is_found_exactly(place, texts, rng, base, name):
    text = texts[base]
    places = [1, 2, 19, 20, 49, 50, 51, 10_000, COUNT - 1, COUNT]
    for position in [*places, *(rng.randrange(1, COUNT + 1) for _ in range(int(3 * MULTIPLIER)))]:
        other = digit_other_than(rng, text[position + 1], base)
        broken = text[: position + 1] + other + text[position + 2 :]
        for method in ("auto", "recompute"):
            found = verify_file(place(FORMS[name](broken, base), name), method)
            assert (found.status, found.first_wrong, found.kind) == ("wrong", position, "substituted")
            assert found.expected == text[position + 1 : position + 11]
            assert found.found == broken[position + 1 : position + 11]
            assert f"position {position:_}: {other} where π has {text[position + 1]}" in found.message
            assert found.exit_code == 3


@pytest.mark.parametrize("base", [10, 16])
def test_what_has_happened(place, texts, rng, base):
    text = texts[base]

    def check(broken, position, kind):
        found = verify_file(place(broken))
        assert (found.status, found.first_wrong) == ("wrong", position)
        assert found.expected == text[position + 1 : position + 11][: len(broken) - position - 1]
        assert found.found == broken[position + 1 : position + 11][: len(text) - position - 1]
        assert found.kind == kind

    for _ in range(int(12 * MULTIPLIER)):
        position = rng.randrange(2, COUNT - 40)
        i = position + 1
        while text[i] in (text[i - 1], text[i + 1]) or text[i + 1] == text[i - 1]:
            i, position = i + 1, position + 1
        check(text[:i] + text[i + 1] + text[i] + text[i + 2 :], position, "transposed")
        check(text[:i] + text[i + 1 :], position, "missing")
        check(text[:i] + text[i - 1] + text[i:], position, "doubled")
        other = digit_other_than(rng, text[i], base)
        if other != text[i - 1]:
            check(text[:i] + other + text[i:], position, "inserted")
        gap = text[: i - 1] + text[i + 4 :]
        first = next(k for k in range(i - 1, len(gap)) if gap[k] != text[k])
        check(gap, first - 1, "missing")
        garbage = "".join(digit_other_than(rng, digit, base) for digit in text[i : i + 30])
        check(text[:i] + garbage + text[i + 30 :], position, "different")


@pytest.mark.parametrize(
    ("expected", "found", "kind", "message"),
    [
        ("5", "7", "substituted", "position 9: 7 where π has 5"),
        ("52", "25", "transposed", "two digits transposed: 25 for 52"),
        ("1234567", "2345678", "missing", "the digit 1 missing"),
        ("1234567", "3456789", "missing", "the 2 digits 12 missing"),
        ("1234567", "0123456", "doubled", "the digit 0 before it doubled"),
        ("1234567", "9123456", "inserted", "the digit 9 too many"),
        ("1234567", "8912345", "inserted", "the 2 digits 89 too many"),
        ("1234567", "9876543", "different", "6 of 7 digits"),
        ("12", "34", "different", "2 of 2 digits"),
    ],
)
def test_kinds(expected, found, kind, message):
    difference = difference_at(9, expected, found, "0")
    assert difference.kind == kind
    assert message in difference.message
    assert difference[:3] == (9, expected, found)


def test_first_difference_in_any_cut(rng, texts):
    """Against a comparison of text, with blocks of any size and differences at the edges of words and blocks."""
    from pi_engine.digits.blocks import blocks_of_words

    for base, width in ((10, 19), (16, 16)):
        digits = texts[base][2:]
        for _ in range(int(60 * MULTIPLIER)):
            count = rng.randrange(1, 400)
            step = rng.randrange(1, 8)
            position = rng.randrange(count)
            other = digit_other_than(rng, digits[position], base)
            broken = digits[:position] + other + digits[position + 1 : count]
            blocks = list(blocks_of_words(digit_words(broken, base), count, base, step))
            expected = digit_words(digits[:count], base)
            found = first_difference(expected, count, blocks, base)
            assert found[:4] == (position + 1, digits[position:count][:10], broken[position:][:10], "substituted")
            good = blocks_of_words(expected, count, base, step)
            assert first_difference(expected, count, good, base) is None
            whole = position // width * width  # only that many are compared
            assert first_difference(digit_words(digits[:whole], base), whole, blocks, base) is None


@pytest.mark.parametrize("constant", OTHERS, ids=lambda constant: constant.name)
@pytest.mark.parametrize("method", ["auto", "known", "recompute"])
def test_other_constants_are_recognised(place, constant, method):
    for base in (10, 16):
        for text in (f"{constant.integer}.{constant.fraction(base)}", constant.fraction(base)):
            found = verify_file(place(text), method, base=base)
            assert (found.status, found.kind) == ("wrong", "constant")
            assert f"these are the digits of {constant.name}" in found.message
            assert found.first_wrong == (0 if text[1] == "." and constant.integer != "3" else found.first_wrong)
            assert found.first_wrong is not None


def test_a_ycd_file_of_e(place):
    digits = "71828182845904523536028747135266249775724709369995957496696762772407663035"
    for path, content in (("e.ycd", ycd(f"2.{digits}", first=f"2.{digits[:50]}")), ("pi.ycd", ycd(f"2.{digits}"))):
        found = verify_file(place(content, path))
        assert (found.status, found.kind) == ("wrong", "constant")
        assert "these are the digits of e" in found.message


def test_the_digit_before_the_point(place, texts):
    found = verify_file(place("4" + texts[10][1:]))
    assert (found.status, found.first_wrong, found.expected[:3], found.found[:3]) == ("wrong", 0, "314", "414")


def test_known_finds_what_is_published(place, texts):
    text = texts[10]
    for position in range(19_991, 20_001):
        broken = text[: position + 1] + str(9 - int(text[position + 1])) + text[position + 2 :]
        found = verify_file(place(broken), "known")
        assert (found.status, found.first_wrong, found.kind) == ("wrong", position, "position")
        assert "where π has 0490755178" in found.message
    for shifted, hint in (
        (text[:500] + text[501:], "1 digit before them missing"),
        (text[:500] + "00" + text[500:], "2 digits before them too many"),
    ):
        found = verify_file(place(shifted), "known")
        assert found.status == "wrong"
        assert hint in found.message
    assert verify_file(place(text[:5000] + "xx" + text[5002:]), "known").status == "corrupt"
    broken = text[:700] + "0000000" + text[707:]
    assert verify_file(place(broken), "known").status == "ok"  # and says what it has not compared


def test_nothing_fits(place, texts, monkeypatch):
    path = place(texts[10])
    with pytest.raises(CapacityError):
        verify_file(path, "recompute", memory=10_000)
    found = verify_file(path, memory=10_000)
    assert (found.status, found.method) == ("ok", "known")
    assert "nothing that proves them all would fit in memory here" in found.proved
    broken = texts[10][:20_000] + "77" + texts[10][20_002:]
    found = verify_file(place(broken), memory=10_000)
    assert (found.status, found.kind) == ("wrong", "position")


def test_a_contradiction_is_no_verdict(place, texts, monkeypatch):
    """Where what is published says one thing and what is computed another, neither is believed."""
    entries = tuple(entry._replace(digits="0123456789") if entry.start == 9991 else entry for entry in known_digits(10))
    monkeypatch.setattr(survey, "known_digits", lambda base: entries)
    with pytest.raises(VerificationError, match="run again"):
        verify_file(place(texts[10]))
    assert known.known_digits(10) is not entries


# ---------------------------------------------------------------- corrupt files


@pytest.mark.parametrize(
    ("name", "content", "kind", "offset", "message"),
    [
        ("pi.txt", b"", "empty", 0, "is empty"),
        ("pi.txt", b"\n", "empty", 0, "nothing but blanks"),
        ("pi.ycd", b"", "empty", 0, "is empty"),
        ("pi.txt", b"3.14159x", "stray", 7, "'x' at byte 7"),
        ("pi.txt", b"3.x4159", "stray", 2, "'x' at byte 2"),
        ("pi.txt", b"3.14159 26535\n89793 2384b\n", "stray", 24, "'b' at byte 24"),
        ("pi.txt", b"3.1415\x0026", "stray", 6, "byte 0x00 at byte 6"),
        ("pi.txt", b"hello", "header", 0, "no digits"),
        ("pi.ycd", b"#Compressed Digit File\r\n", "truncated", 24, "cut off"),
        ("pi.ycd", b"#Compressed Digit Fils\r\n\r\nFileVersion:\t1.1.0\r\n", "truncated", 46, "cut off"),
    ],
)
def test_corrupt_files(place, name, content, kind, offset, message):
    for method in ("auto", "known", "recompute"):
        found = verify_file(place(content, name), method)
        assert (found.status, found.kind, found.offset) == ("corrupt", kind, offset)
        assert message in found.message
        assert (found.exit_code, found.first_wrong, found.expected) == (5, None, None)
        assert found.method == ("known" if method == "auto" else method)


def test_a_truncated_file(place, texts):
    for name, make in FORMS.items():
        content = make(texts[10], 10)
        found = verify_file(place(content[:-10], name), digits=COUNT)
        assert (found.status, found.kind) == ("corrupt", "truncated")
    found = verify_file(place(texts[10] + "5"), digits=COUNT)
    assert found.status in ("corrupt", "wrong")
    assert verify_file(place(texts[10]), digits=COUNT).status == "ok"
    found = verify_file(place(texts[10]), digits=COUNT - 1)
    assert (found.status, found.kind) == ("corrupt", "length")


def header_with(old, new):
    return lambda text: ycd(text).replace(old, new, 1)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (header_with(b"Base:\t10", b"Base:\t12"), "base 12"),
        (header_with(b"Base:\t10", b"Base:\t1x"), "no whole number"),
        (header_with(b"1.1.0", b"1.2.0"), "version '1.2.0'"),
        (header_with(b"FirstDigits", b"FirstDigitz"), "no FirstDigits"),
        (header_with(b"3.14159", b"3.14158"), "from digit 5 on"),
        (header_with(b"3.14159", b"4.14159"), "from digit 0 on"),
        (header_with(b"3.14159", b"3.1415"), "not a digit, a point and 50 digits"),
        (header_with(b"TotalDigits:\t0", b"TotalDigits:\t-1"), "no whole number"),
        (header_with(b"BlockID:\t0", b"BlockID:\t3"), "file 3 of a set"),
        (header_with(b"Blocksize:\t21000", b"Blocksize:\t20999"), "does not end in zeros"),
        (header_with(b"Blocksize:\t21000", b"Blocksize:\t20000"), "goes on after"),
        (header_with(b"Blocksize:\t21000", b"Blocksize:\t99000"), "truncated: it holds"),
        (header_with(b"Blocksize:\t21000", b"Blocksize:\t" + b"9" * 18), "truncated: it holds"),
        (header_with(b"Blocksize:\t21000", b"Blocksize:\t" + b"9" * 19), "no whole number"),
        (header_with(b"Blocksize:\t21000", b"Blocksize:\t49"), "no whole number"),
        (header_with(b"Blocksize:\t21000", b"Base:\t10"), "Base twice"),
        (header_with(b"EndHeader", b"EndHeadex"), "no key and value"),
        (header_with(b"EndHeader\r\n\r\n\x00", b"EndHeader\r\n\r\nx\x00"), "goes on after its end"),
        (header_with(b"EndHeader\r\n", b""), "no line EndHeader"),
        (header_with(b"#Comp", b"#comp"), "does not begin with"),
        (lambda text: ycd(text).replace(b"\x00", b" " * 5000, 1), "does not end"),
        (lambda text: ycd(text) + b"\x00", "goes on after"),
        (lambda text: ycd(text)[:-1], "truncated: it holds"),
        (lambda text: ycd(text)[:-1] + b"\xff", "no 19 digits"),
        (lambda text: header_bytes(10, 20_000, 1, 20_010) + ycd(text)[-8:], "file 1 of a set"),
        (lambda text: header_bytes(10, 50, 0, 40) + digit_words(text[2:42], 10).tobytes(), None),
    ],
)  # fmt: skip
def test_wrong_headers_and_data(place, texts, damage, message):
    found = verify_file(place(damage(texts[10]), "pi.ycd"))
    if message is None:
        assert (found.status, found.digits) == ("ok", 40)
        return
    assert found.status == "corrupt"
    assert message in found.message


def test_a_set_is_verified(tmp_path, texts):
    digits = texts[10][2:]
    folder = tmp_path / "pi"
    pi_engine.compute(COUNT).write(tmp_path / "pi.ycd", block_size=3001)
    assert sorted(path.name for path in folder.iterdir()) == [f"pi - {i}.ycd" for i in range(7)]
    for path in (folder, folder / "pi - 0.ycd", folder / "pi - 6.ycd"):
        found = verify_file(path)
        assert (found.status, found.digits, found.format) == ("ok", COUNT, "ycd")
    content = bytearray((folder / "pi - 4.ycd").read_bytes())
    word = int.from_bytes(content[-808:-800], "little")
    assert word != 5
    content[-808:-800] = (5).to_bytes(8, "little")
    (folder / "pi - 4.ycd").write_bytes(content)
    found = verify_file(folder)
    assert found.status == "wrong"
    assert 4 * 3001 < found.first_wrong <= 5 * 3001
    assert found.expected == digits[found.first_wrong - 1 : found.first_wrong + 9]


# ---------------------------------------------------------------- the command, and the API


def test_the_command(place, texts, capsys):
    path = place(texts[10])
    assert run(["verify", str(path)]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert f"{path}: ok: 21_000 digits of base 10 (text) in" in out
    assert run(["verify", str(path), "-q"]) == 0
    assert capsys.readouterr() == ("", "")
    broken = place(texts[10][:1000] + "x" + texts[10][1001:])
    assert run(["verify", str(broken)]) == 5
    assert capsys.readouterr().out == f"{path}: corrupt: 'x' at byte 1_000 is no digit of base 10\n"
    place(texts[10][:1000] + texts[10][1001:])
    assert run(["verify", str(path)]) == 3
    assert ": wrong: position 999: " in capsys.readouterr().out
    place(b"")
    assert run(["verify", str(path)]) == 5
    assert capsys.readouterr().out == f"{path}: corrupt: the file is empty\n"
    place(texts[10])
    assert run(["verify", str(path), "--digits", "1e5"]) == 5
    assert capsys.readouterr().out == f"{path}: truncated: it holds 21_000 of 100_000 digits\n"
    assert run(["verify", str(path) + "x"]) == 2
    assert "No such file" in capsys.readouterr().err


def test_json(place, texts, capsys):
    path = place(texts[16][:500] + "0" * 20 + texts[16][520:])
    assert run(["verify", str(path), "--json"]) == 3
    result = json.loads(capsys.readouterr().out)
    assert list(result)[:12] == [
        "schema", "file", "format", "base", "digits", "status", "first_wrong", "expected", "found", "method", "proved", "seconds",
    ]  # fmt: skip
    assert result["schema"] == 1
    assert (result["status"], result["base"], result["digits"], result["method"]) == ("wrong", 16, COUNT, "recompute")
    assert result["first_wrong"] == 499
    assert (len(result["expected"]), result["found"]) == (10, "0" * 10)
    found = verify_file(path)
    assert {name: value for name, value in asdict(found).items() if name != "seconds"} == {
        name: value for name, value in result.items() if name not in ("seconds", "schema")
    }


@pytest.mark.parametrize("method", ["auto", "known", "recompute"])
def test_standard_input(texts, method):
    for content, code in (
        (texts[10], 0),
        (texts[10][:9000] + "00" + texts[10][9002:], 3 if method != "known" else 0),
        ("x", 5),
    ):
        answer = subprocess.run(
            [sys.executable, "-m", "pi_engine", "verify", "-", "--method", method, "--json"],
            input=gzip.compress(content.encode()), capture_output=True,
        )  # fmt: skip
        assert answer.returncode == code
        assert json.loads(answer.stdout)["file"] == "-"


def test_usage(place):
    with pytest.raises(UsageError, match="'guess' is not known: choose one of auto, known, recompute"):
        verify_file(place("3.14"), "guess")


def test_auto_takes_the_cheapest_that_fits(place, texts, monkeypatch):
    """A new method is a row of METHODS."""
    path = place(texts[10])
    asked = []

    def row(name, fits, seconds):
        def answer(case):
            asked.append(name)
            return file_methods.recompute(case)

        return file_methods.Method(lambda case: fits, lambda digits: seconds, answer)

    rows = {"slow": row("slow", True, 2.0), "fast": row("fast", True, 1.0), "large": row("large", False, 0.5)}
    monkeypatch.setattr(file_verification, "METHODS", rows)
    assert verify_file(path).status == "ok"
    assert verify_file(path, "slow").status == "ok"
    assert asked == ["fast", "slow"]


def test_known_needs_little_memory(place):
    digits = np.random.default_rng(1).integers(48, 58, 30_000_000, dtype=np.uint8).tobytes()
    path = place(b"3.14159265358979323846264338327950288419716939937510" + digits)
    del digits
    tracemalloc.start()
    assert verify_file(path, "known").status == "wrong"
    assert tracemalloc.get_traced_memory()[1] < 60 << 20
    tracemalloc.stop()


def test_sha256_is_what_it_says(million):
    published = {entry.algorithm: entry.value for entry in known_digests(10) if entry.digits == 10**6}
    for name, value in published.items():
        assert hashlib.new(name, million.text().encode(), usedforsecurity=False).hexdigest() == value
