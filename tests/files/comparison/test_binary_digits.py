"""Digits of base 2 and 8: right ones of every length, one wrong digit at every kind of place, and what has happened there."""

import dataclasses
import gzip
import lzma

import pytest
import zstandard
from gmpy2 import mpz

from pi_engine import verify_file
from pi_engine.digits.common.constants import OTHERS
from pi_engine.engine.checks.known import known_digits
from pi_engine.files.comparison.difference import difference_at
from pi_engine.files.methods import selection
from tests.conftest import MULTIPLIER, part_of
from tests.digits.digit_files import BINARY
from tests.files.verified_files import broken_at

N = 30_000
WIDTH = {2: 64, 8: 21}


@pytest.fixture
def one_computation(monkeypatch):
    """Computations are the beginning of one, so that many files are verified in a moment."""
    longest, real = {}, selection.compute

    def compute(digits, *, base, **_):
        if base not in longest:
            longest[base] = real(25_000, base=base)
        result = longest[base]
        return dataclasses.replace(result, digits=digits, _text=result.text()[: digits + 2])

    monkeypatch.setattr(selection, "compute", compute)


def lengths(base):
    width = WIDTH[base]
    near = [width * words + more for words in (5, 63, 64, 65, 128) for more in (-1, 0, 1)]
    return [*range(1, 301), *near, 4 * 252, 9999, 10_000, 10_001]


# ---------------------------------------------------------------- right digits


@pytest.mark.parametrize("base", BINARY)
@pytest.mark.parametrize("method", ["auto", "recompute", "residues", "known"])
def test_right_digits_of_every_length(place, some, base, method, one_computation):
    published = {2: 200, 8: 66}[base]
    for count in part_of(lengths(base), 1 / 4, f"lengths {base} {method}"):
        if method == "residues" and count < 100:
            continue
        found = verify_file(place(some(base, count)), method, base=base)
        status = "unproved" if method == "known" and count > published else "ok"
        assert (found.status, found.digits, found.base, found.first_wrong) == (status, count, base, None)
        assert (found.digits_compared == count) == (status == "ok")
        by = "known" if method == "auto" and count <= published else {"auto": "recompute"}.get(method, method)
        assert found.method == by


@pytest.mark.parametrize("base", BINARY)
@pytest.mark.parametrize("count", [99_998, 99_999, 100_000, 100_001])
def test_a_hundred_thousand_digits(place, some, base, count):
    path = place(some(base, count))
    for method in ("recompute", "residues"):
        found = verify_file(path, method)
        assert (found.status, found.digits_compared, found.base, found.method) == ("ok", count, base, method)


@pytest.mark.parametrize("base", BINARY)
def test_no_digits_after_the_point(place, base):
    whole = {2: "11", 8: "3"}[base]
    for text in (whole, f"{whole}.", f"{whole}\n"):
        found = verify_file(place(text), base=base)
        assert (found.status, found.digits, found.base) == ("ok", 0, base)
        assert f"{whole}; there are none after it" in found.proved


@pytest.mark.parametrize("base", BINARY)
def test_every_format(place, some, base):
    text = some(base, N)
    packed = {"pi.gz": gzip.compress, "pi.xz": lzma.compress, "pi.zst": zstandard.compress, "pi.txt": bytes}
    for name, pack in packed.items():
        found = verify_file(place(pack(text.encode()), name))
        assert (found.status, found.base, found.digits) == ("ok", base, N)
        assert found.format == ("text" if name == "pi.txt" else name[3:])
    without = verify_file(place(text.split(".")[1]), "recompute")
    assert (without.status, without.digits) == ("ok", N)
    assert f"the {text.split('.')[0]} before the point is not in the file" in without.proved


@pytest.mark.parametrize("base", BINARY)
def test_published_digits(some, pis, base):
    """Hexadecimal digits of the table, as far as they hold digits of the base in full."""
    digits, checked = pis[base].split(".")[1], 0
    for entry in known_digits(base):
        end = entry.start - 1 + len(entry.digits)
        if end <= len(digits):
            assert digits[entry.start - 1 : end] == entry.digits
            checked += 1
    assert checked == sum(1 for entry in known_digits(base) if entry.start + 200 < 101_000) > 1
    for entry, hexadecimal in zip(known_digits(base), known_digits(16), strict=True):
        width = {2: 1, 8: 3}[base]
        first, end = 4 * (hexadecimal.start - 1), 4 * (hexadecimal.start - 1 + len(hexadecimal.digits))
        assert first <= width * (entry.start - 1) < first + width
        assert end - width < width * (entry.start - 1 + len(entry.digits)) <= end


# ---------------------------------------------------------------- wrong digits


@pytest.mark.parametrize("base", BINARY)
def test_known_finds_what_is_published(place, some, base, rng):
    text = some(base, 100_000)
    for entry in known_digits(base):
        last = entry.start - 1 + len(entry.digits)
        if last > 100_000:
            continue
        for position in (entry.start, last):
            found = verify_file(place(broken_at(rng, text, position, base)), "known")
            assert (found.status, found.first_wrong, found.base) == ("wrong", position, base)
        if entry.start > 1:
            assert found.kind == "position"
            assert f"positions {entry.start:_} to {last:_}: " in found.message


