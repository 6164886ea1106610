"""Shell completion, in the shells themselves: keys are typed into a terminal, and the line that the shell has made of them is read."""

import os
import pty
import select
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time

import click
import pytest

from pi_engine.cli.main import cli, run
from pi_engine.identities import catalogue
from pi_engine.identities.registry import TITLES

SHELLS = [
    pytest.param(name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"{name} is not installed"))
    for name in ("bash", "zsh", "fish")
]
FILES = ("digits of π.txt", "other.ycd", "mine.toml", "größe/pi.txt", "sub folder/pi.txt", "sub folder/own.toml")
SHOW = "\x18p"
"""Ctrl-X p: append the line as it stands to the file `line`, and a mark."""

STARTS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
SETUPS = {
    "bash": """bind 'set show-all-if-ambiguous on'; bind -x '"\\C-xp": printf "%s<end>" "$READLINE_LINE" >>"$HOME/line"'; """
    'eval "$(pi-engine completion bash)"',
    "zsh": """show() { print -rn -- "$BUFFER<end>" >>$HOME/line }; zle -N show; bindkey '^Xp' show; eval "$(pi-engine completion zsh)" """,
    "fish": """bind \\cxp 'printf "%s<end>" (commandline) >>$HOME/line'; pi-engine completion fish | source""",
}


