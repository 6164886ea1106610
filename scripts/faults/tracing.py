"""Fault points: the large numbers that a function's variables lead to, before each of its lines and at its return.

All functions of the engine have them. A first run records them, in `Recorder`; a later run of the same work plants one fault, by
`Planter`. Points are found by what is in memory, not by names, so that no change of the engine goes past them.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from scripts.faults.kinds import plant
from scripts.faults.memory import follow, numbers_from, written

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType
    from typing import Any

    from scripts.faults.memory import Cells, Path

PACKAGE = "pi_engine."
FREE_MEMORY = ("pi_engine.bigint.buffers.workspace", "pi_engine.bigint.buffers.arena")
"""Modules whose functions know blocks that nobody uses."""

RESULT = "return"
"""The name of what a function is about to return."""


class Point(NamedTuple):
    """A number that a line of a function finds: `place` is the module and the function, `line` counted from its first."""

    place: str
    line: int
    path: Path

    def __str__(self) -> str:
        """Like `splitting.plain.plain_tree._subtree_builder.<locals>.subtree+9:left.Q`."""
        return f"{self.place}+{self.line}:{written(self.path)}"


@dataclass
class Met:
    """How often the line of a point has been reached, the fewest cells that the number had, and whether it was workspace."""

    times: int = 0
    cells: int = 1 << 62
    is_workspace: bool = False


@contextlib.contextmanager
def _traced(trace: Callable[[FrameType, str, Any], Any]) -> Iterator[None]:
    """Trace what this thread calls, and threads that it starts; a debugger or a measurement of coverage waits until then."""
    before = sys.gettrace()
    threading.settrace(trace)
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)
        threading.settrace(before)


def _place(code: CodeType, module: str) -> str:
    return f"{module.removeprefix(PACKAGE)}.{code.co_qualname}"


def _variables(frame: FrameType, event: str, result: object) -> dict[str, object]:
    return {RESULT: result} if event == "return" else frame.f_locals


@dataclass
class Recorder:
    """Collects the points of a run; of a line that is reached often, those of the first times and of ever fewer later ones."""

    points: dict[Point, Met] = field(default_factory=dict)
    _reached: Counter[tuple[CodeType, int, str]] = field(default_factory=Counter)
    _next: dict[tuple[CodeType, int, str], int] = field(default_factory=dict)
    _points_of: dict[tuple[CodeType, int, str], set[Point]] = field(default_factory=dict)

    def run(self, work: Callable[[], object]) -> None:
        """Do the work, traced."""
        with _traced(self._call):
            work()
        for line, points in self._points_of.items():
            for point in points:
                self.points[point].times = self._reached[line]

    def _call(self, frame: FrameType, _event: str, _argument: object) -> Any:  # noqa: ANN401 (a trace function)
        module = str(frame.f_globals.get("__name__", ""))
        return self._step if module.startswith(PACKAGE) and module not in FREE_MEMORY else None

    def _step(self, frame: FrameType, event: str, argument: object) -> Any:  # noqa: ANN401 (a trace function)
        line = frame.f_code, frame.f_lineno, event
        self._reached[line] += 1
        if event != "exception" and self._reached[line] >= self._next.get(line, 1):
            self._next[line] = 2 * self._reached[line]
            self._look(frame, event, argument, self._points_of.setdefault(line, set()))
        return self._step

    def _look(self, frame: FrameType, event: str, argument: object, points: set[Point]) -> None:
        place, line = _place(frame.f_code, frame.f_globals["__name__"]), frame.f_lineno - frame.f_code.co_firstlineno
        seen = set()
        for name, value in _variables(frame, event, argument).items():
            for path, number in numbers_from(name, value):
                if number.place in seen:
                    continue
                seen.add(number.place)
                point = Point(place, line, path)
                met = self.points.setdefault(point, Met())
                met.cells = min(met.cells, number.cell_count)
                met.is_workspace = number.is_workspace
                points.add(point)


@dataclass
class Planter:
    """Plants one fault, when the line of a point is reached for the `occurrence`-th time, or later if the number is not there then.

    Attributes:
        planted: whether it has.
    """

    point: Point
    occurrence: int
    kind: str
    rng: random.Random
    planted: bool = False
    _reached: int = 0
    _before: Cells | None = None

    def run(self, work: Callable[[], object]) -> None:
        """Do the work, with the fault in it."""
        with _traced(self._call):
            work()

    def _call(self, frame: FrameType, _event: str, _argument: object) -> Any:  # noqa: ANN401 (a trace function)
        if self.planted or not self.point.place.endswith(frame.f_code.co_qualname):
            return None
        module = str(frame.f_globals.get("__name__", ""))
        if not module.startswith(PACKAGE) or _place(frame.f_code, module) != self.point.place:
            return None
        return self._step

    def _step(self, frame: FrameType, event: str, argument: object) -> Any:  # noqa: ANN401 (a trace function)
        wanted = "return" if self.point.path[0][1] == RESULT else "line"
        if self.planted or event != wanted or frame.f_lineno - frame.f_code.co_firstlineno != self.point.line:
            return self._step
        self._reached += 1
        if self._reached < self.occurrence - 1:
            return self._step
        variables = _variables(frame, event, argument)
        name = str(self.point.path[0][1])
        number = follow(self.point.path, variables[name]) if name in variables else None
        if number is None:
            return self._step
        if self._reached < self.occurrence:
            self._before = number.cells.copy()
            return self._step
        others = [] if self._before is None else [self._before]
        others += _others(frame, number.place)
        self.planted = plant(self.kind, number, others, self.rng)
        if self.planted:
            sys.settrace(None)
        return self._step


def _others(frame: FrameType | None, place: tuple[int, int]) -> list[Cells]:
    """Copies of the other large numbers that the functions which run now lead to."""
    found: dict[tuple[int, int], Cells] = {}
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).startswith(PACKAGE):
            for name, value in frame.f_locals.items():
                for _, number in numbers_from(name, value):
                    if number.place != place:
                        found.setdefault(number.place, number.cells.copy())
        frame = frame.f_back
    return list(found.values())
