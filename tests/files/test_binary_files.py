"""verify and convert of digits of base 2 and 8: right ones of every length, one wrong digit at every kind of place."""

import dataclasses
import gzip
import json
import lzma

import pytest
import zstandard
from gmpy2 import mpz

from pi_engine import verify_file
from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.cli.main import run
from pi_engine.digits.common.constants import OTHERS
from pi_engine.digits.conversion import convert
from pi_engine.digits.file_sizes import file_size
from pi_engine.engine.checks.known import known_digits
from pi_engine.errors import CapacityError, CorruptFileError, UsageError
from pi_engine.files.comparison.difference import difference_at
from pi_engine.files.methods import proof_by_residues, selection
from tests.command import pi
from tests.conftest import MULTIPLIER
from tests.digits.digit_files import BINARY, FORMATS, PACK, binary_text, text_of
from tests.files.verified_files import digit_other_than

N = 30_000
WIDTH = {2: 64, 8: 21}


@pytest.fixture(scope="module")
def pis():
    """Longer than any file below, by MPFR."""
    return {base: binary_text(base, 101_000) for base in BINARY}


@pytest.fixture
def some(pis):
    """The text to `count` digits."""
    return lambda base, count: pis[base][: len(pis[base]) - 101_000 + count] if count else pis[base].split(".")[0]


@pytest.fixture
def one_computation(monkeypatch):
    """Computations of few digits are the beginning of one, so that many files are verified in a moment."""
    longest, real = {}, selection.compute

    def compute(digits, *, base, **options):
        if digits > 1000:
            return real(digits, base=base, **options)
        result = longest.setdefault(base, real(1000, base=base))
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
    for count in lengths(base):
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


def broken_at(rng, text, position, base):
    i = text.index(".") + position
    return text[:i] + digit_other_than(rng, text[i], base) + text[i + 1 :]


@pytest.mark.parametrize("base", BINARY)
def test_one_wrong_digit_is_found_exactly(place, some, base, rng, one_computation):
    width = WIDTH[base]
    edges = [
        1,
        2,
        3,
        62,
        63,
        64,
        65,
        66,
        67,
        126,
        127,
        128,
        129,
        199,
        200,
        201,
        width * 63,
        width * 63 + 1,
        width * 64 + 1,
    ]
    for count in (700, 1330, 1331, N):
        text = some(base, count)
        digits = text.split(".")[1]
        within = {p for p in (*edges, *range(count - 3, count + 1)) if p <= count}
        for position in sorted(within | {rng.randrange(1, count + 1) for _ in range(int(5 * MULTIPLIER))}):
            broken = broken_at(rng, text, position, base)
            path = place(broken)
            for method in ("auto", "recompute", "residues"):
                for given in (None, base):
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
    """Three digits of base 2 agree by chance once in eight times."""
    assert difference_at(5, "1010", "0101", "1", 2).kind != "missing"
    assert difference_at(5, "1011010010110", "0110100101101", "1", 2).kind == "missing"
    assert difference_at(5, "1234", "2345", "0", 10).kind == "missing"


@pytest.mark.parametrize("base", BINARY)
def test_the_integer(place, some, base):
    digits, whole = some(base, 300).split(".")[1], {2: "11", 8: "3"}[base]
    for wrong in ("10", "1", "0") if base == 2 else ("2", "4", "0"):
        found = verify_file(place(f"{wrong}.{digits}"))
        assert (found.status, found.first_wrong) == ("wrong", 0)
        assert found.message == f"position 0: {wrong} before the point where π has {whole}"
        assert (found.expected, found.found) == ((whole + digits)[:10], (wrong + digits)[:10])


@pytest.mark.parametrize("base", BINARY)
def test_stray_characters_and_length(place, some, base):
    text = some(base, 500)
    found = verify_file(place(text[:300] + "9" + text[301:]))
    assert (found.status, found.kind, found.offset, found.base) == ("corrupt", "stray", 300, base)
    assert f"no digit of base {base}" in found.message
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


# ---------------------------------------------------------------- methods


@pytest.mark.parametrize("base", BINARY)
def test_the_method_bbp_is_refused(place, some, base):
    with pytest.raises(
        UsageError, match=f"bbp is for decimal digits, and these are of base {base}: use --method recompute"
    ):
        verify_file(place(some(base, 1000)), "bbp")


@pytest.mark.parametrize("base", BINARY)
def test_where_nothing_fits(place, some, base, monkeypatch, rng):
    path = place(some(base, N))
    with pytest.raises(CapacityError):
        verify_file(path, "recompute", memory=10_000)
    found = verify_file(path, memory=10_000)
    assert (found.status, found.method, found.exit_code) == ("unproved", "known", 6)
    monkeypatch.setattr(selection, "_recompute_fits", lambda case: False)
    found = verify_file(place(broken_at(rng, some(base, N), 29_000, base)), "residues")
    assert (found.status, found.kind, found.first_wrong) == ("wrong", "residues", None)


