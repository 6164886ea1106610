"""The rooms of the package, and which room uses which: read from the sources, nothing is imported.

A room is a package folder, without the folders in it. It uses another one if a module of it names a module of the other: in an import at
the top, within a function or for types alone, or as text such as "pi_engine.bigint.product:multiply", by which work is imported later.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = "pi_engine"
_Node = TypeVar("_Node", bound=Hashable)


@dataclass(frozen=True)
class Room:
    """A package folder: its name without `pi_engine.`, its modules, its lines, and the docstring of its `__init__`."""

    name: str
    modules: tuple[str, ...]
    lines: int
    docstring: str

    @property
    def package(self) -> str:
        """The first part of the name: rooms of a package are drawn in one box."""
        return self.name.partition(".")[0]

    @property
    def purpose(self) -> str:
        """What the room is for, in one line."""
        return self.docstring.partition("\n")[0].removesuffix(".")

    @property
    def rounded_lines(self) -> int:
        """Lines to the next hundred, so that few changes of the code make the pictures and tables of it stale."""
        return max(100, round(self.lines, -2))


class ImportGraph:
    """Rooms by name, and the number of times that one names another: (user, used) → count."""

    def __init__(self, root: Path) -> None:
        files = sorted((root / PACKAGE).rglob("*.py"))
        self._files = {_module_name(path.relative_to(root)): path for path in files}
        self._trees = {name: ast.parse(path.read_bytes()) for name, path in self._files.items()}

    @cached_property
    def rooms(self) -> dict[str, Room]:
        """All rooms in alphabetical order; the package's own is named ''."""
        members: dict[str, list[str]] = {}
        for name in self._files:
            members.setdefault(self._room_of(name), []).append(name)
        return {room: self._room(room, names) for room, names in sorted(members.items())}

    @cached_property
    def uses(self) -> Counter[tuple[str, str]]:
        """(user, used) → how often. What the package's own room names and who names it is left out: all use its errors."""
        pairs = ((self._room_of(name), self._room_of(used)) for name in self._files for used in self._named_by(name))
        return Counter((user, used) for user, used in sorted(pairs) if user != used and user and used)

    def _room(self, room: str, names: list[str]) -> Room:
        start = f"{PACKAGE}.{room}".removesuffix(".")
        modules = tuple(name.removeprefix(f"{start}.") for name in names if name != start)
        lines = sum(self._files[name].read_bytes().count(b"\n") for name in names)
        tree = self._trees.get(start)
        return Room(room, modules, lines, (ast.get_docstring(tree) if tree else None) or "")

    def _room_of(self, module: str) -> str:
        is_package = self._files[module].name == "__init__.py"
        package = module if is_package else module.rpartition(".")[0]
        return package.removeprefix(PACKAGE).removeprefix(".")

    def _named_by(self, module: str) -> Iterator[str]:
        for node in ast.walk(self._trees[module]):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
                names = [name if name in self._files else node.module or "" for name in names]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                names = [_named_in(node.value, module)]
            else:
                continue
            yield from (name for name in names if name in self._files)


def _module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _named_in(text: str, module: str) -> str:
    """The module that a text such as "package.module:NAME" names, or the package of `f"package.{module}"`, if that is another one."""
    name = text.partition(":")[0]
    return "" if name.endswith(".") and module.startswith(name) else name.removesuffix(".")


def upward(uses: Counter[tuple[_Node, _Node]]) -> set[tuple[_Node, _Node]]:
    """The arrows without which there is no cycle: of each cycle the one that the fewest imports make."""
    left, found = dict(uses), set()
    while True:
        try:
            TopologicalSorter(_by_user(left)).prepare()
        except CycleError as error:
            cycle = error.args[1]  # each node is used by the next one
            worst = min(zip(cycle[1:], cycle, strict=False), key=lambda arrow: (left[arrow], str(arrow)))
            found.add(worst)
            del left[worst]
        else:
            return found


def levels(nodes: Iterable[_Node], uses: Collection[tuple[_Node, _Node]]) -> list[list[_Node]]:
    """The nodes in rows: each one right below the lowest of its users. `uses` has no cycle."""
    depth = dict.fromkeys(nodes, 0)
    for user in reversed([*TopologicalSorter(_by_user(uses)).static_order()]):
        for used in (used for other, used in uses if other == user):
            depth[used] = max(depth[used], depth[user] + 1)
    return [[node for node in depth if depth[node] == row] for row in range(max(depth.values()) + 1)]


def direct(uses: Collection[tuple[_Node, _Node]]) -> list[tuple[_Node, _Node]]:
    """The arrows that no way over other arrows stands for (the transitive reduction). `uses` has no cycle."""
    below: dict[_Node, set[_Node]] = {}
    for user in TopologicalSorter(_by_user(uses)).static_order():
        used = {used for other, used in uses if other == user}
        below[user] = used.union(*(below[node] for node in used))
    return [
        (user, used) for user, used in uses if not any(used in below[other] for start, other in uses if start == user)
    ]


def _by_user(uses: Iterable[tuple[_Node, _Node]]) -> dict[_Node, list[_Node]]:
    found: dict[_Node, list[_Node]] = {}
    for user, used in uses:
        found.setdefault(user, []).append(used)
    return found
