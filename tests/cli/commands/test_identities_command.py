"""The command identities."""

import json

import pytest
from mpmath import mp

from pi_engine.cli.commands import identities as command_module
from pi_engine.cli.main import run
from pi_engine.identities import catalogue
from pi_engine.identities.essays.identity import Case, Identity
from tests.command import run_code


def test_the_command_shows_what_is_named(capsys):
    assert run(["identities", "euler", "6", "euler", "--digits", "40"]) == 0
    output = capsys.readouterr().out
    assert output.count("e^(iπ) + 1 = 0") == 1
    assert output.count("40 of 40 digits agree") == 3
    assert "a3 = -139/51840" in output
    assert "20! yields at most 55 digits of π" in output


def test_without_names_all_are_evaluated(capsys):
    assert run(["identities", "--digits", "12", "-q"]) == 0
    captured = capsys.readouterr()
    header, *rows = [line.split("\t") for line in captured.out.splitlines()]
    assert header == ["identity", "digits agreeing", "digits requested", "verdict", "seconds", "statement"]
    assert [row[:4] for row in rows] == [[identity.name, "12", "12", "agree"] for identity in catalogue()]
    assert captured.err == ""


def test_its_json_has_the_fields_of_the_contract(capsys):
    assert run(["identities", "rogers-ramanujan", "2", "--digits", "50", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["schema"] == 1
    rows = result["identities"]
    assert [row["name"] for row in rows] == ["rogers-ramanujan", "ramanujan-1914", "chudnovsky"]
    fields = ["name", "statement", "source", "digits_requested", "digits_agreeing", "ok", "seconds"]
    assert list(rows[0])[: len(fields)] == fields
    assert rows[0]["ok"] is True and rows[0]["digits_agreeing"] == 50
    assert rows[1]["cases"][0]["value_start"].startswith("0.3183098861837906715377675267450287")


@pytest.mark.parametrize("as_json", [True, False])
def test_a_difference_ends_with_code_3(monkeypatch, capsys, as_json):
    wrong = Identity("wrong", 1, "1 = 1.002", "nowhere", lambda digits: [Case("", mp.one, mp.mpf("1.002"))])
    monkeypatch.setattr("pi_engine.identities.get", lambda names: (wrong,))
    assert run(["identities", "wrong", "--digits", "9", *(["--json"] if as_json else [])]) == 3
    captured = capsys.readouterr()
    assert "the two sides differ in wrong" in captured.err and captured.err.count("\n") == 1
    if as_json:  # the result stays the only object
        answer = json.loads(captured.out)
        assert list(answer) == ["schema", "identities"]
        (row,) = answer["identities"]
        assert (row["ok"], row["digits_agreeing"]) == (False, 2)
    else:
        assert "2 of 9 digits AGREE, NO MORE" in captured.out


def test_mpmath_is_imported_only_when_used():
    code = (
        "import sys; from pi_engine.cli.main import run; run(['--help']); run(['identities', '--help']); "
        "run(['compute', '10']); print('mpmath' in sys.modules, file=sys.stderr)"
    )
    assert run_code(code).stderr.splitlines()[-1] == "False"
    assert command_module.command.name == "command"
