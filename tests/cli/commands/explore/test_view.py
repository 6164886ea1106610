"""`view`: what it prints is what `convert` writes, at every place of every kind of file; and what it refuses."""

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pi_engine
from pi_engine.cli.main import run
from pi_engine.digits.ycd.ycd_header import header_bytes
from tests.command import COMMAND, pi, pi_on_terminal, run_code


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of 3000 digits."""
    folder = tmp_path_factory.mktemp("view")
    result = pi_engine.compute(3000)
    result.write(folder / "pi.ycd")
    result.write(folder / "set.ycd", block_size=700)
    result.write(folder / "pi.txt")
    result.write(folder / "pi.txt.gz")
    text = result.text()
    (folder / "headless.txt").write_text(text[2:])
    (folder / "wide.txt").write_bytes(text.encode("utf-16"))
    (folder / "counted.txt").write_text(
        "3.\n" + "".join(f"{text[2 + i : 52 + i]} : {i + 50}\n" for i in range(0, 3000, 50))
    )
    (folder / "hex.txt").write_text(pi_engine.compute(3000, base=16).text().lower())
    bits = "".join(f"{int(digit, 16):04b}" for digit in (folder / "hex.txt").read_text()[2:])
    (folder / "bits.txt").write_text(f"11.{bits[:3000]}")
    (folder / "octal.txt").write_text("3." + "".join(str(int(bits[i : i + 3], 2)) for i in range(0, 9000, 3)))
    (folder / "none.txt").write_text("3.")
    (folder / "three.txt").write_text("3")
    (folder / "empty.txt").touch()
    (folder / "words.txt").write_text("nothing to see here")
    content = bytearray((folder / "pi.ycd").read_bytes())
    content[-8 * 100 : -8 * 99] = b"\xff" * 8
    (folder / "damaged.ycd").write_bytes(content)
    (folder / "cut.ycd").write_bytes(content[:-80])
    (folder / "stray.txt").write_text(f"{text[:2002]}?{text[2002:]}")
    return folder


KINDS = [
    "pi.ycd", "set", "set/set - 2.ycd", "pi.txt", "pi.txt.gz", "headless.txt", "wide.txt", "counted.txt", "hex.txt", "bits.txt",
    "octal.txt", "-",
]  # fmt: skip


@pytest.fixture(params=KINDS)
def file(request, folder, monkeypatch):
    """The name of a file, and the digits that `convert` writes from it."""
    monkeypatch.chdir(folder)
    name = "pi.txt" if request.param == "-" else request.param
    assert run(["convert", name, "converted.txt", "-q", "--force"]) == 0
    return request.param, (folder / "converted.txt").read_text()[2:].removeprefix(".")


def shown(capsys, name, *arguments):
    """What is printed."""
    if name == "-":
        done = pi("view", name, *arguments, input=Path("pi.txt").read_text())
        assert done.returncode == 0, done.stderr
        return done.stdout
    assert run(["view", name, *arguments]) == 0
    return capsys.readouterr().out


def test_it_shows_what_convert_writes(file, capsys, rng):
    name, digits = file
    for _ in range(1 if name == "-" else 12):
        at = rng.choice([1, 2, 2999, 3000, rng.randrange(1, 3001)])
        count = rng.choice([0, 1, 10, 500, 10**20, rng.randrange(3000)])
        group, width = rng.choice([0, 1, 3, 7, 10, 100, 5000]), rng.choice([1, 20, 80, 1000, 10**6])
        expected = digits[at - 1 :][:count]
        printed = shown(
            capsys, name, "--at", str(at), "--count", str(count), "--group", str(group), "--width", str(width)
        )
        rows = [re.fullmatch(r" *([\d_]+)  ([\dA-F ]+)", line).groups() for line in printed.splitlines()]
        assert "".join(row.replace(" ", "") for _, row in rows) == expected
        place = at
        for i, (position, row) in enumerate(rows):
            assert int(position.replace("_", "")) == place
            groups = row.split(" ")
            if group:
                assert all(len(x) == group for x in groups[:-1]) and 1 <= len(groups[-1]) <= group
            if len(groups) > 1 and i < len(rows) - 1:
                assert len(printed.splitlines()[i]) <= width
            place += len(row.replace(" ", ""))
    assert shown(capsys, name, "--at", "100", "--count", "1e3", "--plain") == digits[99:1099] + "\n"
    assert shown(capsys, name, "--at", "end", "--count", "77", "--plain") == digits[-77:] + "\n"
    answer = json.loads(shown(capsys, name, "--at", "2950", "--count", "100", "--json"))
    assert (answer["position"], answer["count"], answer["digits"]) == (2950, 51, digits[2949:])


@pytest.mark.parametrize("name", ["none.txt", "three.txt"])
def test_no_digits_are_shown_as_none(folder, monkeypatch, capsys, name):
    monkeypatch.chdir(folder)
    for arguments, printed in (([], ""), (["--at", "end"], ""), (["--plain"], "\n")):
        assert run(["view", name, *arguments]) == 0
        assert capsys.readouterr().out == printed
    assert run(["view", name, "--at", "2"]) == 2
    assert run(["view", "--digits", "0"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["pi.ycd", "--at", "3001"], 2, "position 3_001 is after the end: pi.ycd has 3_000 digits after the point"),
        (["pi.txt.gz", "--at", "1e9"], 2, "position 1_000_000_000 is after the end: pi.txt.gz has 3_000 digits"),
        (["--digits", "1000", "--at", "1001"], 2, "position 1_001 is after the end: give --digits more than 1_000"),
        (["pi.ycd", "--at", "1e100"], 2, "is after the end"),
        (["pi.ycd", "--at", "0"], 2, "positions are counted from 1"),
        (["pi.ycd", "--at", "-5"], 2, "positions are counted from 1"),
        (["pi.ycd", "--at", "middle"], 2, "'middle' is not a count: .*, or 'end'"),
        (["pi.ycd", "--at", "1e5000"], 2, "too large"),
        (["pi.ycd", "--count", "-1"], 2, "must not be negative"),
        (["pi.ycd", "--count", "some"], 2, "'some' is not a count"),
        (["pi.ycd", "--group", "-1"], 2, "--group"),
        (["pi.ycd", "--group", "1000001"], 2, "--group"),
        (["pi.ycd", "--width", "0"], 2, "'0' is not a width: give 1 to 1_000_000 columns, or auto"),
        (["pi.ycd", "--width", "1000001"], 2, "is not a width"),
        (["pi.ycd", "--width", "1" * 5000], 2, "is not a width"),
        (["pi.ycd", "--base", "16"], 2, "holds digits of base 10, not 16"),
        (["pi.ycd", "pi.txt"], 2, "'pi.txt' is one argument too many: name one FILE"),
        (["pi.ycd", "--digits", "5"], 2, "give --digits or FILE"),
        ([], 2, "name a FILE, or give --digits N"),
        (["--base", "2", "--digits", "5"], 2, "base 10 or 16, not 2"),
        (["--digits", "1e12"], 4, "would fit"),
        (["--digits", "-3"], 2, "must not be negative"),
        (["missing.txt"], 2, "missing.txt cannot be read: No such file"),
        (["."], 2, "2 sets|name one|folder without"),
        ([""], 2, "empty"),
        (["words.txt"], 5, "no digits"),
        (["empty.txt"], 5, "the file is empty"),
        (["cut.ycd"], 5, "truncated"),
        (["pi.ycd", "--count", "1e9", "--json"], 2, "--json takes at most 100_000_000 digits"),
        (["pi.ycd", "-i"], 2, "-i needs a terminal on stdout"),
        (["pi.ycd", "-i", "--json"], 2, "-i shows a screen: leave out --json, or -i"),
        (["pi.ycd", "-i", "--plain"], 2, "leave out --plain"),
        (["pi.ycd", "-i", "--count", "500"], 2, "leave out --count"),
    ],
)
def test_what_is_refused_is_one_line(folder, monkeypatch, capsys, arguments, code, message):
    monkeypatch.chdir(folder)
    assert run(["view", *arguments, *([] if "--json" in arguments else ["-q"])]) == code
    said = capsys.readouterr()
    assert said.err.startswith("pi-engine: error: ") and said.err.count("\n") == 1
    assert re.search(message, said.err), said.err
    assert said.out == "" or "error" in json.loads(said.out)


def test_digits_before_a_damage_are_printed_and_then_the_error(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    digits = pi_engine.compute(3000).text()[2:]
    good = (158 - 100) * 19
    for name, until, message in (
        ("damaged.ycd", good, "does not hold 19 digits"),
        ("stray.txt", 2000, "is not a digit"),
    ):
        assert run(["view", name, "--at", "1001", "--count", "2000"]) == 5
        said = capsys.readouterr()
        assert "".join(line[7:].replace(" ", "") for line in said.out.splitlines()) == digits[1000:until]
        assert message in said.err and said.err.count("\n") == 1
        assert run(["view", name, "--at", str(until - 9), "--count", "10", "--plain"]) == 0
        assert capsys.readouterr().out == digits[until - 10 : until] + "\n"
        assert run(["view", name, "--at", "1001", "--count", "2000", "--json"]) == 5
        assert json.loads(capsys.readouterr().out)["error"]["code"] == 5
    assert run(["view", "damaged.ycd", "--at", "2001", "--count", "20", "--plain"]) == 0
    assert capsys.readouterr().out == digits[2000:2020] + "\n"


def test_remarks_of_the_reader_are_on_stderr_and_in_json(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    assert run(["view", "counted.txt", "--at", "end"]) == 0
    assert capsys.readouterr().err.startswith("pi-engine: counted.txt: ")
    assert run(["view", "counted.txt", "--json", "-q"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["notes"] and said.err == ""


def test_a_reader_that_has_seen_enough_ends_it_quietly(tmp_path):
    """A file of 10^11 digits, which takes no space, and `head`."""
    path = tmp_path / "zeros.ycd"
    header = header_bytes(10, 10**11, first="3." + "0" * 50)
    with path.open("wb") as stream:
        stream.write(header)
        stream.truncate(len(header) + 8 * -(-(10**11) // 19))
    with subprocess.Popen(
        [*COMMAND, "view", str(path), "--at", "5e10", "--count", "1e10"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"50_000_000_000  " + b" ".join([b"0" * 10] * 5) + b"\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


def test_lines_fit_the_terminal(folder):
    for columns, groups in ((40, 3), (80, 5), (130, 10)):
        _, shown, _ = pi_on_terminal("view", str(folder / "pi.ycd"), "--count", "200", columns=columns)
        assert len(shown.splitlines()[0]) == 5 + 11 * groups - 1


def test_a_terminal_that_cannot_move_its_cursor_is_refused(folder):
    code, shown, _ = pi_on_terminal("view", "-i", str(folder / "pi.ycd"), columns=200)
    assert code == 2 and "TERM says that this one cannot" in shown and shown.count("\n") == 1


def test_a_screen_without_a_keyboard_is_refused(folder):
    """Stdin is no terminal, and a session of its own has none."""
    alone = [
        sys.executable,
        "-c",
        "import os, sys; os.setsid(); os.execv(sys.executable, [sys.executable, *sys.argv[1:]])",
    ]
    code, shown, _ = pi_on_terminal(
        "view",
        "-i",
        str(folder / "pi.ycd"),
        columns=1000,
        environment={"TERM": "xterm"},
        command=[*alone, *COMMAND[1:]],
    )
    assert code == 2 and "-i needs a keyboard: stdin is not a terminal, and /dev/tty cannot be opened" in shown
    assert shown.count("\n") == 1


def test_the_extra_that_is_missing_is_named(folder, tmp_path):
    (tmp_path / "prompt_toolkit.py").write_text("raise ImportError")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    code, shown, _ = pi_on_terminal(
        "view", "-i", str(folder / "pi.ycd"), environment={"PYTHONPATH": path, "TERM": "xterm"}, columns=1000
    )
    assert code == 1 and "-i needs prompt_toolkit, which is not installed: run " in shown and shown.count("\n") == 1


def test_without_the_screen_its_library_is_not_imported(folder):
    code = "import sys; from pi_engine.cli.main import run; run(['view', sys.argv[1]]); sys.exit('prompt_toolkit' in sys.modules)"
    assert run_code(code, str(folder / "pi.ycd")).returncode == 0


def test_stdin_twice_is_not_needed(folder):
    """`--at end` of a pipe puts the digits aside; the temporary file goes with the command."""
    content = gzip.compress((folder / "pi.txt").read_bytes())
    done = pi("view", "-", "--at", "end", "--count", "10", "--plain", input=content, text=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, (folder / "pi.txt").read_bytes()[-10:] + b"\n", b"")


@pytest.mark.parametrize(("source", "name"), [(["--digits", "0"], "π, 0 digits"), (["point.txt"], "point.txt")])
def test_no_digits_are_said(tmp_path, monkeypatch, capsys, source, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "point.txt").write_text("3.")
    assert run(["view", *source]) == 0
    assert capsys.readouterr() == ("", f"pi-engine: {name}: there are no digits after the point\n")
