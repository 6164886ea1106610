"""Draw docs/figures/architecture.svg: the rooms of the package, which use one another from the top down.

python scripts/make_docs.py       draws it with the other generated files

Nothing is measured but characters, whose width is assumed, so that the picture is the same on every machine.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from scripts.architecture.import_graph import PACKAGE
from scripts.architecture.layered_boxes import Box, Layers, Sizes, Spacing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scripts.architecture.import_graph import ImportGraph, Room

_WIDTH, _MARGIN = 1000, 16
_LETTER, _PURPOSE_LETTER, _BOLD_LETTER, _TITLE_LETTER = 5.5, 6.0, 7.2, 9.5
"""Widths that are assumed of a letter of a module's name, of a purpose, of a room's name and of a package's."""

_STYLE = """
text { font-family: Helvetica, Arial, sans-serif; fill: #1d2530; }
.title { font-size: 15px; font-weight: bold; } .purpose, .size { font-size: 10.5px; fill: #5a6675; } .right { text-anchor: end; }
.room { font-size: 12px; font-weight: bold; } .modules { font: 9px "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.package { fill: #eaeff5; stroke: #8795a8; } .python { fill: #ffffff; stroke: #a9b4c2; } .kernels { fill: #fdebd3; stroke: #d3a45f; }
path { fill: none; } .between { stroke: #2b5797; stroke-width: 2.2; } .within { stroke: #7c8a9c; stroke-width: 1.1; }
.up { stroke: #c0261c; stroke-width: 2.2; stroke-dasharray: 5 3; }
""".strip()
_MARKER = (
    '<marker id="{0}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="{1}" markerHeight="{1}" markerUnits="userSpaceOnUse"'
    ' orient="auto"><path d="M0 0L8 4L0 8z" style="fill:{2}"/></marker>'
)
_MARKERS = "".join(
    _MARKER.format(*marker) for marker in (("between", 9, "#2b5797"), ("within", 6, "#7c8a9c"), ("up", 9, "#c0261c"))
)
_LEGEND = [
    ("package", "a package"),
    ("python", "a room of it: a folder with its files"),
    ("kernels", "a room of kernels, which Numba compiles"),
]
_NOTES = [
    "A heavy arrow: the upper package uses the lower one. A thin arrow: the same for the rooms of one package.",
    "Left out is what other arrows imply, and that every room may use errors. An arrow that points up would be red.",
    "A folder's __init__ does not count as a file. Lines are rounded to hundreds.",
]
_OF_PACKAGES, _OF_ROOMS = Spacing(12, 30, 12), Spacing(8, 15, 8)


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}">{escape(text)}</text>'


def _rectangle(kind: str, box: Box) -> str:
    return (
        f'<rect class="{kind}" x="{box.left:.0f}" y="{box.top:.0f}" width="{box.width:.0f}" height="{box.height:.0f}"'
        ' rx="5"/>'
    )


