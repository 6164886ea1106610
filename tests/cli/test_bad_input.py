"""Bad input, of any command: one line on stderr that says what is wrong, the right exit code, and nothing is made."""

import re

import click
import pytest

from pi_engine.cli.main import run


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["compute", "-5"], 2, "the number of digits must not be negative"),
        (["hex", "-5"], 2, "the position must not be negative"),
        (["hex", "-5", "--count", "3"], 2, "the position must not be negative"),
        (["hex", "5", "--count", "-3"], 2, "the number of digits must not be negative"),
        (["near-integer", "-163"], 2, "D must not be negative"),
        (["hex", "5", "--cuont", "3"], 2, "--cuont"),
        (["compute", "abc"], 2, "'abc' is not a count"),
        (["compute", "1.5"], 2, "not a whole number"),
        (["compute", ""], 2, "not a count"),
        (["compute"], 2, "Missing argument"),
        (["compute", "5", "6"], 2, "unexpected extra argument"),
        (["compute", "1e400"], 4, "digits would fit|at most"),
        (["compute", "1e5000"], 2, "too large"),
        (["compute", "1e13"], 4, "at most"),
        (["compute", "1e9", "--memory", "1GB"], 4, "at most"),
        (["compute", "10", "--memory", "1k"], 4, "not even one would fit"),
        (["compute", "5", "--memory", "lots"], 2, "not a size"),
        (["compute", "5", "--memory", "20"], 2, "with its unit, like 8GiB"),
        (["compute", "5", "--group", "x"], 2, "'x' is not a whole number"),
        (["compute", "5", "--columns", "0"], 2, "'--columns': it must be 1 or more"),
        (["series", "show", "leibniz", "--terms", "1001"], 2, "'--terms': it must be from 1 to 1000"),
        (["convert", "--block-size"], 2, "(see pi-engine convert --help)"),
        (["compute", "5", "--series", "nilakantha"], 2, "unknown series 'nilakantha': 'pi-engine series list'"),
        (["compute", "5", "--series", "leibniz"], 2, "5 digits would take about 10.5 terms; choose another series"),
        (["compute", "5", "--base", "7"], 2, "'7' is not one of"),
        (["compute", "5", "--threads", "0"], 2, "threads"),
        (["compute", "5", "--check", "most"], 2, "'most' is not one of"),
        (["compute", "5", "--treads", "2"], 2, "No such option"),
        (["compute", "5", "-o", "missing/pi.txt"], 2, "does not exist"),
        (["compute", "5", "-o", "."], 2, "is a folder"),
        (["compute", "5", "-o", "pi.ycd"], 2, "fewer than 50 digits"),
        (["compute", "99", "-o", "pi.ycd", "--block-size", "49"], 2, "no blocks of fewer than 50"),
        (["compute", "5", "-o", "pi.txt.bz2"], 2, "bzip2 cannot be written"),
        (["compute", "5", "-o", "pi.txt", "--block-size", "100"], 2, "only the ycd format"),
        (["compute", "99", "-o", "pi.ycd", "--block-size", "0"], 2, "no blocks of fewer than 50 digits"),
        (["compute", "5", "--format", "gz"], 2, "name one with '-o FILE'"),
        (["compute", "5", "-o", "pi", "--format", "zip"], 2, "'zip' is not one of"),
        (["compute", "5", "-o", "x" * 300], 2, "File name too long"),
        (["series", "show", "chudnovky"], 2, "did you mean chudnovsky"),
        (["compute", "5", "-o", ""], 2, "is empty"),
        (["compute", "5", "-o", "/dev/null/x"], 2, "not a folder|Not a directory"),
        (["compute", "-1e6"], 2, "the number of digits must not be negative"),
        (["compute", "1e400", "-o", "pi.txt"], 4, "at most"),
        (["series", "shew"], 2, "no such command 'shew': did you mean 'show'\\?"),
        (["series", "frobnicate"], 2, r"no such command 'frobnicate' \(see pi-engine series --help\)"),
        (["comptue"], 2, "no such command 'comptue': did you mean 'compute'\\?"),
        (["comptue", "100"], 2, "no such command 'comptue': did you mean 'compute'\\?"),
        (["Comp"], 2, "did you mean 'compute' or 'completion'\\?"),
        (["1e6"], 2, "no such command '1e6': did you mean 'compute 1e6'\\?"),
        ([""], 2, r"no such command '' \(see pi-engine --help\)"),
        (["identities", "eulr"], 2, "there is no identity 'eulr': did you mean euler\\?"),
        (["completion", "tcsh"], 2, "'tcsh' is not one of"),
        (["identities", "nonsense"], 2, "no identity 'nonsense'"),
        (["identities", "11"], 2, "no identity '11'"),
        (["identities", "euler", "--digits", "0"], 2, "from 1 to 10_000"),
        (["identities", "euler", "--digits", "1e5"], 2, "from 1 to 10_000"),
        (["identities", "euler", "--digits", "x"], 2, "not a count"),
        (["series", "derive"], 2, "Missing argument"),
        (["series", "derive", "x"], 2, "not a count"),
        (["series", "derive", "15"], 2, "class number 2"),
        (["series", "derive", "163", "--digits", "0"], 2, "between 1 and"),
        (["series", "derive", "163", "--digits", "1e9"], 2, "between 1 and"),
        (["series", "derive", "--jsn"], 2, "No such option"),
        (["compute", "5", "--series", "derived:15"], 2, "class number 2"),
        (["compute", "5", "--series", "derived:"], 2, "write derived:163"),
        (["compute", "5", "--series", "derived:1e3"], 2, "write derived:163"),
        (["convergence", "--all", "--series", "machin"], 2, "leave out --series"),
        (["convergence", "--series", "nonsense"], 2, "unknown series"),
        (["convergence", "--plot", "x.pdf"], 2, ".svg or .png"),
        (["convergence", "--plot", "/nowhere/x.svg"], 2, "does not exist"),
        (["convergence", "--terms", "0"], 2, "0"),
        (["convergence", "--digits", "many"], 2, "not a count"),
        (["bench", "--digits", "0"], 2, "nothing to time"),
        (["bench", "--digits", "x"], 2, "not a count"),
        (["bench", "--threads", "0"], 2, "must be 1 or more"),
        (["bench", "--digits", "1e15"], 4, "would fit"),
        (["stats"], 2, "name a FILE, or give --digits N"),
        (["stats", "nowhere.txt"], 2, "nowhere.txt cannot be read"),
        (["stats", "--digits", "0"], 2, "no digits after the point: there is nothing to count"),
        (["stats", "--digits", "100", "--range", "101-"], 2, "position 101 is behind the end"),
        (["stats", "--digits", "100", "--range", "5-101"], 2, "position 101 is behind the end"),
        (["stats", "--digits", "100", "--range", "0-9"], 2, "positions are counted from 1"),
        (["stats", "--digits", "100", "--range", "9-5"], 2, "ends before it begins"),
        (["stats", "--digits", "100", "--kgrams", "7"], 2, "'--kgrams': it must be from 1 to 6"),
        (["stats", "--digits", "100", "--base", "16", "--kgrams", "6"], 2, "for k from 1 to 5, not 6"),
        (["stats", "--digits", "100", "--threads", "0"], 2, "must be 1 or more"),
        (["compute", "50", "--group", "5", "-o", "pi.txt"], 2, "leave them out with -o FILE"),
        (["compute", "50", "--all", "-o", "pi.txt"], 2, "leave them out with -o FILE"),
        (["compute", "50", "--columns", "0"], 2, "must be 1 or more"),
        (["compute", "50", "--group", "-3"], 2, "must be 1 or more"),
        (["compute", "50", "--columns", "many"], 2, "is not a whole number"),
        (["compute", "50", "-q", "-v"], 2, "contradict each other"),
        (["frobnicate"], 2, r"no such command 'frobnicate' \(see pi-engine --help\)"),
        (["--frobnicate"], 2, "No such option"),
    ],
)
def test_bad_input_is_one_line(capsys, tmp_path, monkeypatch, arguments, code, message):
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("pi-engine: error: ")
    assert captured.err.count("\n") == 1
    assert click.unstyle(captured.err) == captured.err
    assert re.search(message, captured.err)
    assert list(tmp_path.iterdir()) == []
