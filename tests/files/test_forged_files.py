"""verify: an error m/2^j, which BBP behind place j cannot see: made on purpose, or by one flipped bit of the binary fraction."""

import json

import pytest
from gmpy2 import mpz

import pi_engine
from pi_engine import verify_file
from pi_engine.cli.main import run
from pi_engine.files.methods.end_by_bbp import HEAD_DIGITS

N = 24_000
METHODS = ("auto", "recompute", "residues", "bbp", "known")


@pytest.fixture(scope="module")
def longer():
    """⌊π·10^(N + 100)⌋."""
    return pi_engine.compute(N + 100).value


@pytest.fixture(scope="module")
def right(longer):
    return spelled(longer // 10**100)


def spelled(value):
    return (value - 3 * mpz(10) ** N).digits().rjust(N, "0")


def forged(longer, j, m=1):
    """The digits of π + m/2^j, truncated."""
    return spelled((longer * 2**j + m * mpz(10) ** (N + 100)) // (2**j * mpz(10) ** 100))


@pytest.fixture
def written(place):
    return lambda digits: place(f"3.{digits}")


# the places of bits whose digits are behind those that are computed, before and behind the published ones at 15 000 and 20 000
PLACES = [3 * HEAD_DIGITS // 2, 38_500, 45_000, 50_100, 60_000, 66_500, 70_000, 79_000]


@pytest.mark.parametrize("j", [30_000, 34_100, *PLACES])
def test_a_flipped_bit_passes_nowhere(written, longer, right, j):
    digits = forged(longer, j)
    first = next(i for i in range(N) if digits[i] != right[i]) + 1
    assert 0.3 * j < first < 0.302 * j + 20
    path = written(digits)
    for method in METHODS:
        found = verify_file(path, method)
        assert found.status != "ok" and found.digits_compared <= N and not found
        if method in ("auto", "recompute", "residues"):
            assert (found.status, found.first_wrong, found.digits_compared) == ("wrong", first, N)
            assert found.wrong_digits == sum(a != b for a, b in zip(digits, right, strict=True))
        else:
            assert found.exit_code == (3 if found.status == "wrong" else 6)
            assert found.digits_compared < N
    if first > HEAD_DIGITS and not first <= 15_000 <= j:  # neither computed nor published digits are changed
        assert verify_file(path, "bbp").status in ("unproved", "wrong")


@pytest.mark.parametrize("j", [12_000, 18_000, 23_900])
def test_digits_that_end_before_the_file_does(written, longer, right, j):
    """m/2^j with j ≤ N is exact in decimal: digits from 0.301·j to j are wrong, and none behind."""
    for m in (1, -1, 3, 5**40, 2**j // 10 ** (j // 10)):
        digits = forged(longer, j, m)
        assert digits != right and digits[j:] == right[j:]
        path = written(digits)
        for method in METHODS:
            assert verify_file(path, method).status == "wrong" or (method in ("bbp", "known"))
            assert verify_file(path, method).status != "ok"


def test_some_of_them_deceive_bbp(written, longer):
    """Else the tests above would test nothing."""
    deceived = [verify_file(written(forged(longer, j)), "bbp").status for j in PLACES]
    assert deceived.count("unproved") >= 3


@pytest.mark.parametrize("memory", [1, 10_000, 1 << 20, 60 << 20, 1 << 27, 1 << 28])
def test_too_little_memory_is_no_proof(written, longer, right, memory):
    """Whatever fits: what is right is proved or said not to be, and what is wrong is never ok."""
    for digits in (right, forged(longer, 79_000)):
        found = verify_file(written(digits), memory=memory, threads=1)
        assert (found.status == "ok") == (found.digits_compared == N and digits == right)
        if found.status == "unproved":
            assert found.method in ("known", "bbp") and "would fit in memory here" in found.proved
            assert (found.exit_code, bool(found)) == (6, False)


@pytest.mark.parametrize("quiet", [[], ["-q"]])
@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_unproved_is_said_and_has_an_exit_code(written, right, capsys, quiet, as_json):
    path = written(right)
    assert run(["verify", str(path), "--method", "known", *quiet, *as_json]) == 6
    said = capsys.readouterr()
    line = (
        f"pi-engine: {path}: not proved: 90 of 24_000 digits were compared with those of π; "
        "'verify --method recompute' compares all of them\n"
    )
    assert said.err == ("" if quiet else line)
    if as_json:
        reported = json.loads(said.out)
        assert (reported["status"], reported["digits"], reported["digits_compared"]) == ("unproved", N, 90)
    else:
        assert said.out.startswith(f"{path}: unproved: 90 of 24_000 digits were compared")


def test_a_remedy_that_would_be_refused_is_not_named(written, right, capsys):
    assert run(["verify", str(written(right)), "--memory", "10kB"]) == 6
    said = capsys.readouterr().err
    assert "recompute" not in said and said.endswith(
        "digits were compared with those of π; to compare all takes more memory\n"
    )


def test_how_an_unproved_file_is_shown(written, right):
    found = verify_file(written(right), "known")
    assert repr(found).startswith("Verification(unproved: 90 of 24_000 digits were compared")
    assert ">unproved</td>" in found._repr_html_() and "90 digits" in found._repr_html_()


def test_a_file_that_is_too_short_is_truncated_also_where_it_is_not_proved(written, right):
    path = written(right)
    assert verify_file(path, "known", digits=N + 1).exit_code == 5
    assert verify_file(path, "known", digits=N).exit_code == 6


@pytest.mark.parametrize(
    ("count", "compared"), [(0, 0), (1, 1), (49, 49), (50, 50), (51, 50), (99, 50), (100, 60), (10_000, 70), (N, 90)]
)
def test_digits_that_are_published_twice_count_once(written, right, count, compared):
    """The leading 50, and the ten that end at 50, 100, 10 000, 15 000 and 20 000."""
    found = verify_file(written(right[:count]), "known")
    assert (found.digits_compared, found.status) == (compared, "ok" if compared == count else "unproved")


def test_an_md5_proves_nothing_and_a_sha256_does(tmp_path, million, monkeypatch):
    from pi_engine.engine.checks.known import known_digests
    from pi_engine.files.comparison import scan

    path = tmp_path / "pi.txt"
    path.write_text(million.text())
    found = verify_file(path)
    assert (found.status, found.method, found.digits_compared) == ("ok", "known", 10**6)
    only = tuple(entry for entry in known_digests(10) if entry.algorithm == "md5")
    monkeypatch.setattr(scan, "known_digests", lambda base: only)
    found = verify_file(path, "known")
    assert found.status == "unproved" and found.digits_compared < 1000
    assert "the published MD5 of the first 1_000_000, which can be forged" in found.proved
    found = verify_file(path)
    assert (found.status, found.method in ("recompute", "residues")) == ("ok", True)
