"""Two pictures of how series converge: digits against terms, and seconds against digits. Needs matplotlib, an extra."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pi_engine.digits.atomic import atomic_writer, require_writable
from pi_engine.errors import PiEngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.convergence import Convergence

SUFFIXES = (".svg", ".png")
_LARGEST_FILE = 1 << 20
_COLOURS = ("#0b6e99", "#d9480f", "#2b8a3e", "#862e9c", "#495057", "#c2255c", "#5c940d", "#364fc7", "#a61e4d")
_FEWEST_DIGITS = 0.3
"""Below, a value has nothing of π."""
_LABEL_GAP = 0.03
"""The least distance of two labels, as a share of the height of the axes."""
_LABEL_REACH = 0.05
"""The largest distance of a label from its line's end."""


def require_plot(path: str, *, overwrite: bool) -> None:
    """Refuse, before anything is measured, a picture that could not be drawn or written.

    Raises:
        UsageError: another suffix, a file that exists, or a folder that does not.
        PiEngineError: matplotlib is not installed.
    """
    if Path(path).suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path} is neither SVG nor PNG: let its name end in .svg or .png")
    require_writable(path, size=_LARGEST_FILE, overwrite=overwrite)
    _pyplot()


def write_plot(found: Sequence[Convergence], path: str, *, overwrite: bool) -> None:
    """Draw `found` into an SVG or PNG file, which appears whole or not at all."""
    content = draw(found, Path(path).suffix.lower().removeprefix("."))
    with atomic_writer(path, overwrite=overwrite) as stream:
        stream.write(content)


def draw(found: Sequence[Convergence], kind: str) -> bytes:
    """The picture as the bytes of an SVG or PNG file: two panels, or one where no time was measured."""
    pyplot = _pyplot()
    timed = any(x.seconds for x in found)
    families = list(dict.fromkeys(x.series.family for x in found))
    colours = {family: _COLOURS[i % len(_COLOURS)] for i, family in enumerate(families)}
    with pyplot.rc_context({"svg.hashsalt": "pi-engine", "svg.fonttype": "none", "font.size": 9.5}):
        figure, axes = pyplot.subplots(
            1, 1 + timed, figsize=(7.2 * (1 + timed), 7.4), layout="constrained", squeeze=False
        )
        try:
            _draw_digits(axes[0][0], found, colours)
            if timed:
                _draw_seconds(axes[0][1], found, colours)
            handles = [pyplot.Line2D([], [], color=colours[family], lw=2.5, label=family) for family in families]
            figure.legend(handles=handles, loc="outside lower center", ncols=min(5, len(families)), frameon=False)
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind, dpi=130, metadata={"Date": None} if kind == "svg" else None)
        finally:
            pyplot.close(figure)
    return buffer.getvalue()


def _draw_digits(axis: Any, found: Sequence[Convergence], colours: dict[str, str]) -> None:
    ends = []
    for x in found:
        points = [(n, d) for n, d in enumerate(x.digits_after_terms, 1) if d > _FEWEST_DIGITS]
        if not points:
            continue
        terms, digits = zip(*points, strict=True)
        axis.plot(terms, digits, color=colours[x.series.family], lw=1.4, marker="o", ms=3, alpha=0.85)
        ends.append((digits[-1], x.series.name, colours[x.series.family], terms[-1]))
    axis.set(xscale="log", yscale="log", xlabel="terms of every component", ylabel="correct decimal digits of π")
    axis.set_ylim(bottom=max(_FEWEST_DIGITS, axis.get_ylim()[0]))
    axis.set_title("Digits gained with the first terms", loc="left", fontweight="bold")
    _finish(axis, ends)


def _draw_seconds(axis: Any, found: Sequence[Convergence], colours: dict[str, str]) -> None:
    ends = []
    for x in found:
        if x.seconds:
            digits, seconds = zip(*sorted(x.seconds.items()), strict=True)
            axis.plot(digits, seconds, color=colours[x.series.family], lw=1.4, marker="o", ms=3, alpha=0.85)
            ends.append((seconds[-1], x.series.name, colours[x.series.family], digits[-1]))
    axis.set(xscale="log", yscale="log", xlabel="digits of π", ylabel="seconds of the sum")
    axis.set_title("Time of the sum", loc="left", fontweight="bold")
    _finish(axis, ends)


def _finish(axis: Any, ends: list[tuple[float, str, str, float]]) -> None:
    """Grid, plain numbers on the axes, and a name at the end of each line that has room for one."""
    from matplotlib.ticker import LogLocator

    axis.grid(visible=True, which="major", color="#dee2e6", lw=0.8)
    axis.spines[["top", "right"]].set_visible(False)
    for direction in (axis.xaxis, axis.yaxis):
        direction.set_major_locator(LogLocator(subs=(1, 2, 5)))
        direction.set_major_formatter(lambda value, _: _plain(value))
        direction.set_minor_formatter("")
    low, high = (math.log10(limit) for limit in axis.get_ylim())
    ends = sorted(ends)
    heights = [(math.log10(y) - low) / (high - low) for y, *_ in ends]
    for place, (y, name, colour, x) in zip(_spread(heights), ends, strict=True):
        if place is None:
            continue
        axis.annotate(
            name,
            xy=(x, y),
            xytext=(1.02, place),
            textcoords="axes fraction",
            color=colour,
            fontsize=8.5,
            va="center",
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.5, "alpha": 0.5},
        )


def _spread(heights: Sequence[float]) -> list[float | None]:
    """Where labels go whose lines end at these ascending heights, from 0 to 1; None for those that there is no room for.

    Labels keep their order and _LABEL_GAP; of those that would end up further than _LABEL_REACH from their lines, some are left out.
    """
    kept = list(range(len(heights)))
    while True:
        places = _apart([heights[i] for i in kept])
        moved = [abs(place - heights[i]) for place, i in zip(places, kept, strict=True)]
        if len(kept) < 3 or max(moved) <= _LABEL_REACH:
            found = dict(zip(kept, places, strict=True))
            return [found.get(i) for i in range(len(heights))]
        # one of the closest pair, never the first or the last
        gaps = [heights[kept[i + 1]] - heights[kept[i - 1]] for i in range(1, len(kept) - 1)]
        kept.pop(1 + gaps.index(min(gaps)))


def _apart(heights: Sequence[float]) -> list[float]:
    """The places nearest to the heights, by least squares, that are _LABEL_GAP apart: blocks of labels around their mean."""
    blocks: list[tuple[float, int]] = []  # sum of heights less i gaps, labels
    for i, height in enumerate(heights):
        blocks.append((height - i * _LABEL_GAP, 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            (total, count), (above, others) = blocks[-2:]
            blocks[-2:] = [(total + above, count + others)]
    top = 1 - (len(heights) - 1) * _LABEL_GAP
    levels = [max(0.0, min(top, total / count)) for total, count in blocks for _ in range(count)]
    return [level + i * _LABEL_GAP for i, level in enumerate(levels)]


def _plain(value: float) -> str:
    """1000, 10⁵, 0.01: as short as it can be read."""
    exponent = round(math.log10(value))
    if exponent >= 5 and math.isclose(value, 10.0**exponent):
        return "10" + str(exponent).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{value:g}"


def _pyplot() -> Any:
    try:
        import matplotlib as mpl

        mpl.use("agg")
        from matplotlib import pyplot as plt
    except ImportError as error:
        from pi_engine.runtime.installation import command_to_install

        command = command_to_install("matplotlib", "plots")
        raise PiEngineError(f"--plot needs matplotlib, which is not installed: run {command}") from error
    return plt
