"""Certificates: what is checked of them, that nothing else stands in them, and that they prove no digit."""

import hashlib
import json
import os

import pytest

import pi_engine
from pi_engine.cli.main import run
from pi_engine.errors import CorruptFileError, UsageError
from pi_engine.files import certificate, verify
from pi_engine.files.certificate import certificate_path, read_certificate, verify_certificate, write_certificate
from tests.command import pi
from tests.conftest import MULTIPLIER

M61 = 2**61 - 1
PRIME = 2**61 - 31


def certify(file, digits, **options):
    result = pi_engine.compute(digits, check="full", **options)
    result.write(file)
    write_certificate(result, file, overwrite=False)
    return file


@pytest.fixture
def certified(tmp_path):
    return certify(tmp_path / "pi.txt", 3000)


@pytest.fixture
def small(tmp_path):
    return certify(tmp_path / "pi.txt", 100)


def spelled(fields):
    return json.dumps(fields, indent=2).encode() + b"\n"


def fields_of(file):
    return json.loads(certificate_path(file).read_bytes())


def change(certified, /, **fields):
    certificate_path(certified).write_bytes(spelled({**fields_of(certified), **fields}))


def test_a_certificate_holds_and_is_checked_again(certified):
    fields = read_certificate(certificate_path(certified))
    value = int(certified.read_text().replace(".", ""))
    first, second = map(int, fields["residues"])
    assert first == M61 and 2**60 < second < first
    assert fields["residues"] == {str(m): str(value % m) for m in (first, second)}
    assert fields["digits"] == 3000 and fields["bbp"]["formula"] == "bellard"
    assert fields["sha256"] == hashlib.sha256(certified.read_bytes()).hexdigest()
    found = verify_certificate(certified)
    assert (found.status, found.digits_compared) == ("ok", 3000)
    assert "by Plouffe's formula" in found.proved and "proves no digit" in found.proved


@pytest.mark.parametrize("digits", [0, 1, 2, 7, 50, 1001])
@pytest.mark.parametrize("base", [10, 16])
def test_every_run_s_certificate_is_one(tmp_path, digits, base):
    for series in ("chudnovsky", "machin", "guillera-20"):
        file = certify(tmp_path / f"{series}.txt", digits, base=base, series=series)
        found = verify_certificate(file)
        assert (found.status, found.base, found.digits) == ("ok", base, digits), found.message