@pytest.mark.parametrize("base", BINARY)
def test_one_wrong_digit_is_found_exactly(place, some, base, rng, one_computation):
    width = WIDTH[base]
    edges = [1, 2, 3, *range(62, 68), *range(126, 130), 199, 200, 201, width * 63, width * 63 + 1, width * 64 + 1]
    for count in (700, 1330, 1331, N):
        text = some(base, count)
        digits = text.split(".")[1]
        within = {p for p in (*edges, *range(count - 3, count + 1)) if p <= count}
        positions = sorted(within | {rng.randrange(1, count + 1) for _ in range(int(5 * MULTIPLIER))})
        ways = [("auto", None), ("auto", base), ("recompute", None), ("residues", base)]
        for i, position in enumerate(positions):
            broken = broken_at(rng, text, position, base)
            path = place(broken)
            for method, given in ways if MULTIPLIER > 1 else (ways[0], ways[1 + (i + count) % 3]):
                found = verify_file(path, method, base=given)
                assert (found.status, found.first_wrong, found.base) == ("wrong", position, base)
                assert (found.exit_code, found.digits) == (3, count)
                assert found.expected == digits[position - 1 : position + 9]
                assert found.found == broken.split(".")[1][position - 1 : position + 9]
                assert f"position {position:_}: " in found.message
                if position < count:
                    assert found.kind == "substituted"


@pytest.mark.parametrize("base", BINARY)
def test_every_one_of_the_first_digits(place, some, base, rng):
    """Wrong ones do not hide the base."""
    text = some(base, 260)
    for position in range(1, 261):
        found = verify_file(place(broken_at(rng, text, position, base)))
        assert (found.status, found.first_wrong, found.base, found.digits) == ("wrong", position, base, 260)


@pytest.mark.parametrize("base", BINARY)
def test_what_has_happened(place, some, base, rng):
    text = some(base, N)
    start = text.index(".") + 1

    def check(broken, kind):
        found = verify_file(place(broken))
        digits, wrong = text[start:], broken[start:]
        position = next(i for i, (a, b) in enumerate(zip(digits, wrong, strict=False), 1) if a != b)
        assert (found.status, found.first_wrong, found.kind) == ("wrong", position, kind)

    for _ in range(int(6 * MULTIPLIER)):
        i = rng.randrange(start + 1, len(text) - 600)
        while text[i] in (text[i - 1], text[i + 1]) or (base == 8 and text[i - 1] == text[i + 1]):
            i += 1
        check(text[:i] + text[i + 1] + text[i] + text[i + 2 :], "transposed")
        check(text[:i] + text[i + 1 :], "missing")
        check(text[:i] + text[i - 1] + text[i:], "doubled")
        check(text[: i - 1] + text[i + 4 :], "missing")


def test_a_shift_is_not_seen_in_few_digits():
    """Three digits of base 2 agree by chance once in eight times; 13 of them are as rare as 4 of base 10."""
    assert difference_at(5, "1010", "0101", "1", 2).kind != "missing"
    assert difference_at(5, "1011010010110", "0110100101101", "1", 2).kind != "missing"
    assert difference_at(5, "10110100101101", "01101001011010", "1", 2).kind == "missing"
    assert difference_at(5, "12345", "23456", "0", 8).kind != "missing"
    assert difference_at(5, "123456", "234567", "0", 8).kind == "missing"
    assert difference_at(5, "1234", "2345", "0", 10).kind != "missing"
    assert difference_at(5, "12345", "23456", "0", 10).kind == "missing"


@pytest.mark.parametrize("base", BINARY)
def test_the_integer(place, some, base):
    digits, whole = some(base, 300).split(".")[1], {2: "11", 8: "3"}[base]
    for wrong in ("10", "1", "0") if base == 2 else ("2", "4", "0"):
        found = verify_file(place(f"{wrong}.{digits}"))
        assert (found.status, found.first_wrong) == ("wrong", 0)
        assert (
            found.message == f"position 0: {wrong} before the point where π has {whole}; all digits after it are right"
        )
        assert (found.expected, found.found) == ((whole + digits)[:10], (wrong + digits)[:10])


@pytest.mark.parametrize("base", BINARY)
def test_stray_characters_and_length(place, some, base):
    text = some(base, 500)
    found = verify_file(place(text[:300] + "9" + text[301:]))
    assert (found.status, found.kind, found.offset, found.base) == ("corrupt", "stray", 300, base)
    assert f"not a digit of base {base}" in found.message
    assert verify_file(place(text), digits=501).kind == "truncated"
    assert verify_file(place(text), digits=500).status == "ok"


@pytest.mark.parametrize("base", BINARY)
@pytest.mark.parametrize("constant", OTHERS, ids=lambda constant: constant.name)
def test_other_constants_are_recognised(place, base, constant):
    found = verify_file(place(f"{constant.whole(base)}.{constant.fraction(base)}"), base=base)
    assert (found.status, found.kind) == ("wrong", "constant")
    assert found.message.startswith(f"these are the digits of {constant.name}")
    value = mpz(constant.integer + constant.hexadecimal, 16) >> (len(constant.hexadecimal) * 4 % {2: 1, 8: 3}[base])
    assert constant.whole(base) + constant.fraction(base) == value.digits(base).rjust(
        len(constant.fraction(base)) + 1, "0"
    )
