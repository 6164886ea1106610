"""`scripts/pi` and `scripts/test` on machines that lack something, and the rules of language that `scripts/prose` holds."""

import importlib
import os
import pty
import shutil
import subprocess
from types import SimpleNamespace

import pytest

from tests.command import everything_on, run_code

TOOLS = ("sh", "dirname", "cat", "cksum", "printf", "mkdir", "rm", "tail", "flock")


@pytest.fixture
def bare(checkout, tmp_path):
    """A checkout of the scripts alone, and a folder of programs without a Python."""
    shutil.copytree(checkout / "scripts", tmp_path / "scripts")
    shutil.copy(checkout / "pyproject.toml", tmp_path)
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in TOOLS:
        if found := shutil.which(tool):
            (programs / tool).symlink_to(found)
    return tmp_path


def run(bare, script, **environment):
    environment["PATH"] = str(bare / "bin")
    return subprocess.run([bare / "scripts" / script], env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("script", ["pi", "test"])
def test_without_python_there_is_one_clear_line(bare, script):
    answer = run(bare, script)
    assert answer.returncode == 1
    assert answer.stderr == (
        f"scripts/{script}: needs Python 3.11 or newer with its venv module: install it, or set PYTHON to one\n"
    )


@pytest.mark.parametrize("script", ["pi", "test"])
def test_a_python_that_is_too_old_is_no_python(bare, script):
    old = bare / "bin" / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")  # as `sys.exit(sys.version_info < (3, 11))` would
    old.chmod(0o755)
    assert "needs Python 3.11" in run(bare, script).stderr


def test_a_python_without_its_venv_module_is_told_by_the_package_that_has_it(bare):
    incomplete = bare / "bin" / "python3"
    incomplete.write_text("#!/bin/sh\ncase $2 in *ensurepip*) exit 1 ;; esac\nexit 0\n")
    incomplete.chmod(0o755)
    answer = run(bare, "pi")
    assert answer.returncode == 1
    assert answer.stderr == (
        "scripts/pi: python3 lacks its venv module: install it (Debian, Ubuntu: apt install python3-venv), "
        "or set PYTHON to another Python\n"
    )


@pytest.mark.parametrize(
    ("script", "arguments", "line"),
    [
        ("build-wheels", "--help", "takes one argument, the folder for the distributions"),
        ("build-wheels", "one two", "takes one argument, the folder for the distributions"),
        ("test-wheel", "no.whl", "there is no file no.whl: scripts/build-wheels makes the distributions"),
        ("test-wheel", "no.tar.gz", "there is no file no.tar.gz: scripts/build-wheels makes the distributions"),
        ("docs", "clean", "takes 'serve' or nothing, not 'clean'"),
        ("docs", "serve 8001", "takes 'serve' or nothing, not 'serve 8001'"),
    ],
)
def test_arguments_that_name_no_place_or_file(bare, script, arguments, line):
    command = [bare / "scripts" / script, *arguments.split()]
    answer = subprocess.run(command, env={"PATH": str(bare / "bin")}, capture_output=True, text=True)
    assert (answer.returncode, answer.stderr) == (2, f"scripts/{script}: {line}\n")


def fake_python(bare):
    """One that makes environments whose pip notes what it was asked for."""
    python = bare / "bin" / "python3"
    python.write_text(
        """#!/bin/sh
[ "$1" = -c ] && exit 0
case $2 in
    venv) mkdir -p "$3/bin" && cat "$0" >"$3/bin/python" && chmod 755 "$3/bin/python" ;;
    pip) shift 2 && echo "Collecting click==8 (from somewhere)" && echo "$*" >>"$ASKED" ;;
    *) echo "ran $*" ;;
esac
"""
    )
    python.chmod(0o755)
    (bare / "bin" / "chmod").symlink_to(shutil.which("chmod"))


def set_up(bare, terminal=None, **environment):
    environment = {"PATH": str(bare / "bin"), "ASKED": str(bare / "asked"), **environment}
    return subprocess.run(
        [bare / "scripts" / "pi", "--version"], env=environment, stdout=subprocess.PIPE,
        stderr=terminal or subprocess.PIPE, text=True,
    )  # fmt: skip


def test_extras_are_asked_for_once_and_kept(bare):
    fake_python(bare)
    answer = set_up(bare, PI_ENGINE_EXTRAS="plot")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert (
        answer.stderr
        == "scripts/pi: there is no extra 'plot': PI_ENGINE_EXTRAS takes plots, look, serve, distributed and peers\n"
    )
    assert set_up(bare).stderr == "scripts/pi: setting up .venvs/run, once (a minute or so)\n"
    (bare / "asked").unlink()
    answer = set_up(bare, PI_ENGINE_EXTRAS="plots,peers")
    assert "ran -P -m pi_engine --version" in answer.stdout
    assert answer.stderr == "scripts/pi: setting up .venvs/run anew, with plots,peers (a minute or so)\n"
    folder, hashed = bare / "scripts/requirements", "install --disable-pip-version-check --require-hashes -r"
    wanted = [*(f"{hashed} {folder}/{name}.txt" for name in ("run", "plots", "peers"))]
    wanted.append(f"install --disable-pip-version-check --no-deps --no-build-isolation -e {bare}")
    assert (bare / "asked").read_text().splitlines() == wanted
    set_up(bare)
    assert set_up(bare, PI_ENGINE_EXTRAS="peers").stderr == ""  # what is installed already
    (bare / "scripts/requirements/run.txt").write_text("click==9\n")
    set_up(bare)
    assert (bare / "asked").read_text().splitlines() == wanted * 2


def test_a_clone_that_has_extras_by_their_earlier_names_keeps_them(bare):
    fake_python(bare)
    (bare / ".venvs").mkdir()
    (bare / ".venvs/run.extras").write_text("statistics,viewer,server\n")
    assert set_up(bare).returncode == 0
    installed = [line.rpartition("/")[2] for line in (bare / "asked").read_text().splitlines() if "-r " in line]
    assert installed == ["run.txt", "look.txt", "serve.txt"]
    assert (bare / ".venvs/run.extras").read_text() == "look,serve\n"


def test_locking_without_uv_is_one_clear_line(bare):
    before = (bare / "scripts/requirements/run.txt").read_text()
    answer = run(bare, "lock")
    assert (answer.returncode, answer.stderr) == (
        1, "scripts/lock: needs uv: install it, such as by 'pipx install uv'\n"
    )  # fmt: skip
    assert (bare / "scripts/requirements/run.txt").read_text() == before


def test_the_setup_shows_its_steps_on_a_terminal_only(bare):
    fake_python(bare)
    answer = set_up(bare)
    assert answer.stderr == "scripts/pi: setting up .venvs/run, once (a minute or so)\n"
    (bare / ".venvs/run/stamp").unlink()
    ours, theirs = pty.openpty()
    set_up(bare, terminal=theirs)
    os.close(theirs)
    shown = everything_on(ours)
    assert "setting up .venvs/run" in shown
    assert "    Collecting click==8\n" in shown


def test_the_order_in_which_a_python_is_looked_for(bare):
    """The user's choice, the usual one, then by version: those that the tests run on, newest first, before newer ones."""

    def chosen(**environment):
        return run(bare, "pi", **environment).stderr.splitlines()[1]

    for name in ("python3.14", "python3.11", "python3.12", "python3.13", "python3", "mine"):
        python = bare / "bin" / name
        python.write_text(f'#!/bin/sh\n[ "$1" = -c ] && exit 0\necho {name} >&2\nexit 1\n')
        python.chmod(0o755)
        assert chosen() == ("python3" if name == "mine" else name)
    assert chosen(PYTHON="mine") == "mine"


def test_a_setup_that_fails_says_so_and_leaves_no_environment(bare):
    broken = bare / "bin" / "python3"
    broken.write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "no disk left" >&2\nexit 1\n')
    broken.chmod(0o755)
    answer = run(bare, "pi")
    assert answer.returncode == 1
    assert "no disk left" in answer.stderr
    assert answer.stderr.splitlines()[-1].startswith("scripts/pi: the setup failed; ")
    assert not (bare / ".venvs" / "run" / "stamp").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_without_permission_is_one_line(tmp_path):
    """The real thing, as nobody; `test_output_files` replaces the system's answer."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o755)
    code = (
        "import difflib, mmap, os, shutil, sys;"  # nobody may not be able to read them any more
        "import pi_engine.cli.commands.compute.command, pi_engine.engine.compute, pi_engine.engine.result_file;"
        "from pi_engine.cli.main import run; os.setuid(65534); sys.exit(run(sys.argv[1:]))"
    )
    answer = run_code(code, "compute", "5", "-o", str(closed / "pi.txt"))
    assert answer.returncode == 2
    assert answer.stderr.count("\n") == 1
    assert list(closed.iterdir()) == []


# ---------------------------------------------------------------- scripts/prose: what a rule of language finds, and what it passes

LONG = "So this sentence goes on and on, with one thought after another, " * 4 + "and then it ends."


@pytest.fixture(scope="module")
def rules(checkout):
    """What `python -m scripts.prose PAGE` says of a Markdown text, a rule a line."""
    pytest.importorskip("markdown_it")
    prose = importlib.import_module("scripts.prose.__main__")

    def found(folder, markdown):
        page = checkout / "docs" / folder.name  # only its name is used
        texts = prose.page_texts(SimpleNamespace(read_text=lambda encoding: markdown, relative_to=page.relative_to))
        return [rule for text in texts for rule in prose.broken_rules(text)]

    return found


@pytest.mark.parametrize(
    "markdown",
    [
        LONG,
        f"# A page\n\n- an item. {LONG}",
        "It has two parts, of which one is empty.",
        "| a | b |\n|---|---|\n| it is a number where there is none | 1 |",
        "All but the last are read.",
        "It is empty, nor is it a folder.",
    ],
)
def test_a_sentence_that_breaks_a_rule_is_found(rules, tmp_path, markdown):
    assert len(rules(tmp_path, markdown)) == 1


@pytest.mark.parametrize(
    "markdown",
    [
        "One sentence. Another one. " * 20,
        f"```text\n{LONG}\n```",
        f"| a |\n|---|\n| {LONG} |",
        f"It prints `{LONG}`.",
        "The bound is " + "·".join(["(a+1)^2"] * 40) + " at most.",
    ],
)
def test_code_tables_and_formulas_may_be_long(rules, tmp_path, markdown):
    assert rules(tmp_path, markdown) == []


def test_the_words_of_options_fields_and_messages_are_read(checkout):
    pytest.importorskip("markdown_it")
    texts = [*importlib.import_module("scripts.prose.__main__").texts()]
    for place, words in (
        ("pi-engine compute --memory", "Memory to stay within"),
        ("pi-engine.schema.json", "Digits after the point."),
        ("pi_engine.compute", "N ≥ 0, the digits after the point"),
        ("pi_engine/engine/arguments.py", "the number of digits must not be negative"),
        ("docs/find.md", "Where is my birthday in π?"),
    ):
        assert any(text.place.startswith(place) and words in text.words for text in texts), place