@pytest.mark.parametrize("name", ["pi.ycd", "pi.txt.gz"])
def test_files_of_other_formats(tmp_path, name):
    assert verify_certificate(certify(tmp_path / name, 500)).status == "ok"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("sha256", "0" * 64, "other bytes"),
        ("size_bytes", 3001, "other bytes"),
        ("digits", 2999, "it was made for 2_999 digits of base 10"),
        ("residues", {str(M61): None, str(PRIME): "18"}, "residues are not"),
        ("bbp", {"position": 2482, "digits": "0123456789ABCDEF", "formula": "bellard"}, "π's hexadecimal digits at"),
    ],
)
def test_a_certificate_that_lies_is_seen(certified, field, value, says):
    if field == "residues":
        value = {key: entry or fields_of(certified)["hash"] for key, entry in value.items()}
    change(certified, **{field: value})
    found = verify_certificate(certified)
    assert (found.status, found.kind, found.exit_code) == ("corrupt", "certificate", 5) and says in found.message


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"base": 7}, "'base'"),
        ({"base": True}, "'base'"),
        ({"base": 16}, "'bbp'"),
        ({"digits": 10**400}, "'digits'"),
        ({"digits": -1}, "'digits'"),
        ({"digits": 3000.0}, "'digits'"),
        ({"size_bytes": 0}, "'size_bytes'"),
        ({"sha256": "A" * 64}, "'sha256'"),
        ({"hash": "17"}, "contradict"),
        ({"proved": "all of it"}, "'proved'"),
        ({"file": "pi.txt"}, "'file'"),
        ({"residues": {}}, "second modulus"),
        ({"residues": {str(M61): "1"}}, "second modulus"),
        ({"residues": {str(PRIME): "1", str(M61): "1"}}, "second modulus"),
        ({"residues": {str(M61): "1", f" {M61}": "1"}}, "second modulus"),
        ({"residues": {str(M61): "1", f"0{PRIME}": "1"}}, "second modulus"),
        ({"residues": {str(M61): "1", str(2**61 - 3): "1"}}, "second modulus"),
        ({"residues": {str(M61): "1", str(PRIME): "1", "7": "1"}}, "second modulus"),
        ({"residues": {str(M61): "1", str(PRIME): str(PRIME)}}, "a value that is not a residue"),
        ({"residues": {str(M61): "1", str(PRIME): "-1"}}, "a value that is not a residue"),
        ({"residues": {str(M61): 1, str(PRIME): "1"}}, "a value that is not a residue"),
        ({"bbp": {"position": 1, "digits": "2", "formula": "bellard"}}, "end of a run"),
        ({"bbp": {"position": 10**12, "digits": "0123456789ABCDEF", "formula": "bellard"}}, "end of a run"),
        ({"bbp": {"position": 2490, "digits": "01234567", "formula": "bellard"}}, "end of a run"),
        ({"bbp": {"position": 2482, "digits": "0123456789abcdef", "formula": "bellard"}}, "hexadecimal"),
        ({"bbp": {"position": 2482, "digits": "0123456789ABCDEF", "formula": "plouffe"}}, "bbp.formula"),
        ({"bbp": {"position": 2482, "digits": "0123456789ABCDEF"}}, "bbp.formula"),
        ({"bbp": {"digits": "0123456789ABCDEF", "position": 2482, "formula": "bellard"}}, "order"),
        ({"bbp": [1]}, "'bbp'"),
    ],
)
def test_what_no_run_writes_is_refused_at_once(certified, fields, says, monkeypatch, capsys):
    change(certified, **fields)
    monkeypatch.setattr(verify, "verify_file", None)  # nothing is computed before
    with pytest.raises(CorruptFileError, match=says):
        verify_certificate(certified)
    assert run(["verify", str(certified), "--proof"]) == 5
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "respelled",
    [
        lambda content: json.dumps(json.loads(content)).encode(),
        lambda content: content[:-1],
        lambda content: content + b"\n",
        lambda content: content.replace(b'"digits": 3000', b'"digits": 3000, "digits": 3000'),
        lambda content: content.replace(b'"sha256"', b'"\\u0073ha256"'),
        lambda content: content.replace(b'"digits": 3000', b'"digits":  3000'),
        lambda content: spelled(dict(reversed(json.loads(content).items()))),
    ],
)
def test_there_is_one_form(certified, respelled):
    path = certificate_path(certified)
    path.write_bytes(respelled(path.read_bytes()))
    with pytest.raises(CorruptFileError, match=r"to the byte|order"):
        read_certificate(path)


@pytest.mark.slow
def test_any_changed_byte_is_refused_or_changes_the_answer(small, rng):
    """Every byte, each of several others in its place, and bytes taken out and put in."""
    path = certificate_path(small)
    content, right = path.read_bytes(), verify_certificate(small)
    candidates = set()
    for i, byte in enumerate(content):
        others = {byte ^ 1, byte ^ 32, ord("0"), ord("9"), ord(" ")} | {
            rng.randrange(256) for _ in range(int(2 * MULTIPLIER))
        }
        candidates |= {content[:i] + bytes([other]) + content[i + 1 :] for other in others - {byte}}
        candidates |= {content[:i] + content[i + 1 :], content[:i] + bytes([byte]) + content[i:]}
    candidates.discard(content)
    accepted = 0
    for changed in sorted(candidates):
        path.write_bytes(changed)
        try:
            found = verify_certificate(small)
        except CorruptFileError:
            continue
        accepted += 1
        assert found != right and found.status == "corrupt" and found.exit_code == 5, changed
    assert accepted > 50  # some are certificates, of other files


