import pytest

import pi_engine
from pi_engine import verify_file
from pi_engine.errors import CapacityError, UsageError, VerificationError
from pi_engine.files.methods import proof_by_residues, selection
from pi_engine.proof.bbp import bbp_sum
from pi_engine.radix.kernels.digit_words import digit_words
from pi_engine.runtime.progress import Step
from tests.files.verified_files import FORMS, digit_other_than

N = 30_000


@pytest.fixture(scope="module")
def texts():
    bbp_sum.RESIDUE_KERNELS.load()
    return {base: pi_engine.compute(N, base=base).text() for base in (10, 16)}


@pytest.fixture
def automatic(monkeypatch):
    """Small files are large enough, and recomputation takes for ever."""
    monkeypatch.setattr(proof_by_residues, "AUTOMATIC_FROM", 1000)
    row = selection.METHODS["recompute"]
    monkeypatch.setitem(selection.METHODS, "recompute", row._replace(steps=lambda case, digits: [Step("", 1e9)]))


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("base", [10, 16])
def test_right_digits_are_proved(tmp_path, texts, automatic, name, base):
    path = tmp_path / name
    path.write_bytes(FORMS[name](texts[base], base))
    for method in ("auto", "residues"):
        found = verify_file(path, method)
        assert (found.status, found.method, found.digits_compared, found.exit_code) == ("ok", "residues", N, 0)
        assert "a file with a wrong digit would pass with a probability below 10^−" in found.proved


@pytest.mark.parametrize("base", [10, 16])
@pytest.mark.parametrize("place", [0, 700, 29_998, 29_999])
def test_the_first_wrong_digit_is_found(tmp_path, texts, automatic, rng, base, place):
    text = texts[base]
    other = digit_other_than(rng, text[place + 2], base)
    path = tmp_path / "pi.txt"
    path.write_text(text[: place + 2] + other + text[place + 3 :])
    for method in ("auto", "residues"):
        found = verify_file(path, method)
        assert (found.status, found.first_wrong, found.digits_compared) == ("wrong", place + 1, N)
        assert (found.wrong_digits, found.wrong_positions) == (1, (place + 1,))


def test_without_the_digit_before_the_point(tmp_path, texts, automatic):
    path = tmp_path / "pi.txt"
    path.write_text(texts[10][2:])
    assert "the 3 before the point is not in the file" in verify_file(path, "residues").proved
    path.write_text("4" + texts[10][1:])
    assert verify_file(path, "residues").first_wrong == 0


@pytest.mark.parametrize("base", [10, 16])
def test_a_wrong_digit_that_cannot_be_located_is_wrong(tmp_path, texts, monkeypatch, rng, base):
    """Where π does not fit in memory: by BBP's bisection in base 10, and without a position where that does not fit."""
    monkeypatch.setattr(selection, "_recompute_fits", lambda case: False)
    text = texts[base]
    path = tmp_path / "pi.txt"
    path.write_text(text[:25_000] + digit_other_than(rng, text[25_000], base) + text[25_001:])
    for bbp in (True, False):
        monkeypatch.setattr(selection, "_bbp_fits", lambda case, bbp=bbp: bbp and base == 10)
        found = verify_file(path, "residues")
        assert (found.status, found.exit_code) == ("wrong", 3)
        assert (found.first_wrong, found.kind) == (
            (24_999, "substituted") if bbp and base == 10 else (None, "residues")
        )


def test_hexadecimal_digits_take_bounded_memory(tmp_path, texts):
    path = tmp_path / "pi.txt"
    path.write_text(texts[16])
    limit = proof_by_residues.residues_need(
        type("Case", (), {"threads": 1, "scan": type("S", (), {"base": 16, "digits": 1})})
    )
    assert verify_file(path, "residues", threads=1, memory=limit).status == "ok"
    with pytest.raises(CapacityError, match="30_000 digits by the method residues"):
        verify_file(path, "residues", threads=1, memory=limit - 1)


def test_too_few_digits(tmp_path):
    path = tmp_path / "pi.txt"
    pi_engine.compute(99).write(path)
    with pytest.raises(UsageError, match="recompute"):
        verify_file(path, "residues")
    assert verify_file(path).status == "ok"


def test_contradictions_are_no_verdict(tmp_path, texts, monkeypatch):
    path = tmp_path / "pi.txt"
    path.write_text(texts[10])
    monkeypatch.setattr(proof_by_residues, "differs_by_residues", lambda case, formula="bellard": True)
    with pytest.raises(VerificationError, match="all equal those computed here"):
        verify_file(path, "residues")
    monkeypatch.setattr(proof_by_residues, "differs_by_residues", lambda case, formula="bellard": formula == "bellard")
    monkeypatch.setattr(selection, "_recompute_fits", lambda case: False)
    with pytest.raises(VerificationError, match="the two formulas contradict"):
        verify_file(path, "residues")


def test_the_last_word_of_a_file(tmp_path, texts):
    """Digits that do not fill their last word."""
    for base, width in ((10, 19), (16, 16)):
        for count in range(1000, 1000 + width):
            path = tmp_path / "pi.txt"
            path.write_text(texts[base][: count + 2])
            assert len(digit_words(texts[base][2 : count + 2], base)) == -(-count // width)
            assert verify_file(path, "residues").status == "ok"
