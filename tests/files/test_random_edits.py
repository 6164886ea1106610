"""verify: random edits of π's digits, in several formats and by every method that can take them: no false verdict."""

import gzip

import pytest

import pi_engine
from pi_engine import verify_file
from tests.conftest import MULTIPLIER
from tests.files.comparison.random_edits import EDITS
from tests.files.verified_files import ycd

FORMS = {
    "pi.txt": lambda text, base: text.encode(),
    "pi.txt.gz": lambda text, base: gzip.compress(text.encode()),
    "pi.ycd": ycd,
    "stray.txt": lambda text, base: text.encode() + b"x",
    "noted.txt": lambda text, base: text.encode() + b"\n!",
}


@pytest.fixture(scope="module")
def pi_digits():
    return {base: pi_engine.compute(45_000, base=base, check="none").text()[2:] for base in (10, 16)}


@pytest.mark.parametrize("base", [10, 16])
@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_no_verdict_is_false(place, pi_digits, rng, base, edit):
    true = pi_digits[base]
    for _ in range(int(2 * MULTIPLIER)):
        digits = edit(rng, true, rng.choice([100, 200, 209, 1000, 20_000]), base)
        name = rng.choice(list(FORMS if len(digits) >= 50 else ["pi.txt", "pi.txt.gz", "stray.txt", "noted.txt"]))
        path = place(FORMS[name](f"3.{digits}", base), name)
        wrong = [i for i, (a, b) in enumerate(zip(digits, true, strict=False), 1) if a != b]
        for method in ("auto", "known", "bbp", "residues"):
            if method in ("bbp", "residues") and (len(digits) < 100 or (method, base) == ("bbp", 16)):
                continue
            found = verify_file(path, method, base=None if name == "pi.ycd" else base)
            sound = {"corrupt"} if name == "stray.txt" else {"ok", "unproved"}
            assert found.status in (
                {"wrong"} | (set() if method in ("auto", "residues") else sound) if wrong else sound
            ), found
            assert found.status != "ok" or found.digits_compared == len(digits)
            if method in ("auto", "residues"):
                assert (found.first_wrong, found.digits_compared) == (wrong[0] if wrong else None, len(digits)), found
            assert found.first_wrong is None or found.first_wrong in wrong
            assert found.kind == "position" or found.first_wrong in (None, wrong[0] if wrong else None)
            if found.wrong_digits is not None:
                assert (found.wrong_digits, list(found.wrong_positions)) == (len(wrong), wrong[:10])
            assert not (wrong and found.status == "ok")
            assert (found.notes != ()) == (name == "noted.txt")
