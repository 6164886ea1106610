"""What strings, comments and pages name exists: commands and their options, paths, modules, and the names in them.

All is found from the files and their syntax: no module of kernels is imported.
"""

import ast
import re
from dataclasses import dataclass, field
from functools import cache
from itertools import chain

import pytest

from tests.command import commands
from tests.conftest import ROOT

SOURCES = ("pi_engine/**/*.py", "tests/**/*.py", "benchmarks/**/*.py", "scripts/**/*.py", "gmpy2-stubs/*.pyi")
PAGES = (
    "*.md",
    "NOTICE",
    "docs/**/*.md",
    "docs/**/*.toml",
    "pyproject.toml",
    ".ci/*",
    "scripts/*",
    "scripts/requirements/*.in",
)

COMMANDS = dict(commands())
GROUPS = {name.partition(" ")[0] for name in COMMANDS if " " in name}
EVERYWHERE = {"-h", "--help", "--debug", "--version"}
OPTIONS = {name: EVERYWHERE.union(*(x.opts for x in command.params)) for name, command in COMMANDS.items()}

_PROGRAM = r"(?:pi-engine|scripts/pi|python -m pi_engine) "
_QUOTED = re.compile(rf"[`'(]({_PROGRAM})?([a-z][a-z-]*)((?: [^`'()|\n]*)?)[`')|]")
_FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINE = re.compile(rf"(?:^|[|$(] ?)({_PROGRAM})([a-z][a-z-]*)((?: [^#|()\n]*)?)", re.MULTILINE)
_ADVICE = re.compile(rf"\b(?:run|try|use|see|call|by|with|after) ({_PROGRAM})([a-z][a-z-]*)()")
_OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")

_PATH = re.compile(r"(?<![\w/.-])(?:benchmarks|tests|docs|scripts|pi_engine|\.ci)/[\w./*{},-]*[\w*/}]")
_FILE = re.compile(r"(?<![\w/.*{}-])[\w/-]*\w\.py\b")
_ROOM = re.compile(r"`([a-z_]+)/([a-z_/]+)`")
_PLACEHOLDER = re.compile(r"\b[A-Z]{2,}\b|\{\w+\}")

_DOTTED = re.compile(r"(?<![\w./-])pi_engine(?:\.[A-Za-z_]\w*)+(?!/)")
_IMPORT = re.compile(r"from (pi_engine[\w.]*) import (\([\w\s,]+\)|(?:\w+, )*\w+)")
_MADE = re.compile(r'"(\w+)/\w+": ')
"""A module of a package that a test writes."""

_REFERENCE = re.compile(r"(?<!`)`([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?:\([^`]*\))?`(?!`)")
_COMMENT = re.compile(r'[=(,] ?[rf]*"""(?s:.*?)"""|^ *"""((?s:.*?))"""|(?:^|\s)#\s(.*)$', re.MULTILINE)
_COMPOUND = re.compile(r"(?<![\w.{/~\\-])(?:_?[A-Za-z]\w+_\w+|_[a-z]\w+)(?![\w/*-])")
_BACK_QUOTED = re.compile(r"`(\w+)(?:\([^`]*\))?`")

FOREIGN = {
    *("AT_FDCWD", "RENAME_EXCHANGE", "RENAME_EXCL", "RENAME_NOREPLACE", "RENAME_SWAP"),  # the kernel's
    *("_mp_alloc", "_mp_d", "_mp_size", "DEFAULT_MMAP_THRESHOLD_MAX"),  # of GMP and of the C library
    *("NUMBA_DISABLE_JIT", "PI_ENGINE_EXTRAS"),  # variables that Numba and scripts/_venv.sh read
    *("run_name", "alter_sys", "declare_intrinsic", "distributed.Client"),  # of other packages
    "memory.max",  # a file of control groups
}
"""Names in comments that belong to others."""


# ---------------------------------------------------------------- what there is


@dataclass
class Module:
    """What a module of the package defines, and which words its code is made of."""

    names: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)


