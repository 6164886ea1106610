"""Every command's JSON object has the fields that its schema and docs/json.md say, whatever happens and wherever it goes."""

import json
import re

import pytest
from jsonschema import Draft202012Validator, ValidationError

from pi_engine.cli.main import run
from tests.checkpoint.stores import make_checkpoint
from tests.command import commands, pi, pi_on_terminal
from tests.project.json_schema import ROOT, SCHEMA, definitions, require_valid

FIFTY = "3.14159265358979323846264338327950288419716939937510"
WRONG = FIFTY[:20] + "00" + FIFTY[22:]


def options_of(command):
    return {name for parameter in command.params for name in parameter.opts}


@pytest.fixture
def answer(capsys):
    def answer(*arguments, code=0):
        assert run([*arguments, "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return answer


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("compute", ["0", "--check", "none"]),
        ("compute", ["60", "--base", "16", "--series", "machin", "-q"]),
        ("compute", ["2000", "--check", "full", "-o", "pi.txt"]),
        ("estimate", ["1e6"]),
        ("estimate", ["100", "--base", "16", "--check", "full", "--format", "ycd"]),
        ("convert", ["fifty.txt", "fifty.ycd"]),
        ("series list", []),
        ("series show", ["machin"]),
        ("series show", ["chudnovsky"]),
        ("series show", ["derived:163"]),
        ("series show", ["bbp"]),
        ("series show", ["leibniz", "--terms", "3"]),
        ("series show", ["gosper", "--terms", "3"]),
        ("convergence", ["--series", "leibniz", "--digits", "100", "--rounds", "1", "--terms", "2"]),
        ("series derive", ["163", "--digits", "50"]),
        ("convergence", ["--series", "gosper", "--digits", "100", "--rounds", "1", "--terms", "2"]),
        ("convergence", ["--digits", "0", "--terms", "1"]),
        ("near-integer", ["--digits", "10"]),
        ("near-integer", ["5", "--digits", "3"]),
        ("near-integer", ["1e8", "--digits", "3"]),
        ("identities", ["--digits", "6"]),
        ("checkpoint show", ["kept"]),
        ("checkpoint show", ["kept", "--verify"]),
        ("checkpoint clean", ["kept"]),
        ("hex", ["5"]),
        ("view", ["fifty.txt", "--at", "end"]),
        ("view", ["--digits", "30", "--count", "0"]),
        ("find", ["fifty.txt", "26535", "3?3", "77", "--palindromes", "3", "--self-locating", "--length", "2"]),
        ("find", ["--digits", "100", "--base", "16", "--date", "1988-03-14", "--count-only"]),
        ("find", ["fifty.txt", "--coverage", "2", "-o", "table.tsv"]),
        ("stats", ["fifty.txt"]),
        ("stats", ["--digits", "1200", "--no-cache"]),
        ("stats", ["--digits", "900", "--no-cache", "--base", "16", "--range", "100-", "--kgrams", "2"]),
        ("plot", ["walk", "fifty.txt", "-o", "walk.svg"]),
        ("info", []),
        ("selftest", ["--case", "products:200:1"]),
        ("report", ["--digits", "9", "--size", "9", "-o", "page.html"]),
        ("bench", ["--digits", "100", "--rounds", "1"]),
        ("bench", ["--digits", "100", "--rounds", "1", "--peers"]),
    ],
)
def test_results_have_the_fields_of_the_schema(tmp_path, monkeypatch, answer, rng, name, arguments):
    monkeypatch.chdir(tmp_path)
    make_checkpoint(tmp_path / "kept", rng)
    (tmp_path / "fifty.txt").write_text(FIFTY)
    require_valid(name, answer(*name.split(), *arguments))


def test_a_dry_run_has_the_fields_of_an_estimate(tmp_path, monkeypatch, answer):
    monkeypatch.chdir(tmp_path)
    require_valid("estimate", answer("compute", "1e6", "--dry-run"))
    require_valid("estimate", answer("compute", "1e6", "-o", "pi.ycd", "--dry-run"))
    refused = answer("compute", "1e14", "--dry-run", code=4)
    require_valid("estimate", refused)
    assert not refused["fits"] and not list(tmp_path.iterdir())


def test_output_is_the_name_of_what_was_written(tmp_path, monkeypatch, answer):
    """Of a set that is its folder; a file is no folder, even if a slash stands behind its name."""
    monkeypatch.chdir(tmp_path)
    for given, name in (
        ("a/", "a"),
        ("./b//", "./b"),
        ("c/.", "c"),
        (f"{tmp_path}/d/./", f"{tmp_path}/d"),
        ("./e", "./e"),
    ):
        assert answer("compute", "200", "-o", given, "--proof", "--force")["output"] == name
        assert answer("convert", name, given, "--force")["output"] == name
        assert answer("verify", given, "--proof")["status"] == "ok"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        x + y for x in "abcde" for y in ("", ".proof.json")
    )
    for path in tmp_path.iterdir():
        path.unlink()
    assert answer("compute", "200", "-o", "set.ycd", "--block-size", "100")["output"] == "set"
    assert answer("convert", "set", "other.ycd", "--block-size", "100")["output"] == "other"
    assert answer("convert", "set", "pi.txt")["output"] == "pi.txt"
    assert answer("convert", "set", "./more.ycd/", "--block-size", "50")["output"] == "more"
    assert answer("convert", "set", "one.ycd/")["output"] == "one.ycd"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["more", "one.ycd", "other", "pi.txt", "set"]