class _Picture:
    def __init__(self, graph: ImportGraph) -> None:
        self._graph = graph
        between: Counter[tuple[str, str]] = Counter()
        for (user, used), count in graph.uses.items():
            arrow = user.partition(".")[0], used.partition(".")[0]
            if arrow[0] != arrow[1]:
                between[arrow] += count
        packages = {room.package for room in graph.rooms.values() if room.modules} - {""}
        self._packages = Layers(sorted(packages), between, _OF_PACKAGES)
        self._rooms = {package: self._inside(package) for package in ("", *sorted(packages))}

    def _inside(self, package: str) -> Layers:
        names = [name for name, room in self._graph.rooms.items() if room.package == package and room.modules]
        arrows = {x: n for x, n in self._graph.uses.items() if x[0] in names and x[1] in names}
        return Layers(names, Counter(arrows), _OF_ROOMS)

    def svg(self) -> str:
        """The whole picture."""
        own = Box(_MARGIN, _MARGIN, _WIDTH - 2 * _MARGIN, self._package_height("", _WIDTH - 2 * _MARGIN))
        sizes = Sizes(self._package_least, self._package_weight, self._package_height)
        boxes = self._packages.placed((_MARGIN, own.bottom + _OF_PACKAGES.beside), own.width, sizes)
        own = replace(own, width=max(box.right for box in boxes.values()) - _MARGIN)
        parts = [part for package, box in {"": own, **boxes}.items() for part in self._package(package, box)]
        parts += self._packages.drawn(boxes, "between")
        bottom = max(box.bottom for box in boxes.values()) + 16
        x: float = _MARGIN
        for kind, text in _LEGEND:
            parts += [_rectangle(kind, Box(x, bottom, 22, 13)), _text("purpose", x + 28, bottom + 10, text)]
            x += 28 + _PURPOSE_LETTER * len(text) + 16
        for i, text in enumerate(_NOTES):
            parts.append(_text("purpose", _MARGIN, bottom + 32 + 15 * i, text))
        height = bottom + 32 + 15 * len(_NOTES)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}"'
            f' height="{height:.0f}">\n<title>The rooms of {PACKAGE}</title>\n<style>{_STYLE}</style>\n<defs>{_MARKERS}</defs>\n'
            '<rect width="100%" height="100%" fill="#ffffff"/>\n'
        )
        return head + "\n".join(parts) + "\n</svg>\n"

    # packages

    def _package_least(self, package: str) -> float:
        return 20 + max(self._rooms[package].least_width(self._room_least), _TITLE_LETTER * len(package))

    def _package_weight(self, package: str) -> float:
        return sum(self._room_weight(name) for row in self._rooms[package].rows for name in row)

    def _package_height(self, package: str, width: float) -> float:
        return max(box.bottom for box in self._inner(package, Box(0, 0, width, 0)).values()) + 10

    def _inner(self, package: str, box: Box) -> dict[str, Box]:
        sizes = Sizes(self._room_least, self._room_weight, self._room_height)
        top = box.top + 12 + 15 * (1 + len(self._purpose(package, box.width)))
        return self._rooms[package].placed((box.left + 10, top), box.width - 20, sizes)

    def _purpose(self, package: str, width: float) -> list[str]:
        purpose = self._graph.rooms[package].purpose if package in self._graph.rooms else ""
        return textwrap.wrap(purpose, int((width - 20) / _PURPOSE_LETTER))

    def _package(self, package: str, box: Box) -> list[str]:
        parts = [_rectangle("package", box), _text("title", box.left + 10, box.top + 19, package or PACKAGE)]
        parts += [
            _text("purpose", box.left + 10, box.top + 34 + 15 * i, line)
            for i, line in enumerate(self._purpose(package, box.width))
        ]
        inner = self._inner(package, box)
        for name, place in inner.items():
            parts += self._room(self._graph.rooms[name], place)
        return parts + self._rooms[package].drawn(inner, "within")

    # rooms

    def _room_least(self, name: str) -> float:
        room = self._graph.rooms[name]
        texts = [_BOLD_LETTER * len(_title(room)), *(_LETTER * len(text) for text in (_size(room), *room.modules))]
        return 16 + max(texts)

    def _room_weight(self, name: str) -> float:
        return sum(len(module) + 2 for module in self._graph.rooms[name].modules)

    def _room_height(self, name: str, width: float) -> float:
        room = self._graph.rooms[name]
        return (26 if _is_wide(room, width) else 40) + 12 * len(_module_lines(room, width))

    def _room(self, room: Room, box: Box) -> list[str]:
        kind = "kernels" if "kernels" in room.name.split(".") else "python"
        x, y, wide = box.left + 8, box.top + 16, _is_wide(room, box.width)
        return [
            f"<g><title>{escape(self._tooltip(room))}</title>",
            _rectangle(kind, box),
            _text("room", x, y, _title(room)),
            _text("size right", box.right - 8, y, _size(room)) if wide else _text("size", x, y + 14, _size(room)),
            *(
                _text("modules", x, y + (14 if wide else 28) + 12 * i, line)
                for i, line in enumerate(_module_lines(room, box.width))
            ),
            "</g>",
        ]

    def _tooltip(self, room: Room) -> str:
        users = _listed(user for user, used in self._graph.uses if used == room.name)
        used = _listed(used for user, used in self._graph.uses if user == room.name)
        return f"{PACKAGE}.{room.name}: {room.purpose}\nuses {used}\nis used by {users}"


def _title(room: Room) -> str:
    return room.name.partition(".")[2] or room.name or "names and errors"


def _size(room: Room) -> str:
    return f"{len(room.modules)} {'file' if len(room.modules) == 1 else 'files'}, {room.rounded_lines} lines"


def _is_wide(room: Room, width: float) -> bool:
    """Whether the size of the room stands beside its title."""
    return _BOLD_LETTER * len(_title(room)) + _LETTER * len(_size(room)) + 28 <= width


def _module_lines(room: Room, width: float) -> list[str]:
    """The modules' names, as many in a line as fit."""
    lines: list[str] = []
    for name in room.modules:
        if lines and _LETTER * (len(lines[-1]) + 3 + len(name)) + 16 <= width:
            lines[-1] += f" · {name}"
        else:
            lines.append(name)
    return lines


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "no other room"


def picture(graph: ImportGraph) -> str:
    """The picture as SVG."""
    return _Picture(graph).svg()
