"""The sections of docs/architecture.md that the sources make: a table of the rooms, and what each room's docstring says of it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from scripts.architecture.import_graph import PACKAGE, ImportGraph, Room
from scripts.draw_architecture import picture

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "figures" / "architecture.svg"


@cache
def _graph() -> ImportGraph:
    return ImportGraph(ROOT)


def architecture() -> str:
    """The picture of the rooms, `docs/figures/architecture.svg`."""
    return picture(_graph())


def room_table() -> str:
    """A line a room: its files and lines, what it is for, and the rooms that it uses."""
    graph = _graph()
    lines = ["| room | files | lines | what it is for | uses |", "|---|---|---|---|---|"]
    for room in _rooms(graph):
        used = ", ".join(f"`{name}`" for user, name in graph.uses if user == room.name) or "none"
        lines.append(
            f"| [`{room.name}`](#{_anchor(room)}) | {len(room.modules)} | {room.rounded_lines} | {room.purpose} | {used} |"
        )
    return "\n".join(lines)


def room_paragraphs() -> str:
    """A heading and a paragraph or more a room, from its docstring, without its examples; and the names of its modules."""
    parts = []
    for room in _rooms(_graph()):
        text = [f"#### {PACKAGE}.{room.name}", *_prose(room.docstring)]
        text.append("Modules: " + ", ".join(f"`{name}`" for name in room.modules) + ".")
        parts.append("\n\n".join(text))
    return "\n\n".join(parts)


def _rooms(graph: ImportGraph) -> list[Room]:
    return [room for room in graph.rooms.values() if room.name and room.modules]


def _anchor(room: Room) -> str:
    return f"{PACKAGE}.{room.name}".replace(".", "")


def _prose(docstring: str) -> list[str]:
    paragraphs = (part for part in re.split(r"\n\n+", docstring) if part and not part.startswith((">>>", " ")))
    return [part.replace("\n", " ") for part in paragraphs]


SECTIONS = {"rooms": room_table, "room paragraphs": room_paragraphs}
