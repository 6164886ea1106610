"""verify: what each method proves, and where a file goes wrong."""

import pytest

import pi_engine
from pi_engine import verify_file
from pi_engine.digits.common.blocks import blocks_of_words
from pi_engine.digits.common.constants import OTHERS
from pi_engine.engine.checks import known
from pi_engine.engine.checks.known import known_digests, known_digits
from pi_engine.errors import CapacityError, VerificationError
from pi_engine.files.comparison import scan
from pi_engine.files.comparison.difference import difference_at, first_difference
from pi_engine.files.methods.case import FileCase
from pi_engine.radix.kernels.digit_words import digit_words
from tests.conftest import MULTIPLIER, part_of
from tests.files.verified_files import COUNT, FORMS, digit_other_than, ycd

# ---------------------------------------------------------------- sound files


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("base", [10, 16])
@pytest.mark.parametrize("method", ["auto", "recompute", "known"])
def test_sound_files(place, texts, name, base, method):
    for count in (50, 51, 1000, 20_000, COUNT):
        path = place(FORMS[name](texts[base][: count + 2], base), name)
        found = verify_file(path, method)
        status = "unproved" if method == "known" and count > 50 else "ok"
        assert (found.status, found.first_wrong, found.expected, found.found) == (status, None, None, None)
        assert (found.digits, found.base, found.file) == (count, base, str(path))
        assert (found.digits_compared == count) == (status == "ok") == bool(found)
        assert found.format == {"pi.txt": "text"}.get(name, name.rsplit(".", 1)[1])
        assert (found.kind, found.offset) == (None, None)
        assert (found.message == "", found.exit_code) == ((True, 0) if found else (False, 6))
        whole = f"all {count:_} digits after the point" in found.proved
        if count > 50:
            assert found.method == {"known": "known"}.get(method, "recompute")
            assert whole == (method != "known")
            if not whole:
                assert "the other digits have not been compared" in found.proved
        else:
            assert whole


@pytest.mark.parametrize("base", [10, 16])
@pytest.mark.parametrize("method", ["auto", "recompute", "residues", "bbp"])
@pytest.mark.parametrize("count", [1000, 20_999, COUNT])
def test_a_file_that_changes_its_length_meanwhile_is_not_called_right(monkeypatch, place, texts, base, method, count):
    """The digits that were counted are no longer there to be compared, or others are."""
    if method == "bbp" and base == 16:
        pytest.skip("bbp is for decimal digits")
    path = place(texts[base][: 2 + (20_000 if count == COUNT else COUNT)])
    monkeypatch.setattr(FileCase, "require_header", lambda self: path.write_text(texts[base][: 2 + count]))
    found = verify_file(path, method)
    assert (found.status, found.kind, found.exit_code) == ("corrupt", "damaged", 5)
    assert "has changed while it was verified" in found.message


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


def test_scan_compares_every_entry_in_any_cut(rng, million, monkeypatch):
    words = digit_words(million.fraction_text, 10)
    for size in (1, 7, 8, 9, 1000, 1 << 17):
        entries = [entry for entry in known_digits(10) if entry.start + 10 < 60_000 or size > 100]
        monkeypatch.setattr(scan, "known_digits", lambda base, entries=entries: entries)
        count = 60_000 if size < 100 else 10**6
        with scan.Scan(10, "3", count) as found:
            for block in blocks_of_words(words[: -(-count // 19)], count, 10, size):
                found.update(block)
            found.finish()
        reached = [entry for entry in entries if entry.start - 1 + len(entry.digits) <= count]
        assert (found.compared, found.differs, found.digits) == (len(reached), None, count)
        assert found.reach == max(entry.start - 1 + len(entry.digits) for entry in reached)


# ---------------------------------------------------------------- wrong digits


def rounded_up(text, base):
    """The last digit of a text rounded to nearest, where that is one more and carries no further; else None."""
    following = pi_engine.compute(len(text) - 1, base=base).text()[-1]
    return f"{int(text[-1], base) + 1:X}"[-1] if 2 * int(following, base) >= base else None


@pytest.mark.parametrize("base", [10, 16])
@pytest.mark.parametrize("name", part_of(FORMS, 1 / 2, "forms"))
def test_one_wrong_digit_is_found_exactly(place, texts, rng, base, name):
    text = texts[base]
    places = [1, 2, 19, 20, 49, 50, 51, 10_000, COUNT - 1, COUNT]
    random = [rng.randrange(1, COUNT + 1) for _ in range(int(2 * MULTIPLIER))]
    for position in [*part_of(places, 1 / 2, f"places {base} {name}"), *random]:
        other = digit_other_than(rng, text[position + 1], base)
        broken = text[: position + 1] + other + text[position + 2 :]
        for method in ("auto", "recompute"):
            found = verify_file(place(FORMS[name](broken, base), name), method)
            kind = "rounded" if position == COUNT and other == rounded_up(text, base) else "substituted"
            assert (found.status, found.first_wrong, found.kind) == ("wrong", position, kind)
            assert (found.digits_compared, found.wrong_digits, found.wrong_positions) == (COUNT, 1, (position,))
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

    for _ in range(int(5 * MULTIPLIER)):
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
    assert verify_file(place(broken), "known").status == "unproved"


def test_nothing_fits(place, texts, monkeypatch):
    path = place(texts[10])
    with pytest.raises(CapacityError):
        verify_file(path, "recompute", memory=10_000)
    found = verify_file(path, memory=10_000)
    assert (found.status, found.method, found.exit_code) == ("unproved", "known", 6)
    assert "nothing that proves them all would fit in memory here" in found.proved
    broken = texts[10][:20_000] + "77" + texts[10][20_002:]
    found = verify_file(place(broken), memory=10_000)
    assert (found.status, found.kind) == ("wrong", "position")


def test_a_contradiction_is_no_verdict(place, texts, monkeypatch):
    """Where what is published says one thing and what is computed another, neither is believed."""
    entries = tuple(entry._replace(digits="0123456789") if entry.start == 9991 else entry for entry in known_digits(10))
    monkeypatch.setattr(scan, "known_digits", lambda base: entries)
    with pytest.raises(VerificationError, match="run again"):
        verify_file(place(texts[10]))
    assert known.known_digits(10) is not entries
