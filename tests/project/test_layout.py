"""The plan of the house: rooms (folders) of few files, kernels in rooms of their own, each name once, tests that mirror the package."""

import ast
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

MOST_FILES = 12
MOST_LINES = 300
PLACES = ("pi_engine", "tests", "benchmarks", "scripts")

COMMANDS = {Path("pi_engine/cli/commands"), Path("pi_engine/cli/commands/explore")}
"""A command has the name of what it calls."""

AT_THE_TOP = {
    ".ci", ".github", ".gitignore", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "NOTICE", "README.md", "SECURITY.md",
    "benchmarks", "docs", "gmpy2-stubs", "mkdocs.yml", "pi_engine", "pyproject.toml", "scripts", "share", "tests",
}  # fmt: skip

OUTSIDE = {"benchmarks", "project", "project/distribution", "project/site", "scaling"}
"""Rooms of tests whose subject is not the package but what is around it."""


@pytest.fixture(scope="module")
def modules(checkout):
    return {
        path.relative_to(checkout): path.read_text(encoding="utf-8")
        for place in PLACES
        for path in sorted((checkout / place).rglob("*.py"))
    }


def test_a_room_has_few_files(modules):
    rooms = Counter(path.parent for path in modules)
    assert {room: count for room, count in rooms.items() if count > MOST_FILES} == {}
    assert len(rooms) > 40


def test_a_module_is_short(modules):
    lengths = {path: text.count("\n") for path, text in modules.items()}
    assert {path: length for path, length in lengths.items() if length >= MOST_LINES} == {}


def test_a_module_name_means_one_thing(modules):
    names = Counter(
        path.stem
        for path in modules
        if path.parts[0] == "pi_engine" and path.name != "__init__.py" and path.parent not in COMMANDS
    )
    assert len(names) > 200
    assert [name for name, count in names.items() if count > 1] == []


def test_what_numba_compiles_stands_in_rooms_of_kernels(modules):
    """The exceptions of lint and types in pyproject.toml are patterns on these rooms."""
    decorated = {
        path
        for path, text in modules.items()
        if path.parts[0] == "pi_engine"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
        and any(_name(x) in ("routine", "instruction", "intrinsic") for x in node.decorator_list)
    }
    rooms = {path.parent.as_posix() for path in decorated}
    assert {x for x in rooms if not re.search(r"/(kernels|vectors|mpn)(/|$)", x)} == set()
    assert len(rooms) > 5


def _name(decorator):
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def test_every_room_says_what_it_is_for(modules):
    silent = [
        path
        for path, text in modules.items()
        if path.parts[0] == "pi_engine"
        and path.name == "__init__.py"
        and len(ast.get_docstring(ast.parse(text)) or "") < 40
    ]
    assert silent == []


def test_tests_stand_in_the_room_of_what_they_test(modules):
    rooms = {Path(*path.parent.parts[1:]) for path in modules if path.parts[0] == "tests"}
    package = {Path(*path.parent.parts[1:]) for path in modules if path.parts[0] == "pi_engine"}
    assert {room.as_posix() for room in rooms - package} == OUTSIDE
    at_the_top = {path.stem for path in modules if path.parts[0] == "tests" and len(path.parts) == 2}
    assert {name for name in at_the_top if name.startswith("test_")} == set()


def test_the_top_holds_only_what_belongs_there(checkout):
    """What a command leaves behind where it was tried, a file of digits or of an error, is not kept by accident."""
    if not (checkout / ".git").exists() or shutil.which("git") is None:
        pytest.skip("this is no clone")
    kept = subprocess.run(["git", "ls-files", "-z"], cwd=checkout, capture_output=True, text=True, check=True).stdout
    assert {name.split("/")[0] for name in kept.split("\0") if name} == AT_THE_TOP
