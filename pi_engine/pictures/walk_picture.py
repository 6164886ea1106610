"""A walk in the plane: digit d is a step of length 1 in the direction 2π·d/base, coloured by its position."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.pictures.picture import Picture
from pi_engine.pictures.sheet import Colours, Sheet
from pi_engine.pictures.tallies.digit_range import grouped
from pi_engine.pictures.tallies.digit_tallies import Walk, walk_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pi_engine.pictures.tallies.digit_range import DigitRange

_MOST_COLOURS = 1024
_MOST_VECTORS = 1 << 13
"""Points that are drawn as lines in SVG and PDF; the lines of more are an image there."""


def read(digits: DigitRange) -> Walk:
    """The walk, thinned if it is long."""
    return walk_of(digits.values(), digits.base)


def draw(digits: DigitRange, found: Walk, *, size: tuple[float, float], dpi: float, colours: Colours) -> Picture:
    """The path, its two ends, and the circle of the distance that random walks have."""
    base, steps, end = digits.base, found.steps, complex(found.points[-1])
    sheet = Sheet(size, dpi, colours)
    title = f"A walk of {grouped(steps)} {digits.numbers}"
    note = "" if found.every == 1 else f"one point for each {found.every:_} steps of the walk is drawn"
    sheet.inscribe(
        title,
        f"Digit d is a step of length 1 at the angle d·{360 / base:g}°: 0 goes right, and angles grow anticlockwise. Dashed circle: √N, "
        f"the root mean square of the distance that N random steps go. These go {abs(end) / math.sqrt(steps):.2f}·√N."
        + (f" Drawn: one point for each {grouped(found.every)} steps." if note else ""),
        digits.source(),
    )
    axes = sheet.figure.subplots()
    _draw_path(axes, found, sheet)
    radius = math.sqrt(steps)
    _draw_circle(axes, radius, sheet)
    for place, name, fill in ((0j, "start", colours.paper), (end, "end", colours.ink)):
        axes.plot(
            [place.real],
            [place.imag],
            "o",
            ms=6.5 * sheet.scale,
            mfc=fill,
            mec=colours.ink,
            mew=1.3 * sheet.scale,
            zorder=5,
        )
        _name_place(axes, place, name, sheet)
    sheet.finish(axes, x="x (steps)", y="y (steps)")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: _coordinate(value))
    axes.spines[["top", "right"]].set_visible(True)
    axes.spines[["top", "right"]].set(color=colours.grid, linewidth=0.7 * sheet.scale)
    sheet.settle()
    return Picture(
        sheet.figure,
        "walk",
        title,
        f"A walk in the plane of {steps:_} steps. It ends at x = {end.real:.0f}, y = {end.imag:.0f}, {abs(end):.0f} steps from its start; "
        f"for random walks the root mean square of this distance is {radius:.0f}.",
        digits.start + 1,
        digits.start + digits.count,
        base,
        note,
    )


def _draw_path(axes: Axes, found: Walk, sheet: Sheet) -> None:
    """Lines of up to 1024 colours, from the first step to the last, and the scale of them."""
    from matplotlib.collections import LineCollection

    points = np.stack([found.points.real, found.points.imag], axis=1)
    segments = len(points) - 1
    edges = np.linspace(0, segments, min(_MOST_COLOURS, segments) + 1).astype(int)
    parts = [points[a : b + 1] for a, b in pairwise(edges)]
    long = len(points) > _MOST_VECTORS
    width = (1.4 if segments < 1000 else 0.9 if segments < 30_000 else 0.55) * sheet.scale
    lines = LineCollection(
        parts, cmap=_colour_map(sheet.colours), lw=width, capstyle="round", joinstyle="round", zorder=3, rasterized=long
    )
    lines.set_array((edges[:-1] + edges[1:]) / 2 / segments * found.steps)
    lines.set_clim(0, found.steps)
    axes.add_collection(lines, autolim=False)
    low, high = points.min(axis=0), points.max(axis=0)
    centre, half = (low + high) / 2, max(*(high - low), 1) / 2  # a square around the walk, wider where the sheet is
    axes.update_datalim([centre - half, centre + half])
    axes.margins(0.04)
    axes.set_aspect("equal", adjustable="datalim")
    axes.autoscale_view()
    bar = sheet.figure.colorbar(
        lines, ax=axes, orientation="horizontal", fraction=0.035, pad=0.02, aspect=45, use_gridspec=False
    )
    ticks = _ticks(found.steps)
    bar.set_ticks(ticks, labels=[grouped(x) for x in ticks])
    bar.ax.tick_params(labelsize=sheet.small_font, colors=sheet.colours.muted, labelcolor=sheet.colours.ink)
    bar.outline.set_visible(False)
    bar.set_label("steps so far", fontsize=sheet.font, color=sheet.colours.ink)


def _draw_circle(axes: Axes, radius: float, sheet: Sheet) -> None:
    """Around the start; it does not widen the axes."""
    from matplotlib.patches import Circle

    circle = Circle(
        (0, 0), radius, fill=False, color=sheet.colours.muted, lw=0.9 * sheet.scale, ls=(0, (5, 4)), zorder=2
    )
    circle.set_clip_path(axes.patch)
    axes.add_artist(circle)


def _ticks(steps: int) -> list[int]:
    """At most six numbers of steps, a round number apart, and none near the end but the end itself."""
    apart = next(x * 10**e for e in range(19) for x in (10, 20, 25, 50) if steps <= 5 * x * 10**e)
    return [*(x for x in range(0, steps, apart) if x <= steps - 0.6 * apart), steps]


def _coordinate(value: float) -> str:
    """Like 0.5, −20 and 15 000."""
    text = grouped(round(abs(value))) if abs(value) >= 10_000 else f"{abs(value):g}"
    return f"−{text}" if value < 0 else text


def _colour_map(colours: Colours) -> object:
    """Viridis without what is hard to see on the ground: its bright end on white, its dark end on black."""
    import matplotlib as mpl
    from matplotlib.colors import ListedColormap

    bright = colours.paper == "#ffffff"
    span = (0.0, 0.88) if bright else (0.22, 1.0)
    return ListedColormap(mpl.colormaps["viridis"](np.linspace(*span, 256)))


def _name_place(axes: Axes, place: complex, name: str, sheet: Sheet) -> None:
    from matplotlib.patheffects import withStroke

    axes.annotate(
        name, (place.real, place.imag), xytext=(7 * sheet.scale, 5 * sheet.scale), textcoords="offset points",
        fontsize=sheet.font, fontweight="bold", color=sheet.colours.ink, zorder=6,
        path_effects=[withStroke(linewidth=2.6 * sheet.scale, foreground=sheet.colours.paper)],
    )  # fmt: skip