def test_remarks_name_what_was_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for arguments, name in (
        (["compute", "200", "-o", "set.ycd", "--block-size", "100"], "set"),
        (["compute", "200", "-o", "file/"], "file"),
        (["convert", "set/", "other.ycd/", "--block-size", "50"], "other, read back and compared"),
        (["convert", "set", "again.txt/"], "again.txt, read back and compared"),
        (["convert", "set", "-"], "standard output, not read back"),
    ):
        assert run(arguments) == 0
        assert capsys.readouterr().err.endswith(f"; written to {name}\n")


def test_one_digit_is_singular(tmp_path, monkeypatch, capsys):
    """In what every command says; of `verify` it is the beginning of its line."""
    monkeypatch.chdir(tmp_path)
    for arguments in (
        ["compute", "1", "-o", "one.txt", "--check", "full"],
        ["compute", "1", "-v", "--check", "full", "--base", "16"],
        ["compute", "1", "--dry-run", "-o", "two.txt"],
        ["convert", "one.txt", "two.txt"],
        ["estimate", "1", "--threads", "1"],
        ["near-integer", "--digits", "1"],
        ["identities", "euler", "--digits", "1"],
        ["series", "derive", "163", "--digits", "1"],
        ["hex", "1", "--count", "1"],
        ["stats", "one.txt"],
    ):
        assert run(arguments) == 0
        said = capsys.readouterr()
        assert not re.search(r"\b1 \w+s\b(?! a)", re.sub(r"[\d.]+ s\b", "", said.out + said.err)), said
    assert run(["verify", "one.txt"]) == 0
    assert capsys.readouterr().out.startswith("one.txt: ok: 1 digit of base 10")
    assert run(["compute", "1", "--memory", "1k"]) == 4
    assert "not enough memory: 1 digit needs about" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (FIFTY, [], 0),
        (FIFTY, ["--method", "known"], 0),
        (WRONG, [], 3),
        (WRONG, ["--method", "known"], 3),
        ("2.718281828459045235360287471352", [], 3),
        (FIFTY + "x", [], 5),
        (FIFTY, ["--digits", "100"], 5),
        ("", [], 5),
    ],
)
def test_every_verdict_has_the_fields_of_the_schema(tmp_path, answer, content, options, code):
    (tmp_path / "pi.txt").write_text(content)
    verdict = answer("verify", str(tmp_path / "pi.txt"), *options, code=code)
    require_valid("verify", verdict)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["compute"], 2), (["frobnicate"], 2), (["compute", "1e13"], 4), (["verify", "/nowhere/pi.txt"], 2), ([], 2)],
)
def test_errors_have_the_fields_of_the_schema(answer, arguments, code):
    require_valid("error", answer(*arguments, code=code))


def test_the_schema_finds_what_is_wrong(answer):
    Draft202012Validator.check_schema(SCHEMA)
    right = answer("hex", "5")
    for wrong in (
        {**right, "more": 1},
        {**right, "seconds": 1.5},
        {**right, "hex": 7},
        {**right, "schema": 2},
        {name: value for name, value in right.items() if name != "count"},
    ):
        with pytest.raises(ValidationError):
            require_valid("hex", wrong)


def test_every_command_with_json_has_a_schema_and_a_table():
    named = {name for name, command in commands() if "--json" in options_of(command)}
    assert named | {"error", "tune --clear"} == set(definitions())
    assert named == {name for name, _ in commands()} - {"completion"}


def test_the_page_lists_the_fields_of_the_schema():
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    tables = dict(re.findall(r"(?ms)^### ([\w -]+)\n(.*?)(?=^### |\Z|^<!--)", page))
    for name, schema in definitions().items():
        listed = re.findall(r"(?m)^\| `([^`]+)` \|", tables[name])
        assert [field for field in listed if not re.search(r"[.\[]", field)] == list(schema["properties"]), name
        for field, inner in schema["properties"].items():
            rows = inner.get("items", {}).get("properties", {})
            assert {f"{field}[].{row}" for row in rows} <= set(listed), name


def test_one_name_has_one_type():
    """`seconds` at the top is an object with `total`, `hash` a string, `output` a name or null."""
    for name, schema in definitions().items():
        properties = schema["properties"]
        assert properties.get("seconds", {"$ref": "#/$defs/seconds"})["$ref"] == "#/$defs/seconds", name
        assert properties.get("hash", {"type": "string"})["type"] == "string", name
        assert properties.get("output", {"type": "string"})["type"] in ("string", ["string", "null"]), name
    assert SCHEMA["$defs"]["seconds"]["required"] == ["total"]


def test_a_terminal_and_quiet_change_nothing():
    for arguments in (["series", "show", "machin"], ["hex", "x"], ["series", "derive", "163"]):
        piped = pi(*arguments, "--json").stdout
        assert pi(*arguments, "--json", "-q").stdout == piped
        _, shown, _ = pi_on_terminal(*arguments, "--json")
        assert json.loads(shown[shown.index("{") :]) == json.loads(piped)