@pytest.mark.parametrize("base", BINARY)
def test_automatic_choice_takes_residues_where_they_are_faster(place, some, base, monkeypatch, rng):
    monkeypatch.setattr(proof_by_residues, "AUTOMATIC_FROM", 1000)
    row = selection.METHODS["recompute"]
    monkeypatch.setitem(selection.METHODS, "recompute", row._replace(seconds=lambda case, digits: 1e9))
    found = verify_file(place(some(base, N)))
    assert (found.status, found.method, found.digits_compared) == ("ok", "residues", N)
    found = verify_file(place(broken_at(rng, some(base, N), 29_000, base)))
    assert (found.status, found.first_wrong, found.method) == ("wrong", 29_000, "recompute")


@pytest.mark.parametrize("base", BINARY)
def test_progress_is_announced(place, some, base):
    said = []
    verify_file(place(some(base, N)), progress=lambda phase, done, total: said.append(phase))
    assert said[0] == "read" and "comparison" in said


def test_bases_that_are_not_read():
    with pytest.raises(UsageError, match="base 12 is not supported: choose 2, 8, 10 or 16"):
        verify_file("-", base=12)


# ---------------------------------------------------------------- the command, and conversion


@pytest.mark.parametrize("base", BINARY)
def test_the_command(place, some, capsys, base):
    path = str(place(some(base, 1000)))
    for given in ([], ["--base", str(base)]):
        assert run(["verify", path, "--json", *given]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["base"], found["digits"], found["status"]) == (base, 1000, "ok")
    assert run(["verify", path]) == 0
    assert f"ok: 1_000 digits of base {base} (text)" in capsys.readouterr().out
    assert run(["verify", path, "--base", "10"]) == 2
    assert f"holds the digits of π in base {base}, not 10: leave out --base" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("base", BINARY)
def test_pipes(some, base):
    for content in (some(base, N).encode(), gzip.compress(some(base, N).encode())):
        done = pi("verify", "-", "--json", input=content, text=False)
        assert (done.returncode, json.loads(done.stdout)["base"]) == (0, base)
        plain = pi("convert", "-", "-", "-q", input=content, text=False)
        assert (plain.returncode, plain.stdout.decode()) == (0, some(base, N))


@pytest.mark.parametrize("base", BINARY)
def test_conversion(tmp_path, some, base):
    """Between text and compressed text; the hash is that of the integer ⌊π·base^N⌋."""
    forms = [form for form in FORMATS if form != "ycd"]
    for count in (1, 20, 64, 65, 1000, N):
        text = some(base, count)
        value = int(mpz(text.replace(".", ""), base) % M61)
        for form in forms:
            source = tmp_path / f"source-{FORMATS[form]}"
            source.write_bytes(PACK.get(form, bytes)(text.encode()))
            for other in forms:
                target = tmp_path / FORMATS[other]
                done = convert(source, target, base=base, overwrite=True)
                assert done == (form, other, base, count, value, str(target), True)
                if count >= 20:
                    assert text_of(target) == text
                if other == "text":
                    assert target.read_text() == text


@pytest.mark.parametrize("base", BINARY)
def test_what_cannot_be_converted(tmp_path, some, base, capsys):
    path = tmp_path / "pi.txt"
    path.write_text(some(base, 1000))
    for target in (["pi.ycd"], ["x", "--format", "ycd"], ["pi.ycd", "--block-size", "100"]):
        assert run(["convert", str(path), str(tmp_path / target[0]), *target[1:]]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert f"holds digits of base {base}, and a .ycd file holds base 10 or 16: write text" in error
        assert not (tmp_path / target[0]).exists()
    for other in {2, 8, 10, 16} - {base}:
        with pytest.raises(UsageError, match=r"leave out --base|keeps the base"):
            convert(path, tmp_path / "y.txt", base=other)
    path.write_text(some(base, 1000) + "x")
    with pytest.raises(CorruptFileError):
        convert(path, tmp_path / "y.txt")


def test_digits_that_are_not_those_of_pi_are_converted(tmp_path, rng):
    for base in BINARY:
        digits = "".join(rng.choices("01234567"[:base], k=5000))
        for whole in ("0", "1", "101" if base == 2 else "7"):
            (tmp_path / "x.txt").write_text(f"{whole}.{digits}")
            done = convert(tmp_path / "x.txt", tmp_path / "y.txt", overwrite=True)
            assert (tmp_path / "y.txt").read_text() == f"{whole}.{digits}"
            assert (done.base, done.hash) == (base, int(mpz(whole + digits, base) % M61))


@pytest.mark.parametrize("base", BINARY)
def test_compressed_files_fit_in_what_is_reserved(tmp_path, some, base):
    (tmp_path / "pi.txt").write_text(some(base, 100_000))
    for form in ("gz", "xz", "zst"):
        target = tmp_path / FORMATS[form]
        convert(tmp_path / "pi.txt", target)
        assert 0.5 * file_size(100_000, base, form) < target.stat().st_size <= file_size(100_000, base, form)
