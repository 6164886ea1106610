"""Hostile TOML files of series: bounded in time and memory before they are parsed."""

import os
import subprocess
import tomllib
from contextlib import suppress

import pytest

from pi_engine import UsageError
from pi_engine.series import load
from pi_engine.series.user.toml_bounds import MOST_PARTS, require_bounded
from tests.command import COMMAND

SERIES = 'pi = "9801 sqrt(2) / (4 S)"\np = "(4k-3)(2k-1)(4k-1)"\nq = "396^4/8 k^3"\n'


def dotted(parts):
    return ".".join("a" * parts)


HOSTILE = {
    "a dotted key": f"{dotted(40_000)} = 1",
    "a header": f"[{dotted(200_000)}]",
    "a header of tables": f"[[{dotted(200_000)}]]",
    "a dotted key within a table": f"x = {{{dotted(40_000)} = 1}}",
    "a dotted key of text": ".".join(['"a"'] * 40_000) + " = 1",
    "a dotted key with blanks": " . ".join("a" * 40_000) + " = 1",
    "behind text on many lines": f'x = {{b = """\n"""", {dotted(40_000)} = 1}}',
    "behind text that ends in quotes": f'x = {{b = """a""""", {dotted(40_000)} = 1}}',
    "behind text that ends in apostrophes": f"x = {{b = '''a'''', {dotted(40_000)} = 1}}",
    "behind an escaped quote": f'x = {{b = "\\"", {dotted(40_000)} = 1}}',
    "behind what is no escape": f"x = {{b = '\\', {dotted(40_000)} = 1}}",
    "tables in tables": "x = " + "{a = " * 50_000 + "1" + "}" * 50_000,
    "arrays in arrays": "x = " + "[" * 400_000 + "]" * 400_000,
    "a long key": "a" * 1_000_000 + " = 1",
    "a long key of text": '"' + "a" * 1_000_000 + '" = 1',
    "a long number": "x = 0x" + "f" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_before_they_are_parsed(tmp_path, monkeypatch, name):
    monkeypatch.setattr(tomllib, "loads", lambda text: pytest.fail("the parser has been called"))
    path = tmp_path / "mine.toml"
    path.write_text(f"title = 'mine'\n{HOSTILE[name]}\n")
    with pytest.raises(UsageError, match=r": line [23] (has|is) ") as refused:
        load(path)
    assert len(str(refused.value)) < 300 and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        'x = """' + '"""\n' * 300_000,
        'x = """\n' * 140_000 + "\\",
        "x = '''\n" * 130_000,
        '"' * 1_000_000,
        "'" * 1_000_000,
        '"\\' * 500_000,
        "#\n" * 500_000,
        "[[sum]]\n" * 130_000,
        "a = 1\n" * 170_000,
    ],
    ids=range(9),
)
def test_text_that_is_looked_through_in_one_pass(text):
    """No more work a character in a long text than in a short one: else the test would last for hours."""
    with suppress(UsageError):
        require_bounded(text)


@pytest.mark.parametrize(
    "text",
    [
        SERIES + 'a = "26390k + 1103"',
        SERIES + "a = [1103, 26390]",
        SERIES + f'a = [1103, 26390]\ntitle = """a.b.c.d.e.f.g.h.i.j"""\n# {"." * 1000} {"[" * 1000}',
        SERIES + f"a = [1103, 26390]\nformula = \"{'.' * 900}\"\nsource = '{'[{' * 400}'",
        SERIES + f'a = "{"26390k".zfill(4000)} + 1103"',
    ],
    ids=range(5),
)
def test_series_are_read_as_before(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    assert load(path).family == "user"


PIECES = (
    '"""', "'''", '"', "'", '""', "''", "\\", '\\"', "\n", "#", "= ", "x", "1", "[", "]", "{", "}", ",", "y = ", '""""', "''''", '"a"',
)  # fmt: skip


def test_the_parser_never_sees_more_parts_than_were_counted(rng):
    """Random tokens around a key of too many parts: where the parser takes the file, the key is text, or has been refused."""
    key = dotted(MOST_PARTS + 1)
    taken = refused = 0
    for _ in range(40_000):
        before, after = ("".join(rng.choices(PIECES, k=rng.randrange(8))) for _ in range(2))
        text = (
            rng.choice(["z = {", "z = [{", "", "z = '"])
            + before
            + rng.choice([key + " = 1", key])
            + after
            + rng.choice(["", "}", "}]", "'"])
        )
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            continue
        taken += 1
        try:
            require_bounded(text)
        except UsageError:
            refused += 1
        else:
            assert depth(table) < MOST_PARTS, text
    assert taken > 100 and refused > 20


def depth(value):
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return max(map(depth, value), default=0) if isinstance(value, list) else 0


def test_unknown_keys_are_shown_in_short(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(f"{'b' * 99} = 1\n{SERIES}")
    with pytest.raises(UsageError, match=f"unknown key '{'b' * 40}…'"):
        load(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")
def test_a_pipe_that_nobody_writes_to_is_told(tmp_path):
    pipe = tmp_path / "mine.toml"
    os.mkfifo(pipe)
    command = [*COMMAND, "compute", "5", "--series", str(pipe)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr.readline() == (
            f"pi-engine: waiting for {pipe}: nothing has come yet; press Ctrl-C to give up\n"
        )
        pipe.write_text(SERIES + "a = [1103, 26390]")
        assert process.communicate()[0] == "3.14159\n"