def _take_in(module, body):
    """The names that statements define for the module, and those of its classes' members."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            module.names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            module.names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, (ast.If, ast.Try, ast.With, ast.For)):
            handlers = chain.from_iterable(handler.body for handler in getattr(node, "handlers", []))
            for part in (node.body, getattr(node, "orelse", []), getattr(node, "finalbody", []), handlers):
                _take_in(module, part)
        else:
            module.names.update(
                x.id for x in ast.walk(node) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)
            )
        if isinstance(node, ast.ClassDef):
            for x in ast.walk(node):
                if isinstance(x, (ast.FunctionDef, ast.Attribute, ast.Name)):
                    module.members.add(getattr(x, "name", None) or getattr(x, "attr", None) or x.id)


def _words(tree):
    for node in ast.walk(tree):
        for name in ("name", "id", "attr", "arg", "asname", "module"):
            word = getattr(node, name, None)
            if isinstance(word, str):
                yield from word.split(".")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value.strip():
            yield from re.findall(r"\w+", node.value)  # a key, a name for getattr


@cache
def modules():
    """Dotted name of every module and folder of the package → what it defines."""
    found = {}
    for path in sorted((ROOT / "pi_engine").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        module, tree = found.setdefault(name, Module()), ast.parse(path.read_text(encoding="utf-8"))
        _take_in(module, tree.body)
        module.words.update(_words(tree))
    for name in found:
        folder, _, last = name.rpartition(".")
        if folder:
            found[folder].names.add(last)
    return found


@cache
def words():
    """All words of the package's code, its files' names among them."""
    return FOREIGN.union(*(module.words for module in modules().values()), *(name.split(".") for name in modules()))


@cache
def all_words():
    """These, and the words of what stands beside the package, without its comments and pages."""
    beside = {name: text for name, text in texts().items() if not name.startswith("pi_engine/")}
    code = (_COMMENT.sub("", text) for name, text in beside.items() if not name.endswith(".md"))
    return words().union(map(_stem, beside), *(re.findall(r"\w+", text) for text in code))


def _stem(name):
    return name.rpartition("/")[2].partition(".")[0]


@cache
def texts():
    """Path from the root → what the file holds."""
    files = {path for pattern in SOURCES + PAGES for path in ROOT.glob(pattern) if path.is_file()}
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sorted(files)}


def resolves(dotted):
    """Whether a module of this name exists, or one that defines what follows."""
    parts = dotted.split(".")
    for i in range(len(parts), 0, -1):
        module = modules().get(".".join(parts[:i]))
        if module is not None:
            rest = [part for part in parts[i:] if not part.startswith("__")]
            return not rest or (rest[0] in module.names and all(part in words() for part in rest[1:]))
    return False


# ---------------------------------------------------------------- what is named and is not there


def wrong_commands(name, text):
    """Commands and options that are named as what one can run."""
    calls = _QUOTED.findall(text) + _ADVICE.findall(text)
    if name.endswith(".md"):
        calls += [call for block in _FENCED.findall(text) for call in _LINE.findall(block)]
    for program, first, rest in calls:
        if not program and first not in {name.partition(" ")[0] for name in COMMANDS}:
            continue
        group = re.match(" ([a-z-]+)", rest) if first in GROUPS else None
        command = f"{first} {group[1]}" if group else first
        if command not in {*COMMANDS, *GROUPS}:
            yield command
        elif not set(_OPTION.findall(rest)) <= OPTIONS.get(command, EVERYWHERE):
            yield f"{command}{rest}"


def alternatives(path):
    """A path with {one,another}, once for each word in braces, the other braces being wildcards."""
    braces = re.findall(r"\{[^{}]*,[^{}]*\}", path)
    for group in braces:
        for word in group[1:-1].split(","):
            yield re.sub(r"\{[^{}]*,[^{}]*\}", "*", path.replace(group, word))
    if not braces:
        yield path


def wrong_paths(name, text):
    """Files and folders that are named from the root, and Python files by the end of their path."""
    for path in set(_PATH.findall(text)):
        for pattern in alternatives(_PLACEHOLDER.sub("*", path)):
            if not any(ROOT.glob(pattern.rstrip("/."))):
                yield pattern
    for path in set(_FILE.findall(text)):
        if ("/" in path or not name.startswith("tests/")) and not any(f"/{x}".endswith(f"/{path}") for x in texts()):
            yield path
    for room, rest in set(_ROOM.findall(text)):
        if (
            f"pi_engine.{room}" in modules()
            and f"pi_engine.{room}.{rest}".rstrip("/").replace("/", ".") not in modules()
        ):
            yield f"{room}/{rest}"


def wrong_modules(name, text):
    """Modules, and names in them, by their full name, by the end of it in back-quotes, or imported in a string."""
    made = "|".join(_MADE.findall(text)) if name.startswith("tests/") else ""
    if made:
        text = re.sub(rf"pi_engine\.(?:{made})\b", "made", text)
    yield from (dotted for dotted in set(_DOTTED.findall(text)) if not resolves(dotted))
    for module, names in _IMPORT.findall(text):
        imported = re.sub(r" as \w+", "", names)
        yield from (f"{module}.{x}" for x in re.findall(r"\w+", imported) if not resolves(f"{module}.{x}"))
    for reference in set(_REFERENCE.findall(text)):
        first, _, rest = reference.partition(".")
        homes = [x for x in modules() if x.endswith(f".{first}")]
        if not homes or reference in FOREIGN or reference.endswith(".py") or name == "docs/json.md":  # of fields
            continue
        if not any(resolves(f"{x}.{rest}") or rest.partition(".")[0] in modules()[x].members for x in homes):
            yield reference


def wrong_names(name, text):
    """Names with an underscore, in comments and docstrings, and in back-quotes on pages."""
    if name.endswith(".py"):
        named = [x for comment in map("".join, _COMMENT.findall(text)) for x in _COMPOUND.findall(comment)]
    else:
        named = [x for x in _BACK_QUOTED.findall(text) if "_" in x]
    known = words() if name.startswith("pi_engine/") else all_words()
    yield from (x for x in named if x not in known and len(x.rpartition("_")[2]) > 1)  # limb_i is a formula


CHECKS = (wrong_commands, wrong_paths, wrong_modules, wrong_names)


@pytest.mark.parametrize("check", CHECKS)
def test_what_is_named_exists(checkout, check):
    assert [f"{name}: {found}" for name, text in texts().items() for found in check(name, text)] == []


@pytest.mark.parametrize(
    ("check", "name", "text"),
    [
        (wrong_commands, "docs/~page.md", "run `pi-~engine nothing`"),
        (wrong_commands, "pi_engine/~page.py", "run pi-~engine nothing"),
        (wrong_commands, "docs/~page.md", "```sh\npi-~engine nothing\n```"),
        (wrong_commands, "pi_engine/~page.py", "'pi-~engine series nothing'"),
        (wrong_commands, "pi_engine/~page.py", "'comp~ute --nothing'"),
        (wrong_paths, "README.md", "see do~cs/nothing.md"),
        (wrong_paths, "pyproject.toml", "pi_~engine/{bigint,nothing}/*.py"),
        (wrong_paths, "pi_engine/~page.py", "see bigint/noth~ing.py"),
        (wrong_paths, "pi_engine/~page.py", "as `bigint/~nothing` does"),
        (wrong_modules, "tests/~page.py", "pi_engine~.nothing"),
        (wrong_modules, "tests/~page.py", "pi_engine~.engine.nothing"),
        (wrong_modules, "tests/~page.py", "from~ pi_engine.engine.compute import compute, nothing"),
        (wrong_modules, "pi_engine/~page.py", "as `engine~.nothing`"),
        (wrong_names, "pi_engine/~page.py", "# see NOTHING_HERE"),
        (wrong_names, "pi_engine/~page.py", '"""See nothing_~here."""'),
        (wrong_names, "tests/~page.py", "# see nothing_~here"),
        (wrong_names, "docs/~page.md", "`nothing_~here`"),
    ],
)
def test_what_does_not_exist_is_found(checkout, check, name, text):
    """The mark ~ keeps the examples from being found here."""
    assert len(list(check(name.replace("~", ""), text.replace("~", "")))) == 1
