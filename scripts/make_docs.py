"""Write what is made from elsewhere: the commands' help in docs/cli.md and share/, tables of figures, the picture and tables of the rooms.

python scripts/make_docs.py           writes them
python scripts/make_docs.py --check   exits with 1 if one is stale, and checks the pages' links
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from pi_engine.cli.main import cli
from scripts import bench_tables, catalogue_table, json_tables
from scripts.architecture import room_tables
from scripts.manual import completion_scripts, man_page
from scripts.scaling.page import page_picture, page_tables
from scripts.site import peer_picture

ROOT = Path(__file__).resolve().parent.parent
_WIDTH = 100


def command_sections(command: click.Command, path: str, parent: click.Context | None) -> list[str]:
    """The help of a command and of its subcommands, each under a heading."""
    context = click.Context(
        command,
        info_name=path.rsplit(" ", 1)[-1],
        parent=parent,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
        **(cli.context_settings if parent is None else {}),
    )
    sections = [f"### {path}\n\n```text\n{command.get_help(context)}\n```\n"]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            sections += command_sections(child, f"{path} {name}", context)
    return sections


def reference() -> str:
    """The help of all commands."""
    return "\n".join(command_sections(cli, "pi-engine", None))


SECTIONS = {
    **bench_tables.SECTIONS,
    **json_tables.SECTIONS,
    **room_tables.SECTIONS,
    **page_tables.SECTIONS,
    "catalogue": catalogue_table.catalogue_table,
    "commands": reference,
}
"""Name of a section between `<!-- NAME -->` and `<!-- end of NAME -->` → what stands in it."""


def broken_links(page: Path) -> list[str]:
    """Relative links of a Markdown page that lead nowhere."""
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    return [f"{page.relative_to(ROOT)}: {target}" for target in targets if not (page.parent / target).exists()]


def with_sections(text: str) -> str:
    """The page with every section between `<!-- NAME -->` and `<!-- end of NAME -->` made anew."""
    for name, make in SECTIONS.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, found, rest = text.partition(begin)
        if found:
            text = f"{before}{begin}{make()}\n{end}{rest.partition(end)[2]}"
    return text


def made_pages() -> dict[Path, str]:
    """Page or picture → what it should hold."""
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    texts = {page: with_sections(page.read_text(encoding="utf-8")) for page in pages}
    pictures = {
        room_tables.PICTURE: room_tables.architecture(),
        page_picture.PICTURE: page_picture.picture(),
        peer_picture.PICTURE: peer_picture.picture(),
    }
    installed = {man_page.PAGE: man_page.man_page(), **completion_scripts.completion_scripts()}
    return {**pictures, **texts, **installed}


def main() -> int:
    """Write or check; returns the exit code."""
    made = made_pages()
    if "--check" not in sys.argv:
        for page, text in made.items():
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
        return 0
    problems = [link for page in made if page.suffix == ".md" for link in broken_links(page)]
    for page, text in made.items():
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            problems.append(f"{page.relative_to(ROOT)} is stale: run scripts/make_docs.py")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
