"""Boxes in rows, each box below those that use it, and the arrows between them as paths of SVG."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from scripts.architecture.import_graph import direct, levels, upward

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable


@dataclass(frozen=True)
class Box:
    """A place in the picture, in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height

    @property
    def middle(self) -> float:
        """The middle of the upper and of the lower edge."""
        return self.left + self.width / 2


@dataclass(frozen=True)
class Spacing:
    """Distances of boxes in a row, of rows, and of arrows that pass rows, all in pixels."""

    beside: float
    below: float
    lane: float


@dataclass(frozen=True)
class Sizes:
    """What boxes need: their least width, what their width grows with, and their height at a width."""

    least: Callable[[str], float]
    weight: Callable[[str], float]
    height: Callable[[str, float], float]


class Layers:
    """Boxes in rows by their levels, and the arrows that run down between them."""

    def __init__(self, names: Iterable[str], uses: Counter[tuple[str, str]], spacing: Spacing) -> None:
        self.upward = upward(uses)
        downward = [arrow for arrow in uses if arrow not in self.upward]
        self.rows = levels(names, downward)
        self.arrows = direct(downward)
        self._level = {name: i for i, row in enumerate(self.rows) for name in row}
        self._spacing = spacing

    def passing(self) -> list[tuple[str, str]]:
        """The arrows that pass rows, each in a lane of its own on the right."""
        return [(user, used) for user, used in self.arrows if self._level[used] > self._level[user] + 1]

    def least_width(self, least: Callable[[str], float]) -> float:
        """What all rows fit in, if a box needs `least`."""
        rows = (sum(map(least, row)) + self._spacing.beside * (len(row) - 1) for row in self.rows)
        return max(rows) + self._spacing.lane * len(self.passing())

    def placed(self, corner: tuple[float, float], width: float, sizes: Sizes) -> dict[str, Box]:
        """Every box, the first at `corner`; a box of a row is the wider the more it holds, and as high as the row."""
        left, top = corner
        width -= self._spacing.lane * len(self.passing())
        boxes: dict[str, Box] = {}
        for row in self.rows:
            users = {name: [boxes[user].middle for user, used in self.arrows if used == name] for name in row}
            row.sort(key=lambda name: sum(users[name]) / len(users[name]) if users[name] else 0)
            spare = width - self._spacing.beside * (len(row) - 1) - sum(map(sizes.least, row))
            total = sum(map(sizes.weight, row))
            widths = {name: sizes.least(name) + spare * sizes.weight(name) / total for name in row}
            height = max(sizes.height(name, widths[name]) for name in row)
            x = left
            for name in row:
                boxes[name] = Box(x, top, widths[name], height)
                x += widths[name] + self._spacing.beside
            top += height + self._spacing.below
        return boxes

    def drawn(self, boxes: dict[str, Box], kind: str) -> list[str]:
        """The arrows as paths."""
        lanes = self.passing()
        paths = []
        for user, used in self.arrows:
            start, end = boxes[user], boxes[used]
            if (user, used) in lanes:
                path = self._around(start, end, max(box.right for box in boxes.values()), lanes.index((user, used)))
            else:
                path = _down(start, end)
            paths.append(_arrow(path, kind, f"{user} uses {used}"))
        for user, used in sorted(self.upward):
            start, end = boxes[user], boxes[used]
            path = f"M{start.middle:.0f} {start.top:.0f}L{end.middle + 12:.0f} {end.bottom:.0f}"
            paths.append(_arrow(path, "up", f"{user} uses {used}: upwards"))
        return paths

    def _around(self, start: Box, end: Box, right: float, lane: int) -> str:
        step = self._spacing.lane * (lane + 1)
        x, turn = right + step - self._spacing.lane / 3, self._spacing.below * (lane + 1) / (len(self.passing()) + 1)
        return (
            f"M{start.right - step:.0f} {start.bottom:.0f}v{self._spacing.below - turn:.0f}H{x:.0f}V{end.top - turn:.0f}"
            f"H{end.right - step:.0f}V{end.top:.0f}"
        )


def _down(start: Box, end: Box) -> str:
    left, right = max(start.left, end.left) + 6, min(start.right, end.right) - 6
    if left < right:
        return f"M{(left + right) / 2:.0f} {start.bottom:.0f}V{end.top:.0f}"
    x, to = (start.right - 12, end.left + 12) if start.middle < end.middle else (start.left + 12, end.right - 12)
    half = (start.bottom + end.top) / 2
    return f"M{x:.0f} {start.bottom:.0f}C{x:.0f} {half:.0f} {to:.0f} {half:.0f} {to:.0f} {end.top:.0f}"


def _arrow(path: str, kind: str, title: str) -> str:
    return f'<path class="{kind}" d="{path}" marker-end="url(#{kind})"><title>{escape(title)}</title></path>'
