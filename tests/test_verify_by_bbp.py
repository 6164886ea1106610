import pytest

import pi_engine
from pi_engine import proof_by_bbp, verify_file
from pi_engine.errors import CapacityError, UsageError, VerificationError


@pytest.mark.parametrize("form", ["txt", "txt.gz", "ycd"])
@pytest.mark.parametrize("digits", [100, 3001, 30_000])
def test_bbp_proves_what_is_right(tmp_path, form, digits):
    path = tmp_path / f"pi.{form}"
    pi_engine.compute(digits).write(path)
    found = verify_file(path, "bbp")
    assert found.status == "ok" and found.method == "bbp" and "hexadecimal digits" in found.proved


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


def test_bbp_is_not_for_every_file(tmp_path):
    hexadecimal, short = tmp_path / "hex.txt", tmp_path / "short.txt"
    pi_engine.compute(500, base=16).write(hexadecimal)
    pi_engine.compute(99).write(short)
    for path in (hexadecimal, short):
        with pytest.raises(UsageError, match="recompute"):
            verify_file(path, "bbp")


def test_bbp_against_what_is_published_is_a_bug(tmp_path, monkeypatch):
    path = tmp_path / "pi.txt"
    text = pi_engine.compute(20_000).text()
    path.write_text(text[:9_995] + str((int(text[9_995]) + 1) % 10) + text[9_996:])
    monkeypatch.setattr(proof_by_bbp, "prove", lambda *a, **k: proof_by_bbp.Proof(100, 1, "2"))
    with pytest.raises(VerificationError, match="published"):
        verify_file(path, "bbp")


def test_bbp_is_refused_where_it_does_not_fit(tmp_path):
    path = tmp_path / "pi.txt"
    pi_engine.compute(1000).write(path)
    need = proof_by_bbp.needed_bytes(1000, 1)
    with pytest.raises(CapacityError, match="not enough memory: 1_000 digits by the method bbp need about"):
        verify_file(path, "bbp", threads=1, memory=need - 1)
    assert verify_file(path, "bbp", threads=1, memory=need).status == "ok"
