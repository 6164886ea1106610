"""Every line of commands in the documentation runs, in its order: in an empty folder, or in a checkout where it names a file of it."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig

import pytest

from tests.conftest import MULTIPLIER, XDIST

DOCUMENTS = [
    *("CONTRIBUTING.md", "README.md"),
    *(f"docs/{name}.md" for name in ("benchmarks", "cli", "convergence", "files", "json", "memory", "series")),
]

HOW_TOS = [
    f"docs/howto/{name}.md" for name in ("digits-in-a-file", "lesson", "out-of-memory", "record", "strange-file")
]
"""Their lines are run where PI_ENGINE_TEST_MULTIPLIER > 1: one of them compiles all kernels, which takes a minute or two."""

SHORTER = [
    (r"compute 1000000\b", "compute 20000"),
    (r"\b1e7\b", "1e5"),
    (r"\bhex 1e8\b", "hex 1e5"),
    (r"\bcompute 1e8 --memory (1GiB|640MiB)\b", r"compute 1e5 --memory \1"),
    (r"\bconvergence\b(?!.*--digits)", "convergence --digits 1e3 --rounds 1"),
    (r"\bbench --peers\b", "bench --peers --digits 1e3 --rounds 1"),
    (r"\bnear-integer --digits 1e5\b", "near-integer --digits 1e4"),
    (r"\bview pi.ycd --at 1e6\b", "view pi.ycd --at 1e4"),
    (r"\breport -o\b", "report --digits 2e4 --seconds 1 --size 1e3 --size 1e4 -o"),
]
"""What takes more than a few seconds, and smaller numbers for it. PI_ENGINE_TEST_MULTIPLIER > 1 runs the lines as they stand."""

REPLACED = [
    (
        r"scripts/test benchmarks\S*",
        "scripts/test benchmarks/suite/test_small_jobs.py::test_compute --benchmark-max-time=0.001",
    ),
    (r"--benchmark-compare-fail=\S+", ""),  # a test does not depend on the clock
    (r"scripts/test((?: [^#]*)? tests/[^#]*)", r"scripts/test\1 --collect-only -q "),
    (r"scripts/test(?![-/\w])(?!.*(?:collect-only|benchmark))", "scripts/test tests/cli/parameters/test_quantities.py"),
    (r"scripts/(test-wheel|build-wheels).*", r"sh -n scripts/\1 && test -x scripts/\1"),
    (r"\.venvs/test/bin/python -m (\w+).*", rf"'{sys.executable}' -m \1 --version"),
    (r"\.venvs/test/bin/python scripts/make_docs.py", f"'{sys.executable}' scripts/make_docs.py --check"),
    (r"pi-engine serve (\S+)", r"timeout -s INT 5 pi-engine serve \1 --port 0; [ $? = 124 ]"),
    (r"\.venvs/test/bin/python (benchmarks/\S+).*", rf"'{sys.executable}' \1 --help"),
    (r"git worktree add .*", "git --version"),
    (r"\.ci/run", "bash -n .ci/run && test -x .ci/run"),
    (r"scripts/docs(?: serve)?", "sh -n scripts/docs && test -x scripts/docs"),
    *([] if shutil.which("jq") else [(r"\| jq .*", "| cat")]),
]
"""What would run these tests in themselves: a few of them are run, or collected. What never ends by itself. What reads JSON without jq."""

PRINTED = {
    "compute 1000": r"3\.14159\d{995}\n",
    "compute 1M --base 16": r"3\.243F6A88[0-9A-F]{999992}\n",
    "compute 1e6 --json": r'{.*"hash".*"seconds".*"checks".*',
    "verify": r".*\bok\b.*",
    "series list": r"name[^\n]*(\n[^\n]+){56,}\n",
    "series show chudnovsky": r".*640320.*",
    "series show leibniz": r".*2\.666666.*",
    "series derive 163": r".*13591409.*545140134.*",
    "convergence": r"(?=.*chudnovsky).*ramanujan.*",
    "hex": r"[0-9A-F]+\n",
    "find": r"pattern.*140388.*",
    "view": r".*\b[0-9]{10} [0-9]{10}\b.*",
    "stats": r".*tests is unusual.*",
    "bench": r"digits.*mpmath.*",
    "near-integer": r".*262537412640768744.*confirmed.*",
    "info": r".*gmpy2.*",
}
"""What the documentation says that a line prints, by how its command begins."""


def lines_of(path):
    """The commands of a document, in their order; one that goes on in the next line is one."""
    blocks = re.findall(r"^```sh\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    joined = "".join(blocks).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


@pytest.fixture(scope="module")
def clone(checkout, tmp_path_factory):
    """A copy of the checkout as after a clone, with a Python that installs nothing: it is the one that runs this."""
    clone = tmp_path_factory.mktemp("clone") / "pi-engine"
    shutil.copytree(checkout, clone, ignore=shutil.ignore_patterns(".venvs", ".git", "__pycache__", ".*_cache", "dist"))
    python = clone / "python"
    python.write_text(
        f'#!/bin/sh\ncase "$1 $2" in\n"-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;\n"-m pip") ;;\n'
        f'*) exec "{sys.executable}" "$@" ;;\nesac\n'
    )
    python.chmod(0o755)
    return clone


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The installed command first in PATH, and a home of its own."""
    scripts = sysconfig.get_path("scripts")
    assert shutil.which("pi-engine", path=scripts)
    home = str(tmp_path_factory.mktemp("home"))
    own = dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "NUMBA_CACHE_DIR"), home)
    inherited = {name: value for name, value in os.environ.items() if name != XDIST}  # as a person would start it
    return {**inherited, **own, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}


