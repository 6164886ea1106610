"""Digits for people: previews, lines and groups, and the short line that `compute` ends with."""

import re

import pytest

import pi_engine
from pi_engine.cli.commands.compute.digit_layout import layout_for, printed
from pi_engine.cli.commands.compute.report import closing_line
from pi_engine.cli.main import run
from pi_engine.engine.result import Check
from tests.command import pi, pi_on_terminal


def digits_in(shown):
    return "".join(re.findall(r"^[\d ]+$", shown, re.MULTILINE)).replace(" ", "")


@pytest.mark.parametrize("columns", [80, 40, 132])
def test_a_terminal_gets_a_preview_of_many_digits(million, columns):
    code, shown, _ = pi_on_terminal("compute", "1e6", columns=columns)
    assert code == 0
    lines = shown.strip().splitlines()
    assert max(map(len, lines)) <= columns
    assert lines[0] == "3."
    flat = " ".join(shown.split())
    assert "'-o FILE' writes them all, '--all' prints them" in flat
    between = int(re.search(r"… ([\d_]+) digits between", flat)[1].replace("_", ""))
    first, last = (digits_in(part) for part in re.split(r"…(?s:.)*…", shown))
    digits = million.text()[2:]
    assert digits.startswith(first) and digits.endswith(last)
    assert len(first) + between + len(last) == 10**6
    assert len(first) == len(lines[1].replace(" ", "")) * 5


def test_a_preview_only_where_it_is_wanted(million):
    """Not of 1000 digits, and not in a pipe; nor with --all or '-o -'."""
    text = pi_engine.compute(1001).text()
    assert "between" in pi_on_terminal("compute", "1001", "-q")[1]
    assert pi_on_terminal("compute", "1001", "-q", "--all")[1] == f"{text}\n"
    assert pi_on_terminal("compute", "1001", "-q", "-o", "-")[1] == text
    assert pi_on_terminal("compute", "1000", "-q")[1] == f"{text[:-1]}\n"
    assert pi("compute", "1e6", "-q").stdout == f"{million.text()}\n"
    assert pi_on_terminal("compute", "1001", "-q", pipe_stdout=True) == (0, "", f"{text}\n")


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["12", "--columns", "5"], ["3.", "14159", "26535", "89"]),
        (["10", "--columns", "5"], ["3.", "14159", "26535"]),
        (["12", "--columns", "6", "--group", "4"], ["3.", "1415 92", "6535 89"]),
        (["12", "--columns", "6", "--group", "9"], ["3.", "141592", "653589"]),
        (["7", "--group", "3"], ["3.", "141 592 6"]),
        (["5", "--columns", "1"], ["3.", "1", "4", "1", "5", "9"]),
        (["0", "--columns", "5", "--group", "2"], ["3"]),
        (["1", "--group", "2"], ["3.", "1"]),
        (["9", "--base", "16", "--columns", "4", "--group", "2"], ["3.", "24 3F", "6A 88", "8"]),
    ],
)
def test_lines_and_groups(capsys, arguments, lines):
    assert run(["compute", *arguments, "-q"]) == 0
    assert capsys.readouterr() == ("".join(f"{line}\n" for line in lines), "")
    assert run(["compute", *arguments, "-q", "-o", "-"]) == 0
    assert capsys.readouterr().out == "\n".join(lines)


def test_lines_of_every_width_hold_all_digits(million, rng):
    text = million.text()
    for _ in range(20):
        columns, group = rng.randrange(1, 3000), rng.choice((None, rng.randrange(1, 40)))
        laid_out = "".join(printed(text, columns=columns, group=group, everything=True, width=rng.choice((None, 80))))
        first, *lines = laid_out.split("\n")
        assert first == "3."
        assert {len(line.replace(" ", "")) for line in lines[:-1]} == {columns}
        assert laid_out.replace(" ", "").replace("\n", "") == text
        if group:
            assert max(map(len, lines[0].split(" "))) == min(group, columns)


def test_a_preview_of_lines_as_they_are_asked_for():
    text = pi_engine.compute(3000).text()
    for columns in (1, 7, 100, 1000, 10**9):
        preview = "".join(printed(text, columns=columns, group=None, everything=False, width=80))
        assert len(preview) < 2500
        assert preview.split("\n")[:2] == ["3.", text[2 : 2 + min(columns, 200)]]
        assert preview.replace("\n", "").endswith(text[-1])
    short = "".join(printed(text[:1103], columns=150, group=None, everything=False, width=80))
    assert short.replace("\n", "") == text[:1103]


def test_lines_fit_the_terminal_where_nothing_is_said():
    for width in range(20, 300):
        for group in (None, 1, 5, 10, 300):
            layout = layout_for(None, group, width)
            line = layout.lines("1" * 1000, 0, layout.columns)
            assert len(line) <= width or group == 300
            assert layout.columns <= 100 or group == 300
    assert layout_for(None, 10, None).columns == 70


def test_digits_in_lines_can_be_verified(tmp_path):
    file = tmp_path / "pi.txt"
    file.write_text(pi("compute", "3000", "--columns", "50", "--group", "10", "-q").stdout)
    assert run(["verify", str(file), "-q"]) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--columns", "5", "--json"], "leave them out with --json"),
        (["--group", "5", "-o", "pi.txt"], "leave them out with -o FILE"),
        (["--all", "-o", "pi.txt"], "leave them out with -o FILE"),
        (["--columns", "0"], "must be 1 or more"),
        (["--group", "-3"], "must be 1 or more"),
        (["--columns", "many"], "is not a whole number"),
        (["-q", "-v"], "contradict each other"),
    ],
)
def test_what_contradicts_itself_is_one_line(capsys, tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    assert run(["compute", "50", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert says in captured.err
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- the line at the end


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["5"], "5 digits in T s, checked"),
        (["1", "--check", "none"], "1 digit in T s, not checked"),
        (
            ["2000", "--check", "full", "--base", "16", "-o", "F"],
            "2_000 hexadecimal digits in T s, checked in full; written to F",
        ),
    ],
)
def test_the_closing_line_is_short(capsys, tmp_path, monkeypatch, arguments, line):
    monkeypatch.chdir(tmp_path)
    assert run(["compute", *arguments]) == 0
    assert re.sub(r"\b\d[\d.e-]* s\b", "T s", capsys.readouterr().err) == f"{line}\n"


def test_compilation_stands_apart(million):
    passed = [Check("root", "passed", "")]
    seconds = {"compilation": 41.2, "sum": 9.0, "total": 50.5}
    line = "1_000_000 digits in 9.3 s, after 41 s of compiling, once; checked; written to pi.txt"
    assert closing_line(million, seconds, passed, "pi.txt", full=False) == line
    seconds = {"sum": 12.0, "total": 12.34}
    assert closing_line(million, seconds, [], None, full=False) == "1_000_000 digits in 12 s, not checked"


def test_details_are_one_a_line(capsys):
    assert run(["compute", "5", "-v"]) == 0
    first, *details = capsys.readouterr().err.splitlines()
    assert first.endswith(", checked")
    labels = [line.split("  ")[0] for line in details]
    assert labels[:4] == ["series", "threads", "path", "sum"]
    assert {"check", "root", "division", "conversion", "total", "peak memory", "hash", "passed"} <= set(labels)
    code, shown, _ = pi_on_terminal("compute", "5", "-v", columns=40)
    assert code == 0
    assert max(map(len, shown.splitlines())) <= 40
