"""A chart of lines on two logarithmic axes, as an SVG that belongs to the page.

Places are shares of the chart's width and height, text has the page's size, and colours are the style sheet's. So the chart fills
any screen, its text never shrinks, and it is dark in the dark; a picture file could do none of that. What stands around the axes is
drawn beyond the edges of the SVG, where page.css leaves room. Names of lines stand at their right ends, kept apart. Each point has its
figures as a title, and a description says to a screen reader what is to be seen.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.convergence.axes import apart
from pi_engine.report.markup.elements import Html, element, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NAME_GAP = 0.062
"""The least distance of two names, as a share of the height: 17 of 278 pixels (page.css)."""
_WIDE_DECADES = 1.7
"""Axes that span less have ticks at 2 and 5, too."""
STYLES = 8
"""Colours of lines in page.css."""


class Line(NamedTuple):
    """A line of the chart.

    Attributes:
        name: stands at its end.
        points: x and y, both positive, x ascending.
        titles: of the points, what is said of each.
    """

    name: str
    points: Sequence[tuple[float, float]]
    titles: Sequence[str]


class Axis(NamedTuple):
    """An axis.

    Attributes:
        title: what it measures, and in which unit.
        tick: a value as text.
    """

    title: str
    tick: Callable[[float], str]


class _Scale(NamedTuple):
    low: float
    high: float

    @classmethod
    def around(cls, values: Sequence[float]) -> _Scale:
        """Limits a little beyond the values, and at least a factor of 4 apart."""
        low, high = math.log10(min(values)), math.log10(max(values))
        margin = max(0.04 * (high - low), (math.log10(4) - (high - low)) / 2)
        return cls(low - margin, high + margin)

    def share(self, value: float) -> float:
        """0 at the low end, 1 at the high one."""
        return (math.log10(value) - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Powers of ten, at most seven; 2 and 5 times them where there are few."""
        factors = (1, 2, 5) if self.high - self.low < _WIDE_DECADES else (1,)
        decades = range(math.floor(self.low), math.ceil(self.high) + 1)
        found = [
            factor * 10.0**k for k in decades for factor in factors if self.low <= math.log10(factor) + k <= self.high
        ]
        return found[:: -(-len(found) // 7)]


def log_chart(name: str, lines: Sequence[Line], *, title: str, description: str, x: Axis, y: Axis) -> Html:
    """The chart.

    Args:
        name: from which the ids of title and description are made.
        lines: at least one, each with at least one point.
        title: what it shows.
        description: what is to be seen, for those who do not see it.
        x: the horizontal axis.
        y: the vertical axis.
    """
    across = _Scale.around([px for line in lines for px, _ in line.points])
    up = _Scale.around([py for line in lines for _, py in line.points])
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-text"),
        element("text", y.title, x="0", dx="-58", y="0", dy="-16", class_="axis"),
        element("text", x.title, x="0", y="100%", dy="44", class_="axis"),
        *_grid(across, up, x, y),
        *(_drawn(line, i % STYLES, across, up) for i, line in enumerate(lines)),
        _names(lines, up),
        class_="chart",
        role="img",
        aria_labelledby=f"{name}-title",
        aria_describedby=f"{name}-text",
    )


def _grid(across: _Scale, up: _Scale, x: Axis, y: Axis) -> list[Html]:
    found = []
    for value in across.ticks():
        place = _percent(across.share(value))
        found.append(element("line", x1=place, x2=place, y1="0", y2="100%", class_="grid"))
        found.append(element("text", x.tick(value), x=place, y="100%", dy="18", class_="tick middle"))
    for value in up.ticks():
        place = _percent(1 - up.share(value))
        found.append(element("line", x1="0", x2="100%", y1=place, y2=place, class_="grid"))
        found.append(element("text", y.tick(value), x="0", dx="-8", y=place, dy="4", class_="tick end"))
    return found


def _drawn(line: Line, style: int, across: _Scale, up: _Scale) -> Html:
    """Segments one by one: of the shapes of SVG only lines and circles take places in per cent."""
    places = [(_percent(across.share(px)), _percent(1 - up.share(py))) for px, py in line.points]
    parts = [element("line", x1=x1, y1=y1, x2=x2, y2=y2) for (x1, y1), (x2, y2) in itertools.pairwise(places)]
    parts += [
        element("circle", element("title", title), cx=px, cy=py, r="3.5")
        for (px, py), title in zip(places, line.titles, strict=True)
    ]
    return element("g", *parts, class_=f"line s{style}")


def _names(lines: Sequence[Line], up: _Scale) -> Html:
    """Names at the right, each joined to the end of its line."""
    ends = sorted((up.share(line.points[-1][1]), i) for i, line in enumerate(lines))
    parts = []
    for (height, i), place in zip(ends, apart([height for height, _ in ends], _NAME_GAP), strict=True):
        y1, y2 = _percent(1 - height), _percent(1 - place)
        leader = element("line", x1="2", x2="14", y1=y1, y2=y2, class_="leader")
        label = element("text", lines[i].name, x="18", y=y2, dy="4", class_="name")
        parts.append(element("g", leader, label, class_=f"s{i % STYLES}"))
    return element("svg", joined(*parts), x="100%", width="1", height="100%", class_="names")


def _percent(share: float) -> str:
    return f"{100 * share:.2f}%"