class Terminal:
    """An interactive shell in a folder with FILES, its completion loaded."""

    def __init__(self, shell, home):
        self.shell, self.home, self.text = shell, home, ""
        (home / "bin").mkdir(parents=True)
        command = home / "bin" / "pi-engine"
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -P -m pi_engine "$@"\n')
        command.chmod(0o755)
        for name in FILES:
            (home / "work" / name).parent.mkdir(parents=True, exist_ok=True)
            (home / "work" / name).touch()
        environment = {
            "HOME": str(home),
            "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "INPUTRC": "/dev/null",
        }
        self.process, self.descriptor = self.started(environment)
        threading.Thread(target=self.read, daemon=True).start()
        self.type(SETUPS[shell] + "\n" + SHOW)
        self.setup = self.lines(1)

    def started(self, environment):
        process, descriptor = pty.fork()
        if process == 0:
            os.chdir(self.home / "work")
            os.execvpe(STARTS[self.shell][0], STARTS[self.shell], environment)
        return process, descriptor

    def read(self):
        while True:
            try:
                chunk = os.read(self.descriptor, 65536)
            except OSError:
                return
            if not chunk:
                return
            self.text += chunk.decode(errors="replace")

    def type(self, keys):
        data = keys.encode()
        while data:
            select.select([], [self.descriptor], [], 60)
            data = data[os.write(self.descriptor, data) :]

    def lines(self, count):
        """What the first `count` presses of SHOW have shown."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            shown = (self.home / "line").read_text().split("<end>")[:-1] if (self.home / "line").exists() else []
            if len(shown) >= count:
                return shown
            time.sleep(0.02)
        raise AssertionError(f"{self.shell} did not answer; on its screen:\n{self.text}")

    def complete(self, start):
        """The line that TAB makes of `start`."""
        count = len(self.lines(0))
        self.type(f"{start}\t{SHOW}")
        line = self.lines(count + 1)[-1]
        self.type("\x05\x15")  # to the end of the line, and take it away
        return line

    def close(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


@pytest.fixture(params=SHELLS, scope="module")
def terminal(request, tmp_path_factory):
    opened = Terminal(request.param, tmp_path_factory.mktemp(request.param))
    yield opened
    opened.close()


def words_of(line):
    """The words of a line, whichever way the shell has quoted them, and whether the last one is finished."""
    try:
        return shlex.split(line), line.endswith(" ")
    except ValueError:  # a quotation mark is still open
        return shlex.split(line + "'"), False


@pytest.mark.parametrize(
    ("start", "words", "finished"),
    [
        ("pi-engine conv", ["pi-engine", "conver"], False),
        ("pi-engine conve", ["pi-engine", "conver"], False),
        ("pi-engine verify dig", ["pi-engine", "verify", "digits of π.txt"], True),
        ("pi-engine verify digits\\ of", ["pi-engine", "verify", "digits of π.txt"], True),
        ("pi-engine verify grö", ["pi-engine", "verify", "größe/"], False),
        ("pi-engine verify größe/", ["pi-engine", "verify", "größe/pi.txt"], True),
        ("pi-engine verify ~/work/oth", ["pi-engine", "verify", "~/work/other.ycd"], True),
        ("pi-engine verify mine.toml oth", ["pi-engine", "verify", "mine.toml", "other.ycd"], True),
        (
            "pi-engine verify mine.toml other.ycd dig",
            ["pi-engine", "verify", "mine.toml", "other.ycd", "digits of π.txt"],
            True,
        ),
        ("pi-engine verify --method kn", ["pi-engine", "verify", "--method", "known"], True),
        ("pi-engine compute 10 -o sub", ["pi-engine", "compute", "10", "-o", "sub folder/"], False),
        ("pi-engine compute 10 --output=oth", ["pi-engine", "compute", "10", "--output=other.ycd"], True),
        ("pi-engine compute --series ram", ["pi-engine", "compute", "--series", "ramanujan"], True),
        ("pi-engine compute --series=ram", ["pi-engine", "compute", "--series=ramanujan"], True),
        ("pi-engine compute --series Ram", ["pi-engine", "compute", "--series", "ramanujan"], True),
        ("pi-engine compute --series deri", ["pi-engine", "compute", "--series", "derived:"], False),
        ("pi-engine compute --series derived:", ["pi-engine", "compute", "--series", "derived:"], False),
        (
            "pi-engine compute --series derived:163 --thr",
            ["pi-engine", "compute", "--series", "derived:163", "--threads"],
            True,
        ),
        ("pi-engine compute --series min", ["pi-engine", "compute", "--series", "mine.toml"], True),
        ("pi-engine compute --series=min", ["pi-engine", "compute", "--series=mine.toml"], True),
        ("pi-engine compute --series sub", ["pi-engine", "compute", "--series", "sub folder/"], False),
        ("pi-engine compute --series sub\\ folder/", ["pi-engine", "compute", "--series", "sub folder/own.toml"], True),
        ("pi-engine convergence --series chud", ["pi-engine", "convergence", "--series", "chudnovsky"], True),
        ("pi-engine convergence --plot oth", ["pi-engine", "convergence", "--plot", "other.ycd"], True),
        ("pi-engine series show stor", ["pi-engine", "series", "show", "stormer"], True),
        ("pi-engine series show leib", ["pi-engine", "series", "show", "leibniz"], True),
        ("pi-engine compute --series leib", ["pi-engine", "compute", "--series", "leib"], False),
        ("pi-engine series list --file min", ["pi-engine", "series", "list", "--file", "mine.toml"], True),
        ("pi-engine identities eu", ["pi-engine", "identities", "euler"], True),
        ("pi-engine identities euler rog", ["pi-engine", "identities", "euler", "rogers-ramanujan"], True),
        ("pi-engine convert oth", ["pi-engine", "convert", "other.ycd"], True),
        ("pi-engine convert other.ycd 'sub", ["pi-engine", "convert", "other.ycd", "sub folder/"], False),
    ],
)
def test_tab_completes(terminal, start, words, finished):
    assert words_of(terminal.complete(start)) == (words, finished)


def test_loading_prints_nothing(terminal):
    """Least of all in a zsh that has not run compinit."""
    assert "command not found" not in terminal.text
    assert "error" not in terminal.text
    assert "usage" not in terminal.text.lower()


@pytest.mark.parametrize(
    ("start", "listed"),
    [
        ("pi-engine identities st", ["stirling-coefficients", "stirling-pi"]),
        ("pi-engine compute --series level3-", ["level3-24", "level3-51"]),
        ("pi-engine near-integer --", ["--digits", "--json"]),
    ],
)
def test_tab_lists_what_is_possible(terminal, start, listed):
    if terminal.shell == "fish":  # its menu is drawn piece by piece
        code = f"{SETUPS['fish']}; complete -C {shlex.quote(start)}"
        environment = {"HOME": str(terminal.home), "PATH": f"{terminal.home / 'bin'}:{os.environ['PATH']}"}
        text = subprocess.run(["fish", "-c", code], env=environment, capture_output=True, text=True).stdout
    else:
        before = len(terminal.text)
        terminal.type(start + "\t")
        terminal.complete("")
        text = terminal.text[before:]
    for word in listed:
        assert word in text


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
def test_zsh_loads_the_script_from_fpath(tmp_path, capsys):
    assert run(["completion", "zsh"]) == 0
    (tmp_path / "_pi-engine").write_text(capsys.readouterr().out)
    code = "fpath=($PWD $fpath); autoload -Uz compinit; compinit -D -u; print $_comps[pi-engine]; _pi-engine 2>&1 | head -1"
    answer = subprocess.run(["zsh", "-f", "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert answer.stdout.splitlines()[0] == "_pi-engine"
    (tmp_path / "pi-engine").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pi_engine "$@"\n')
    (tmp_path / "pi-engine").chmod(0o755)
    calls = "compadd() { print called; }; _describe() { print called; }; compset() { : }; words=($COMMAND conver); CURRENT=2; PREFIX=conver"
    twice = f"fpath=($PWD $fpath); autoload -Uz _pi-engine; {calls}; _pi-engine; _pi-engine"
    environment = {**os.environ, "COMMAND": str(tmp_path / "pi-engine")}
    again = subprocess.run(["zsh", "-f", "-c", twice], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert again.stdout == "called\ncalled\n", again.stderr  # not at the first call alone
    assert answer.stderr == ""
    assert "compdef" not in answer.stdout  # it completes at once, where it can: outside a terminal it cannot


def test_every_identity_has_a_title():
    assert list(TITLES) == [identity.name for identity in catalogue()]


def test_whatever_names_a_file_or_a_series_completes():
    """All commands are asked, so that new ones are tested too."""

    def parameters(command, context):
        yield from ((context, parameter) for parameter in command.params)
        for name in command.list_commands(context) if isinstance(command, click.Group) else ():
            child = command.get_command(context, name)
            yield from parameters(child, click.Context(child, info_name=name, parent=context))

    naming = [
        (context, parameter)
        for context, parameter in parameters(cli, click.Context(cli))
        if (parameter.metavar or parameter.name.upper()).strip("[].") in {"FILE", "FILE.toml", "SRC", "DST", "NAME"}
    ]
    assert len(naming) >= 11
    for context, parameter in naming:
        assert parameter.shell_complete(context, ""), f"{context.command_path} {parameter.opts}"


@pytest.mark.parametrize("line", ["identities ", "compute --series ", "verify ", "co"])
def test_a_tab_imports_nothing_large(line):
    code = (
        "import sys, os; os._exit = sys.exit\n"
        "try:\n from pi_engine.cli.entry import main; main()\n"
        "except SystemExit: pass\n"
        "large = ('gmpy2', 'mpmath', 'numpy', 'numba', 'rich', 'platformdirs')\n"
        "print([name for name in large if name in sys.modules])"
    )
    environment = {
        **os.environ, "_PI_ENGINE_COMPLETE": "bash_complete", "COMP_WORDS": f"pi-engine {line}", "COMP_CWORD": "1",
    }  # fmt: skip
    answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert len(answer.stdout.splitlines()) > 1
    assert answer.stdout.splitlines()[-1] == "[]", answer.stderr