def test_every_document_with_commands_is_run(checkout):
    documents = [*checkout.glob("*.md"), *checkout.glob("docs/**/*.md")]
    named = sorted(DOCUMENTS + HOW_TOS)
    assert sorted(str(path.relative_to(checkout)) for path in documents if lines_of(path)) == named


@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS + (HOW_TOS if MULTIPLIER > 1 else []))
def test_every_line_runs_and_prints_what_is_said(checkout, clone, environment, tmp_path, document):
    for line in lines_of(checkout / document):
        command = line
        for pattern, text in REPLACED + (SHORTER if MULTIPLIER <= 1 else []):
            command = re.sub(pattern, text, command, count=1)
        folder = clone if re.search(r"scripts/|docs/|benchmarks/|\.ci/", line) else tmp_path
        answer = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=folder, env={**environment, "PYTHON": str(clone / "python")}, capture_output=True, text=True,
        )  # fmt: skip
        assert answer.returncode == 0, f"{line}\n{answer.stderr[-2000:]}"
        ours = re.match(r"(?:pi-engine|scripts/pi) (.*)", line)
        for begin, pattern in PRINTED.items():
            if ours and re.match(rf"{re.escape(begin)}(?![\w-])", ours[1]) and not re.search(r"-o | \| ", line):
                assert re.fullmatch(pattern, answer.stdout, re.DOTALL), f"{line}\n{answer.stdout[:2000]}"
        for name in re.findall(r"-o (\S+)|convert \S+ (\S+)|--plot (\S+)", line):
            assert (folder / "".join(name)).stat().st_size > 0, line
        if "completion bash" in line:
            complete = subprocess.run(
                ["bash", "-c", f"{line}\ncomplete -p pi-engine"], env=environment, text=True, capture_output=True
            )
            assert "pi-engine" in complete.stdout, complete.stderr


def test_what_is_said_beside_the_lines(checkout, environment):
    """`COMMAND` prints `TEXT`."""
    said = re.findall(
        r"`(?:pi-engine )?([a-z-]+ [^`]+)` prints `([^`]+)`", (checkout / "README.md").read_text(encoding="utf-8")
    )
    assert said
    for command, text in said:
        answer = subprocess.run(["pi-engine", *command.split()], env=environment, capture_output=True, text=True)
        assert answer.stdout == text + "\n"


def test_the_extras_are_named(checkout):
    """Which installation has what `--plot` and `--peers` need."""
    metadata = (checkout / "pyproject.toml").read_text(encoding="utf-8")
    page = (checkout / "docs/cli.md").read_text(encoding="utf-8")
    for extra in re.search(r"`pip install '\.\[(.+?)\]'`", page)[1].split(","):
        assert re.search(rf"(?m)^{extra} = \[", metadata)
