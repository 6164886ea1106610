"""What a person sees: nothing is wider than the terminal, and what does not fit is named; a program reads all, between tabs."""

import logging
import subprocess
import sys

import pytest

from pi_engine.cli.main import run
from pi_engine.cli.output.table import Column, format_entries, format_table
from pi_engine.cli.output.terminal import hang, text_width, width_of, wrap
from pi_engine.engine import compute as engine
from tests.command import COMMAND, pi, pi_on_terminal

TABLE = (Column("name"), Column("what it is", wraps=True, rank=1), Column("count", right=True), Column("note", rank=2))


@pytest.mark.parametrize("columns", [80, 40])
@pytest.mark.parametrize(
    "arguments",
    [
        ["series", "list"],
        ["series", "show", "machin"],
        ["series", "derive", "163"],
        ["near-integer"],
        ["near-integer", "1e6", "--digits", "10"],
        ["identities", "--digits", "20"],
        ["identities", "stirling-coefficients", "--digits", "30"],
        ["info"],
        ["convergence", "--series", "gosper", "--digits", "500", "--digits", "600", "--rounds", "1"],
        ["bench", "--digits", "1000", "--rounds", "1", "--peers"],
        ["verify", "missing-" * 20],
        ["compute", "abc"],
    ],
    ids=lambda arguments: " ".join(arguments)[:24],
)
def test_nothing_is_wider_than_the_terminal(arguments, columns):
    code, shown, _ = pi_on_terminal(*arguments, columns=columns)
    assert code == (2 if arguments[0] in ("verify", "compute") else 0), shown
    assert shown.strip()
    assert max(map(text_width, shown.splitlines())) <= columns
    assert "\t" not in shown


def test_columns_has_the_last_word():
    for columns in (60, 45):
        _, shown, _ = pi_on_terminal("series", "list", columns=80, environment={"COLUMNS": str(columns)})
        assert max(map(text_width, shown.splitlines())) <= columns


def test_what_is_left_out_is_named_unless_quiet():
    code, shown, _ = pi_on_terminal("series", "list", columns=40)
    assert code == 0
    assert "Chudnovsky brothers" not in shown
    flat = " ".join(shown.split())
    assert (
        "pi-engine: this terminal is too narrow for columns 'title', 'family': widen it, or use --json or a pipe"
        in flat
    )
    assert "too narrow" not in pi_on_terminal("series", "list", "-q", columns=40)[1]
    assert "too narrow" not in pi_on_terminal("series", "list", columns=80)[1]


def test_a_pipe_gets_every_column_between_tabs():
    """A pipe gets them also where stderr is a narrow terminal."""
    _, shown, piped = pi_on_terminal("series", "list", columns=40, pipe_stdout=True)
    assert shown == ""
    assert piped == pi("series", "list").stdout
    header, *rows = [line.split("\t") for line in piped.splitlines()]
    assert header == ["name", "title", "family", "digits per term", "cost"]
    assert rows[0] == ["chudnovsky", "Chudnovsky brothers", "Ramanujan–Sato, level 1", "14.1816", "0.3675"]
    assert {len(row) for row in rows} == {5}


@pytest.mark.parametrize(
    ("arguments", "labels"),
    [
        (["info"], {"gmpy2", "processor", "memory limit"}),
        (["near-integer", "--digits", "20"], {"e^(π√163)", "nearest integer", "digits of π"}),
        (["series", "derive", "163"], {"discriminant", "a/b", "verified"}),
        (["identities", "euler", "--digits", "20"], {"identity", "verdict", "statement", "source"}),
    ],
)
def test_a_pipe_gets_labels_and_values_between_tabs(capsys, arguments, labels):
    assert run(arguments) == 0
    entries = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert {len(entry) for entry in entries} == {2}
    assert labels <= {label for label, _ in entries}


