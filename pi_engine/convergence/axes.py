"""The axes of a picture: logarithmic scales that can be read, titles, and names at the ends of lines that keep apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_NAMED = 12
"""Lines up to which all have their names."""
_LABEL_GAP = 0.034
"""The least distance of two labels, as a share of the height of the axes."""
_LABEL_REACH = 0.06
"""The largest distance of a label from its line's end, of many labels."""
_LABEL_AT = 1.03
"""Where labels begin, as a share of the width of the axes."""
LABEL_FONT = 8.5
_LEAST_RANGE = 8
"""Logarithmic axes span this factor at least, so that there are ticks to read."""
_FEW_DECADES = 2e4
"""Logarithmic axes that span less have ticks at 2 and 5, too."""


def log_limits(values: Sequence[float]) -> tuple[float, float]:
    """Limits around the values, wide enough for several ticks."""
    low, high = min(values) / 1.25, max(values) * 1.25
    widen = max(1.0, math.sqrt(_LEAST_RANGE * low / high))
    return low / widen, high * widen


def log_scale(axis: Any, direction: str) -> None:
    """Make the axis `direction`, x or y, logarithmic within its limits, with ticks that can be read."""
    from matplotlib.ticker import LogLocator, NullLocator

    low, high = getattr(axis, f"get_{direction}lim")()
    getattr(axis, f"set_{direction}scale")("log")
    getattr(axis, f"set_{direction}lim")(low, high)
    ticks = getattr(axis, f"{direction}axis")
    ticks.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < _FEW_DECADES else (1,)))
    ticks.set_major_formatter(lambda value, _: plain(value))
    ticks.set_minor_locator(NullLocator())


def finish_axes(axis: Any, title: str, subtitle: str, ends: list[tuple[float, str, str, float]]) -> None:
    """Titles, grid, and a name at the end of each line, where it fits."""
    axis.set_title(title, loc="left", fontweight="bold", pad=22)
    axis.text(0, 1.02, subtitle, transform=axis.transAxes, color="#495057", fontsize=LABEL_FONT, parse_math=False)
    axis.grid(visible=True, which="major", color="#dee2e6", lw=0.8)
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)
    ends = sorted(ends)
    scale = axis.yaxis.get_transform().transform
    low, high = (float(scale(limit)) for limit in axis.get_ylim())
    heights = [(float(scale(y)) - low) / (high - low) for y, *_ in ends]
    for place, (y, name, colour, x) in zip(spread(heights), ends, strict=True):
        if place is not None:
            axis.annotate(
                name,
                xy=(x, y),
                xytext=(_LABEL_AT, place),
                textcoords="axes fraction",
                color=colour,
                fontsize=LABEL_FONT,
                va="center",
                parse_math=False,
                arrowprops={
                    "arrowstyle": "-",
                    "color": colour,
                    "lw": 0.6,
                    "alpha": 0.5,
                    "relpos": (0, 0.5),
                    "shrinkB": 2,
                },
            )


def spread(heights: Sequence[float]) -> list[float | None]:
    """Where labels go whose lines end at these ascending heights, from 0 to 1; None for those that do not fit.

    Labels keep their order and _LABEL_GAP. Of more than MOST_NAMED, some are left out until none is further than _LABEL_REACH
    from its line.
    """
    kept = list(range(len(heights)))
    while True:
        places = apart([heights[i] for i in kept])
        moved = [abs(place - heights[i]) for place, i in zip(places, kept, strict=True)]
        if len(kept) <= MOST_NAMED or max(moved) <= _LABEL_REACH:
            found = dict(zip(kept, places, strict=True))
            return [found.get(i) for i in range(len(heights))]
        # one of the closest pair, never the first or the last
        gaps = [heights[kept[i + 1]] - heights[kept[i - 1]] for i in range(1, len(kept) - 1)]
        kept.pop(1 + gaps.index(min(gaps)))


def apart(heights: Sequence[float], gap: float = _LABEL_GAP) -> list[float]:
    """The places nearest to the ascending heights, by least squares, that are `gap` apart: blocks of labels around their mean."""
    blocks: list[tuple[float, int]] = []  # sum of heights less i gaps, labels
    for i, height in enumerate(heights):
        blocks.append((height - i * gap, 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            (total, count), (above, others) = blocks[-2:]
            blocks[-2:] = [(total + above, count + others)]
    top = 1 - (len(heights) - 1) * gap
    levels = [max(0.0, min(top, total / count)) for total, count in blocks for _ in range(count)]
    return [level + i * gap for i, level in enumerate(levels)]


def plain(value: float) -> str:
    """1000, 2·10⁵, 0.01, 5·10⁻⁴: as short as it can be read."""
    exponent = math.floor(math.log10(value) + 1e-9)
    if -4 < exponent < 5:
        return f"{value:g}"
    power = "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    factor = f"{value / 10.0**exponent:.4g}"
    return power if factor == "1" else f"{factor}·{power}"
