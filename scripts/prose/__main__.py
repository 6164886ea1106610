"""Print every place where the language breaks a rule of style.toml, and exit with 1 if there is one.

python -m scripts.prose              all pages, help texts, messages and docstrings
python -m scripts.prose FILE.md …    these pages alone
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import tomllib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
from markdown_it import MarkdownIt

from pi_engine.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
STYLE = tomllib.loads((Path(__file__).parent / "style.toml").read_text(encoding="utf-8"))
PHRASES = [(re.compile(rf"\b(?:{rule['phrase']})\b", re.IGNORECASE), rule["instead"]) for rule in STYLE["phrases"]]

_END_OF_SENTENCE = re.compile(r"(?<=[.!?])[\"')”]*\s+(?=[\"'(“]\w|[A-ZΠπ0-9«])")
_WORD = re.compile(r"\w[\w’'./×·^-]*")
_FORMULA = re.compile(r"\S*[=≤≥<>⌊⌋∏Σ√^]\S*")
_QUOTED = re.compile(r"`[^`]+`")
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*(?:\w+: |>>> |- ))")


@dataclass(frozen=True)
class Text:
    """What a reader sees, where it stands, and whether it is made of sentences."""

    place: str
    words: str
    prose: bool = True


def page_texts(page: Path) -> Iterator[Text]:
    """Paragraphs, items, headings and cells of a Markdown page; what stands in back-quotes counts as one word."""
    cell = line = 0
    for token in MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8")):
        cell += token.type in ("th_open", "td_open")
        cell -= token.type in ("th_close", "td_close")
        line = token.map[0] + 1 if token.map else line
        if token.type == "inline":
            parts = ("Code" if part.type == "code_inline" else part.content or " " for part in token.children or ())
            yield Text(f"{page.relative_to(ROOT)}:{line}", "".join(parts), prose=not cell)


def help_texts(command: click.Command, path: str) -> Iterator[Text]:
    """Help of a command, of its options and of its subcommands."""
    for paragraph in (command.help or "").split("\n\n"):
        yield Text(f"{path} --help", paragraph, prose="\b" not in paragraph)  # \b: click keeps the lines as they are
    for option in command.params:
        yield Text(f"{path} {option.opts[0]}", getattr(option, "help", None) or "")
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from help_texts(child, f"{path} {name}")


def schema_texts(schema: object, path: str) -> Iterator[Text]:
    """Descriptions of the fields of JSON objects."""
    for name, value in (
        schema.items() if isinstance(schema, dict) else enumerate(schema) if isinstance(schema, list) else ()
    ):
        if name == "description" and isinstance(value, str):
            yield Text(path, value)
        else:
            yield from schema_texts(value, f"{path}/{name}")


def api_texts() -> Iterator[Text]:
    """Docstrings of what the public packages offer, with the members of classes."""
    for package in map(import_module, STYLE["public"]):
        for name in getattr(package, "__all__", dir(package)):
            thing = getattr(package, name)
            members = {f"{name}.{x}": value for x, value in vars(thing).items()} if inspect.isclass(thing) else {}
            for path, documented in {name: thing, **members}.items():
                if "_" not in (path[0], path.partition(".")[2][:1]) and not isinstance(documented, dict | tuple | str):
                    paragraphs = _PARAGRAPH.split(_QUOTED.sub("Code", getattr(documented, "__doc__", None) or ""))
                    yield from (Text(f"{package.__name__}.{path}", x, prose=">>>" not in x) for x in paragraphs)


def source_texts(module: Path) -> Iterator[Text]:
    """Strings of several words, which are messages and docstrings: for their phrases."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield Text(f"{module.relative_to(ROOT)}:{node.lineno}", node.value, prose=False)


def texts() -> Iterator[Text]:
    """All that people read, except the changelog, which keeps the words of its day."""
    for page in [*ROOT.glob("README.md"), *ROOT.glob("CONTRIBUTING.md"), *sorted(ROOT.glob("docs/**/*.md"))]:
        yield from page_texts(page)
    yield from help_texts(cli, "pi-engine")
    schema = ROOT / "docs" / "schema" / "pi-engine.schema.json"
    yield from schema_texts(json.loads(schema.read_text(encoding="utf-8")), schema.name)
    yield from api_texts()
    for module in sorted(ROOT.glob("pi_engine/**/*.py")):
        yield from source_texts(module)


def broken_rules(text: Text) -> Iterator[str]:
    """What a text breaks, each with what to do."""
    words = " ".join(text.words.split())
    for pattern, instead in PHRASES:
        yield from (f"“{found[0]}”: {instead}" for found in pattern.finditer(words))
    for sentence in _END_OF_SENTENCE.split(words) if text.prose else ():
        count = len(_WORD.findall(_FORMULA.sub("x", sentence)))
        if count > STYLE["longest_sentence"]:
            yield f"{count} words in one sentence: make two of it: “{sentence[:60].strip()}…”"


def main(arguments: list[str]) -> int:
    """Exit code."""
    chosen = (text for page in arguments for text in page_texts(Path(page).resolve()))
    found = [f"{text.place}: {rule}" for text in (chosen if arguments else texts()) for rule in broken_rules(text)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