@pytest.mark.parametrize(
    "environment", [{"LANG": "C", "LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"NO_COLOR": "1"}]
)
def test_any_terminal_will_do(environment):
    for arguments in (
        ["series", "list"],
        ["near-integer"],
        ["compute", "1e4"],
        ["identities", "euler", "--digits", "9"],
        ["series", "show", "leibniz", "--terms", "3"],  # the one with colours
    ):
        code, shown, _ = pi_on_terminal(*arguments, environment=environment)
        assert code == 0, shown
        assert "Traceback" not in shown
        assert "\x1b" not in shown


def test_warnings_of_the_library_are_lines_unless_quiet(capsys, monkeypatch):
    def compute(*arguments, **options):
        logging.getLogger("pi_engine").warning("pi-engine: the library has %s", "something to say")
        return real(*arguments, **options)

    real = engine.compute
    monkeypatch.setattr(engine, "compute", compute)
    for options, lines in (([], 2), (["-q"], 0), ([], 2)):
        assert run(["compute", "5", *options]) == 0
        errors = capsys.readouterr().err
        assert errors.count("\n") == lines
        assert errors.startswith("pi-engine: the library has something to say\n") or options


@pytest.mark.parametrize("columns", [80, 40])
def test_verdicts_and_closing_lines_wrap_at_words(tmp_path, columns):
    source, target = tmp_path / "pi.txt", tmp_path / "pi.ycd"
    for arguments, words in (
        (["compute", "1e4", "-o", str(source)], ["10_000", "digits", "checked;", "written"]),
        (["convert", str(source), str(target)], ["10_000", "digits", "text", "ycd", "written", "compared"]),
        (["verify", str(target)], ["10_000", "digits", "base", "method"]),
        (["verify", str(source), "--digits", "1e5"], ["truncated:", "10_000", "100_000", "compared"]),
    ):
        _, shown, _ = pi_on_terminal(*arguments, columns=columns)
        lines = shown.strip("\n").splitlines()
        assert max(map(text_width, lines)) <= columns
        assert all(line.startswith("    ") for line in lines[1:])
        assert set(words) <= set(shown.split())


@pytest.mark.parametrize(
    "arguments", [["series", "list"], ["info"], ["identities", "--digits", "9"], ["info", "--json"]]
)
def test_a_closed_pipe_ends_quietly(arguments):
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


# ---------------------------------------------------------------- laying out


def test_cells_fold_at_words_before_columns_go():
    rows = [("one", "a long text that has to be folded somewhere", 1_000_000, "x"), ("two", "short", None, None)]
    text, omitted = format_table(TABLE, rows, 35)
    assert omitted == ["note"]
    assert text.splitlines() == [
        "name  what it is              count",
        "one   a long text that    1_000_000",
        "      has to be folded",
        "      somewhere",
        "two   short                       -",
    ]
    assert format_table(TABLE, rows, 20) == (
        "name      count\none   1_000_000\ntwo           -",
        ["what it is", "note"],
    )
    assert format_table(TABLE, rows, None)[0].splitlines() == [
        "name\twhat it is\tcount\tnote",
        "one\ta long text that has to be folded somewhere\t1000000\tx",
        "two\tshort\t\t",
    ]


def test_columns_that_may_not_go_become_a_list():
    columns = (Column("first"), Column("second", right=True))
    text, omitted = format_table(columns, [("a" * 15, 123_456_789)], 20)
    assert omitted == []
    assert text.splitlines() == ["first", "    " + "a" * 15, "second", "    123_456_789"]


def test_equal_ranks_go_from_the_right():
    columns = (Column("a" * 9), *(Column(letter * 9, rank=1) for letter in "bcd"))
    assert format_table(columns, [("", "", "", "")], 30)[1] == ["d" * 9]


def test_every_width_holds_what_is_laid_out(rng):
    """Words of all kinds: longer than a line, wide, combining, right to left with marks."""
    letters = "abcπ√−₂漢字é\u0301\u0651한"
    for _ in range(200):
        words = ["".join(rng.choices(letters, k=rng.randrange(1, 30))) for _ in range(rng.randrange(12))]
        text = " ".join(words)
        width = rng.randrange(20, 90)
        assert max(map(text_width, wrap(text, width))) <= width
        assert "".join(" ".join(wrap(text, width)).split()) == "".join(words)
        assert max(map(text_width, hang(f"    {text}", width, 8).splitlines()), default=0) <= width
        entries = [(word[:15], text) for word in words]
        assert max(map(text_width, format_entries(entries, width).splitlines()), default=0) <= width
        rows = [(word[:9], text, rng.randrange(10**6), word) for word in words]
        table, _ = format_table(TABLE, rows, width)
        assert max(map(text_width, table.splitlines())) <= width


def test_columns_stay_in_line_beside_wide_and_combining_characters():
    rows = [("漢字", 1), ("e\u0301", 2), ("π√−", 3)]
    text, _ = format_table((Column("name"), Column("n", right=True)), rows, 80)
    assert {text_width(line) for line in text.splitlines()} == {7}
    assert [text_width(x) for x in ("漢字", "e\u0301", "π√−₂³", "ａ")] == [4, 1, 5, 2]


def test_tabs_and_line_breaks_do_not_divide_a_cell():
    row = ("a\tb", "c\nd", 1, None)
    assert format_table(TABLE, [row], None)[0].splitlines()[1] == "a b\tc d\t1\t"
    assert format_entries([("a\nb", "c\td")], None) == "a b\tc d\n"


def test_a_long_line_hangs():
    assert hang("short", 20) == "short"
    assert hang("one two three four five six", 20).splitlines() == ["one two three four", "    five six"]
    assert hang("x" * 30, 20).splitlines() == ["x" * 20, "    " + "x" * 10]


def test_a_width_for_every_stream(monkeypatch):
    class Stream:
        def __init__(self, terminal):
            self.isatty = lambda: terminal

    assert width_of(None) is None
    assert width_of(Stream(terminal=False)) is None
    for columns, width in (("", 80), ("132", 132), ("0", 80), ("wide", 80), ("3", 20)):
        monkeypatch.setenv("COLUMNS", columns)
        assert width_of(Stream(terminal=True)) == width
    with open(sys.executable, "rb") as closed:  # noqa: PTH123 (any file)
        pass
    assert width_of(closed) is None


def test_control_characters_of_a_file_name_are_escaped(tmp_path):
    """Control characters would break a line in two, or tell the terminal what to do."""
    name = "n\nl\x1b[31m.txt"
    (tmp_path / name).write_text("3.14159265358979")
    for arguments in (["verify", name], ["convert", name, f"2{name}"], ["compute", "60", "-o", f"3{name}"]):
        answer = pi(*arguments, cwd=tmp_path)
        shown = answer.stdout + answer.stderr
        assert answer.returncode == 0 and "n\\nl\\x1b[31m.txt" in shown
        assert "\x1b" not in shown and len(shown.splitlines()) == 1
    again = pi("compute", "60", "-o", f"3{name}", cwd=tmp_path)
    assert again.returncode == 2 and "\x1b" not in again.stderr and len(again.stderr.splitlines()) == 1


def test_a_full_line_is_followed_by_no_empty_one():
    for width in range(3, 30):
        for text in ("abcdefghij", "ab cdefgh ij k", "   ab cd", "word " * 9 + "\n"):
            lines = hang(text, width, indent=2).split("\n")
            assert all(line.strip() for line in lines), (text, width)
