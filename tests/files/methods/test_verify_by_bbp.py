import pytest

import pi_engine
from pi_engine import verify_file
from pi_engine.errors import CapacityError, UsageError
from pi_engine.files.methods import end_by_bbp


@pytest.mark.parametrize("form", ["txt", "txt.gz", "ycd"])
@pytest.mark.parametrize("digits", [100, 3001, 30_000])
def test_bbp_finds_nothing_wrong_and_proves_what_it_computes(tmp_path, form, digits):
    path = tmp_path / f"pi.{form}"
    pi_engine.compute(digits).write(path)
    found = verify_file(path, "bbp")
    whole = digits <= end_by_bbp.HEAD_DIGITS
    assert (found.status, found.method, found.exit_code) == (("ok", "bbp", 0) if whole else ("unproved", "bbp", 6))
    assert found.digits_compared == (digits if whole else end_by_bbp.HEAD_DIGITS + 20)
    assert whole or ("hexadecimal digits" in found.proved and "not seen is an error" in found.proved)


@pytest.mark.parametrize("place", [0, 1, 60, 11_405, 20_000, 29_990, 29_999])
def test_bbp_finds_the_first_wrong_digit_as_recomputation_does(tmp_path, place, rng):
    digits = pi_engine.compute(30_000).text()[2:]
    changed = rng.choice([c for c in "0123456789" if c != digits[place]])
    path = tmp_path / "pi.txt"
    path.write_text("3." + digits[:place] + changed + digits[place + 1 :])
    ours, other = verify_file(path, "bbp"), verify_file(path, "recompute")
    assert ours.status == other.status == "wrong" and ours.method == "bbp"
    assert ours.first_wrong == other.first_wrong == place + 1
    assert (ours.found, ours.kind) == (other.found, other.kind)
    assert ours.expected.startswith(other.expected)  # BBP knows what follows the file's last digit


def test_a_position_that_bbp_sees_behind_what_it_does_not(tmp_path, rng):
    """π + 2^−j, and one more wrong digit behind: the first wrong digit is not claimed where it is not known."""
    N = 30_000
    value = pi_engine.compute(N + 100).value
    for j in (70_000, 85_000):
        digits = ((value + 10 ** (N + 100) // 2**j) // 10**100).digits()[1:]
        first = next(i for i, (a, b) in enumerate(zip(digits, value.digits()[1:], strict=False)) if a != b) + 1
        for place in (N - 1, N - 500, first + 700):
            changed = rng.choice([c for c in "0123456789" if c != digits[place]])
            path = tmp_path / "pi.txt"
            path.write_text("3." + digits[:place] + changed + digits[place + 1 :])
            found = verify_file(path, "bbp")
            assert found.status == "wrong" and found.first_wrong in (None, first)
            assert found.first_wrong is not None or "digits before it are wrong too" in found.message


def test_bbp_is_not_for_every_file(tmp_path):
    hexadecimal, short = tmp_path / "hex.txt", tmp_path / "short.txt"
    pi_engine.compute(500, base=16).write(hexadecimal)
    pi_engine.compute(99).write(short)
    for path in (hexadecimal, short):
        with pytest.raises(UsageError, match="recompute"):
            verify_file(path, "bbp")


def test_what_is_published_refutes_digits_that_deceive_bbp(tmp_path):
    """A multiple of 2^−j that changes digits from 12 041 on, those that are published at 15 000 too."""
    N, j = 21_000, 40_000
    value = (pi_engine.compute(N + 100).value + 10 ** (N + 100) // 2**j) // 10**100
    path = tmp_path / "pi.txt"
    path.write_text("3." + value.digits()[1:])
    found = verify_file(path, "bbp")
    assert (found.status, found.kind) == ("wrong", "position")


def test_bbp_is_refused_where_it_does_not_fit(tmp_path):
    path = tmp_path / "pi.txt"
    pi_engine.compute(1000).write(path)
    need = end_by_bbp.needed_bytes(1000, 1)
    with pytest.raises(CapacityError, match="not enough memory: 1_000 digits by the method bbp need about"):
        verify_file(path, "bbp", threads=1, memory=need - 1)
    assert verify_file(path, "bbp", threads=1, memory=need).status == "ok"