def test_a_forged_file_with_a_certificate_of_its_own_is_wrong(certified):
    """Anyone can write the certificate of any file: every figure of it is true, and the digits are not π's."""
    text = certified.read_text()
    forged = text[:2000] + str((int(text[2000]) + 1) % 10) + text[2001:]
    certified.write_text(forged)
    value, old = int(forged.replace(".", "")), fields_of(certified)
    residues = {modulus: str(value % int(modulus)) for modulus in old["residues"]}
    digest = hashlib.sha256(forged.encode()).hexdigest()
    change(certified, sha256=digest, hash=residues[str(M61)], residues=residues)
    found = verify_certificate(certified)
    assert (found.status, found.first_wrong, found.exit_code) == ("wrong", 1999, 3)


def test_where_the_digits_cannot_be_compared_a_certificate_does_not_help(certified, capsys):
    found = verify_certificate(certified, memory=10_000)
    assert (found.status, found.exit_code, found.digits_compared) == ("unproved", 6, 60)
    assert "the certificate is this file's" in found.proved and not found
    assert run(["verify", str(certified), "--proof", "--memory", "10kB"]) == 6
    assert "not proved: 60 of 3_000 digits" in capsys.readouterr().err


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
        (b"[" * 4000, "not a JSON object"),
        (b"\xff\xfe", "not a JSON object"),
        (b'{"schema": 3}', "version 4"),
        (b'{"schema": 4}', "'size_bytes'"),
        (b" " * 2_000_000, "not a JSON object"),
        (b'{"schema": ' + b"9" * 4000, "not a JSON object"),
        (b'{"schema": 4, "digits": NaN}', "'size_bytes'"),
    ],
)
def test_what_is_no_certificate_is_corrupt(certified, content, says):
    certificate_path(certified).write_bytes(content)
    with pytest.raises(CorruptFileError, match=says):
        verify_certificate(certified)


def test_every_field_is_required(certified):
    path = certificate_path(certified)
    fields = fields_of(certified)
    for name in certificate._FIELDS:
        path.write_bytes(spelled({key: value for key, value in fields.items() if key != name}))
        with pytest.raises(CorruptFileError):
            read_certificate(path)


def test_certificates_need_a_full_check(tmp_path):
    result = pi_engine.compute(100)
    with pytest.raises(UsageError, match="full"):
        write_certificate(result, tmp_path / "pi.txt", overwrite=False)


@pytest.mark.parametrize("place", [lambda file: file, certificate_path])
def test_a_folder_is_no_file_and_no_certificate(certified, place):
    place(certified).unlink()
    place(certified).mkdir()
    with pytest.raises(UsageError, match="not a regular file"):
        verify_certificate(certified)


def test_a_pipe_of_the_certificate_s_name_is_refused_before_the_run(tmp_path, capsys):
    os.mkfifo(certificate_path(tmp_path / "pi.txt"))
    assert run(["compute", "100", "-o", str(tmp_path / "pi.txt"), "--proof"]) == 2
    assert "pi.txt.proof.json is not a regular file" in capsys.readouterr().err
    assert not (tmp_path / "pi.txt").exists()


def test_commands(tmp_path):
    file = tmp_path / "pi.txt"
    done = pi("compute", "1000", "-o", str(file), "--proof")
    assert done.returncode == 0 and certificate_path(file).exists(), done.stderr
    verified = pi("verify", str(file), "--proof")
    assert verified.returncode == 0 and "Plouffe's formula" in verified.stdout
    for arguments, says in (
        (["compute", "100", "--proof"], "-o FILE"),
        (["compute", "100", "-o", str(tmp_path / "x"), "--proof", "--check", "fast"], "--check fast"),
        (["compute", "1000", "-o", str(file), "--proof"], "exists"),
        (["compute", "100", "-o", "/dev/null", "--proof"], "not a regular file"),
        (["verify", "-", "--proof"], "alone"),
        (["verify", str(tmp_path / "none"), "--proof"], "cannot be read"),
    ):
        bad = pi(*arguments)
        assert bad.returncode == 2 and says in bad.stderr and len(bad.stderr.splitlines()) == 1, bad.stderr
    certificate_path(file).write_text("{}")
    assert pi("verify", str(file), "--proof").returncode == 5
