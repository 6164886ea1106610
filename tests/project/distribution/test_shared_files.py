"""share/, which an installation puts beside its programs: a man page that has all commands, and completion scripts where shells look."""

import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest

from tests.command import commands

completion_scripts = pytest.importorskip("scripts.manual.completion_scripts", reason="the source tree is not here")
man_page = pytest.importorskip("scripts.manual.man_page", reason="the source tree is not here")

PAGE = "share/man/man1/pi-engine.1"


@pytest.fixture(scope="module")
def shown(checkout):
    """The man page as text, which a terminal would show."""
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    command = ["groff", "-man", "-ww", "-Tutf8", "-k", "-P-c", "-P-b", "-P-u", "-rLL=200n", PAGE]
    done = subprocess.run(command, cwd=checkout, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_page_shows_every_command_with_its_options(shown):
    sections = dict(re.findall(r"(?m)^ {3}(pi-engine [a-z -]+)\n((?:\n| {4}.*\n)+)", shown))
    groups = {"pi-engine checkpoint", "pi-engine series"}
    assert {f"pi-engine {name}" for name, _ in commands()} | groups == set(sections)
    for name, command in commands():
        for parameter in command.params:
            if parameter.param_type_name == "option" and not parameter.hidden:
                start = rf"(?m)^ {{7}}(?:-\w, )?{parameter.opts[-1]}\b"
                assert re.search(start, sections[f"pi-engine {name}"]), (name, parameter.opts)


def test_the_page_shows_what_is_typed_as_it_is_typed(shown):
    assert "'-' is stdout" in shown
    assert re.search(r"(?m)^ +pi-engine view pi\.ycd --at 1e9 --count 100$", shown)
    assert re.search(r"(?m)^ +PI_ENGINE_DIGIT_STORE$", shown)


@pytest.mark.skipif(not shutil.which("man"), reason="man is not installed")
def test_man_finds_the_page_beside_the_program(checkout, tmp_path):
    """As in a virtual environment: beside bin/ stands share/."""
    (tmp_path / "bin").mkdir()
    shutil.copytree(checkout / "share", tmp_path / "share")
    environment = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "MANWIDTH": "80"}
    done = subprocess.run(["man", "--warnings", "pi-engine"], env=environment, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert "compute digits of π, and prove that they are right" in done.stdout


@pytest.mark.parametrize("text", [".ycd files", "'quoted'", r"a\b", "--at ^~`"])
def test_no_text_is_taken_for_a_request(text):
    line = man_page._line(text)
    assert not line.startswith((".", "'"))
    if shutil.which("groff"):
        command = ["groff", "-man", "-ww", "-Tutf8", "-k", "-P-c"]
        done = subprocess.run(command, input=f".TH X 1\n.SH Y\n{line}\n", capture_output=True, encoding="utf-8")
        assert done.stderr == "" and f" {text}\n" in done.stdout


@pytest.mark.parametrize("shell", completion_scripts.PLACES)
def test_the_script_is_the_one_that_the_command_prints(shell, checkout):
    command = [sys.executable, "-m", "pi_engine", "completion", shell]
    printed = subprocess.run(command, cwd=checkout, capture_output=True, encoding="utf-8", check=True).stdout
    assert completion_scripts.PLACES[shell].read_text(encoding="utf-8").strip() == printed.strip()


COMPLETE = {
    "bash": "source share/bash-completion/completions/pi-engine; COMP_LINE='pi-engine ' COMP_POINT=10 COMP_CWORD=1;"
    " $(complete -p pi-engine | sed 's/.*-F //; s/ .*//') pi-engine ''; printf '%s\\n' ${COMPREPLY[@]}",
    "zsh": "fpath=($PWD/share/zsh/site-functions $fpath); autoload -Uz compinit && compinit -u -D; print $_comps[pi-engine];"
    " compadd() { print -l ${@:6}; eval print -l '$'${@[-1]}; }; _describe() { eval print -l '$'${@[-2]}; }; compset() { : };"
    " words=(pi-engine ''); CURRENT=2; PREFIX=; autoload -Uz _pi-engine; _pi-engine",
    "fish": "complete -C 'pi-engine '",
}
"""What shows in each shell, without a terminal, what it completes with the installed file."""


@pytest.mark.parametrize("shell", COMPLETE)
def test_a_shell_completes_with_the_file(shell, checkout, tmp_path):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    program = tmp_path / "pi-engine"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m pi_engine "$@"\n')
    program.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8",
        "PYTHONPATH": str(checkout), "XDG_DATA_DIRS": str(checkout / "share"),
    }  # fmt: skip
    start = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": []}[shell]
    done = subprocess.run(
        [shell, *start, "-c", COMPLETE[shell]], cwd=checkout, env=environment, capture_output=True, encoding="utf-8"
    )
    assert {"convert", "near-integer"} <= set(re.findall(r"(?m)^[a-z-]+", done.stdout)), done.stderr
    assert "error" not in done.stderr
