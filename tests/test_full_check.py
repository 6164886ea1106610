import json
import subprocess
import sys

import pytest

import pi_engine
from pi_engine import certificate, full_check
from pi_engine.certificate import certificate_path, read_certificate, verify_certificate, write_certificate
from pi_engine.errors import CorruptFileError, UsageError, VerificationError
from pi_engine.verify.tail import Tail


def run(*arguments):
    return subprocess.run([sys.executable, "-m", "pi_engine", *arguments], capture_output=True, text=True)


def statuses(result):
    return {check.name: check.status for check in result.checks}


@pytest.mark.parametrize("digits", [50, 1000, 20_000])
def test_a_full_check_confirms_by_bbp_and_the_j_invariant(digits):
    result = pi_engine.compute(digits, check="full")
    found = statuses(result)
    assert found["BBP"] == found["near-integer"] == "passed" and "other series" not in found
    again = pi_engine.hex_digits(result.tail.position, count=len(result.tail.digits), formula="plouffe")
    assert result.tail.digits == again
    assert result.tail.position < digits * 0.8305 + 10


@pytest.mark.parametrize(("digits", "base"), [(500, 16), (0, 10), (7, 10)])
def test_where_the_j_invariant_cannot_the_other_series_does(digits, base):
    assert statuses(pi_engine.compute(digits, base=base, check="full"))["other series"] == "passed"


def test_beyond_what_is_affordable_another_series_is_run(monkeypatch):
    monkeypatch.setattr(full_check, "J_INVARIANT_DIGITS", 100)
    result = pi_engine.compute(400, series="ramanujan", check="full")
    (detail,) = [check.detail for check in result.checks if check.name == "other series"]
    assert "chudnovsky" in detail


def test_fast_checks_have_no_tail():
    assert pi_engine.compute(100).tail is None


@pytest.mark.parametrize("name", ["BBP", "near-integer", "other series"])
def test_each_of_them_sees_an_error(name, monkeypatch):
    if name == "BBP":
        real = full_check.compare_tail
        monkeypatch.setattr(full_check, "compare_tail", lambda m, *a, **k: real(m + m // 10**30, *a, **k))
    elif name == "near-integer":
        real = full_check.from_text
        monkeypatch.setattr(full_check, "from_text", lambda text, **k: real(text, **k) + 10**40)
    else:
        monkeypatch.setattr(full_check, "J_INVARIANT_DIGITS", 0)
        real_check = full_check.check_by_another_way
        monkeypatch.setattr(
            full_check,
            "check_by_another_way",
            lambda plan, text, value, *rest: real_check(plan, text, value + 1, *rest),
        )
    with pytest.raises(VerificationError):
        pi_engine.compute(2000, check="full")


# ---------------------------------------------------------------- certificates


@pytest.fixture
def certified(tmp_path):
    file = tmp_path / "pi.txt"
    result = pi_engine.compute(3000, check="full")
    checks = result.checks + result.write(file)
    write_certificate(result, file, checks, result.seconds, overwrite=False)
    return file


def test_a_certificate_holds_and_is_checked_again(certified):
    told = read_certificate(certificate_path(certified))
    value = int(certified.read_text().replace(".", ""))
    first, second = map(int, told["residues"])
    assert first == 2**61 - 1 and 2**60 < second < first
    assert told["residues"] == {str(m): str(value % m) for m in (first, second)}
    assert any(str(second) in check["detail"] for check in told["checks"])
    assert told["digits"] == 3000 and told["bbp"]["formula"] == "bellard" and "j-invariant" in told["proved"]
    found = verify_certificate(certified)
    assert found.status == "ok" and "by the other formula" in found.proved


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("sha256", "0" * 64, "other bytes"),
        ("size_bytes", 3001, "other bytes"),
        ("hash", "17", "hash"),
        ("residues", {str(2**61 - 1): "17", str(2**61 - 31): "18"}, "residues are not"),
        ("residues", {str(2**61 - 1): "17", str(2**61 - 3): "18"}, "no prime"),
        ("residues", {str(2**61 - 1): "17", "x": "18"}, "no prime"),
        ("bbp", {"position": 2000, "digits": "0123456789ABCDEF", "formula": "bellard"}, "BBP's digits"),
        ("bbp", {"position": 0, "digits": "1", "formula": "bellard"}, "not usable"),
    ],
)
def test_a_certificate_that_lies_is_seen(certified, field, value, says):
    path = certificate_path(certified)
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    found = verify_certificate(certified)
    assert found.status == "corrupt" and found.kind == "certificate" and says in found.message


def test_a_wrong_digit_is_found_whatever_the_certificate_says(certified):
    text = certified.read_text()
    certified.write_text(text[:1500] + str((int(text[1500]) + 1) % 10) + text[1501:])
    found = verify_certificate(certified)
    assert found.status == "wrong" and found.first_wrong == 1499


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a JSON object"),
        (b"[1]", "not a JSON object"),
        (b"[" * 100_000, "not a JSON object"),
        (b"\xff\xfe", "not a JSON object"),
        (b'{"schema": 1}', "version 2"),
        (b'{"schema": 2}', "'file'"),
        (b" " * 2_000_000, "not a JSON object"),
    ],
)
def test_what_is_no_certificate_is_corrupt(certified, content, says):
    certificate_path(certified).write_bytes(content)
    with pytest.raises(CorruptFileError, match=says):
        verify_certificate(certified)


def test_both_moduli_are_required(certified):
    path = certificate_path(certified)
    told = json.loads(path.read_text())
    for residues in ({}, {str(2**61 - 1): told["hash"]}, {str(2**61 - 31): "1", str(2**61 - 33): "1"}):
        path.write_text(json.dumps({**told, "residues": residues}))
        with pytest.raises(CorruptFileError, match="second modulus"):
            read_certificate(path)


def test_every_field_is_required(certified):
    path = certificate_path(certified)
    told = json.loads(path.read_text())
    for name in certificate._FIELDS:
        path.write_text(json.dumps({key: value for key, value in told.items() if key != name}))
        with pytest.raises(CorruptFileError):
            read_certificate(path)


def test_certificates_need_a_full_check(tmp_path):
    result = pi_engine.compute(100)
    with pytest.raises(UsageError, match="full"):
        write_certificate(result, tmp_path / "pi.txt", result.checks, result.seconds, overwrite=False)
    assert Tail(1, "2", "bellard").position == 1


def test_commands(tmp_path):
    file = tmp_path / "pi.txt"
    done = run("compute", "1000", "-o", str(file), "--proof")
    assert done.returncode == 0 and certificate_path(file).exists(), done.stderr
    verified = run("verify", str(file), "--proof")
    assert verified.returncode == 0 and "other formula" in verified.stdout
    for arguments, says in (
        (["compute", "100", "--proof"], "-o FILE"),
        (["compute", "100", "-o", str(tmp_path / "x"), "--proof", "--check", "fast"], "--check fast"),
        (["compute", "1000", "-o", str(file), "--proof"], "exists"),
        (["compute", "100", "-o", "/dev/null", "--proof"], "not a regular file"),
        (["verify", "-", "--proof"], "alone"),
        (["verify", str(tmp_path / "none"), "--proof"], "cannot be read"),
    ):
        bad = run(*arguments)
        assert bad.returncode == 2 and says in bad.stderr and len(bad.stderr.splitlines()) == 1, bad.stderr
    certificate_path(file).write_text("{}")
    assert run("verify", str(file), "--proof").returncode == 5
