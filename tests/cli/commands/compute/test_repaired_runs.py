"""What `compute` says of steps that were made again, and of an error of the program."""

import json
import shlex
from pathlib import Path

import pytest

import pi_engine
from pi_engine.cli.main import run
from tests.engine.repair.faulty_steps import plant
from tests.project.json_schema import require_valid

DIGITS = "12345"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_repeated_step_is_named(monkeypatch, folder, capsys):
    plant(monkeypatch, "plain", "the square root", [3, 4])
    assert run(["compute", DIGITS, "-o", "pi.txt"]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    for line in lines[:2]:
        assert line.startswith(
            "pi-engine: repeated: the square root, because the square root, compared modulo 2^61 − 1 failed"
        )
    assert lines[2] == (
        "pi-engine: this machine's arithmetic went wrong 2 times, and the digits are right; test the machine: "
        "pi-engine selftest --minutes 60"
    )
    assert (folder / "pi.txt").read_text() == pi_engine.compute(12345).text()


def test_quiet_says_nothing_and_json_has_all(monkeypatch, folder, capsys):
    plant(monkeypatch, "plain", "the sum", [3])
    assert run(["compute", DIGITS, "-q", "--json"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    require_valid("compute", found)
    (repair,) = found["repairs"]
    assert (repair["step"], repair["kind"], repair["terms"][0]) == ("the sum", "machine", 0)
    first, second = repair["residues"]
    assert first != second
    assert said.err == ""
    assert run(["compute", DIGITS, "-q", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["repairs"] == []


def test_the_certificate_names_them(monkeypatch, folder, capsys):
    plant(monkeypatch, "plain", "the division", [3])
    assert run(["compute", "1500", "-o", "pi.txt", "--proof"]) == 0
    names = json.loads(Path("pi.txt.proof.json").read_text())["repairs"]
    assert [name.partition(",")[0] for name in names] == ["the division"]
    capsys.readouterr()
    assert run(["verify", "pi.txt", "--proof", "--json"]) == 0
    assert "its run repeated 1 step that failed a check" in json.loads(capsys.readouterr().out)["proved"]


def test_verify_says_that_its_own_run_repeated_a_step(monkeypatch, folder, capsys):
    assert run(["compute", DIGITS, "-o", "pi.txt"]) == 0
    plant(monkeypatch, "plain", "the division", [3])
    capsys.readouterr()
    assert run(["verify", "pi.txt", "--method", "recompute", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["status"], found["digits_compared"]) == ("ok", int(DIGITS))
    assert "and repeated 1 step that had failed one" in found["proved"]


def test_a_certificate_that_names_too_much_is_none(monkeypatch, folder, capsys):
    assert run(["compute", "300", "-o", "pi.txt", "--proof"]) == 0
    place = Path("pi.txt.proof.json")
    fields = json.loads(place.read_text())
    for names in (["x"] * 4, [""], ["a\nb"], ["x" * 500], [1]):
        place.write_text(json.dumps({**fields, "repairs": names}, indent=2) + "\n")
        capsys.readouterr()
        assert run(["verify", "pi.txt", "--proof"]) == 5
        assert "the field 'repairs' is not the names of at most 3 steps" in capsys.readouterr().err


def test_a_machine_that_errs_four_times_is_not_trusted(monkeypatch, folder, capsys):
    plant(monkeypatch, "plain", "the square root", range(1, 9))
    assert run(["compute", DIGITS]) == 3
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "went wrong 4 times" in said
    assert "'pi-engine selftest --minutes 60'" in said
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "place"),
    [([], "."), (["-o", "there/pi.txt"], "there"), (["--checkpoint", "there/kept"], "there")],
)
def test_an_error_of_the_program_is_written_down(monkeypatch, folder, capsys, options, place):
    (folder / "there").mkdir()
    plant(monkeypatch, "plain", "the square root", [5] * 9)
    assert run(["compute", DIGITS, "--threads", "2", *options]) == 3
    last = capsys.readouterr().err.splitlines()[-1]
    (written,) = (folder / place).glob("pi-engine-error-*.json")
    assert last.startswith(
        "pi-engine: error: the square root, compared modulo 2^61 − 1 failed its check, and in the same way when it was made again"
    )
    assert last.endswith(f"report it with the file {written}, which also says how to repeat it") or place == "."
    found = json.loads(written.read_text("utf-8"))
    assert found["failure"]["step"] == "the square root"
    words = shlex.split(found["command"])
    plant(monkeypatch, "plain", "the square root", [5] * 9)
    assert run(words[1:]) == 3


def test_a_folder_that_cannot_be_written_to_is_said(monkeypatch, folder):
    plant(monkeypatch, "plain", "the square root", [5] * 9)
    with pytest.raises(pi_engine.VerificationError, match=r"report it \(its description was not written: .*missing"):
        pi_engine.compute(12345, error_folder="missing")
