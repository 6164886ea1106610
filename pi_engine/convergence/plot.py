"""Two pictures of how series converge: digits against terms, and seconds against digits. Needs matplotlib, an extra."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pi_engine.convergence.axes import LABEL_FONT, MOST_NAMED, finish_axes, log_limits, log_scale, plain
from pi_engine.convergence.measure import WELL_KNOWN
from pi_engine.errors import PiEngineError, UsageError
from pi_engine.runtime.storage.atomic import atomic_writer, require_writable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.convergence.measure import Convergence

SUFFIXES = (".svg", ".png")
_LARGEST_FILE = 1 << 20
_COLOURS = (
    "#0b6e99",
    "#d9480f",
    "#2b8a3e",
    "#862e9c",
    "#495057",
    "#c2255c",
    "#5c940d",
    "#364fc7",
    "#a61e4d",
    "#b08900",
    "#0ca678",
    "#e64980",
)
_GROUPS = {
    "Ramanujan–Sato": "Ramanujan, Chudnovsky and their kin",
    "Guillera": "Guillera, for 1/π²",
    "arctangents": "sums of arctangents, like Machin's",
    "digit extraction": "digit extraction, like BBP",
    "classical": "classical",
    "too slow": "error like 1/n",
    "user": "yours",
}
"""How the name of a family begins → what a reader would call it."""
_MOST_MARKERS = 60
"""Lines of more points have no markers."""
_LONGEST_LABEL = 24
_FONT = 9.5
_SMALLEST_FONT = 5.5
_MOST_LARGE_ROWS = 32
"""Of more rows, names are in the smallest font."""


def require_plot(path: str, *, overwrite: bool) -> None:
    """Refuse, before anything is measured, a picture that could not be drawn or written.

    Raises:
        UsageError: another suffix, a file that exists, or a folder that does not.
        PiEngineError: matplotlib is not installed.
    """
    if Path(path).suffix.lower() not in SUFFIXES:
        raise UsageError(f"the name of the picture must end in .svg or .png, not {Path(path).suffix or 'nothing'!r}")
    require_writable(path, size=_LARGEST_FILE, overwrite=overwrite)
    _pyplot()


def write_plot(found: Sequence[Convergence], path: str, *, times: bool = True, overwrite: bool) -> None:
    """Draw `found` into an SVG or PNG file, written atomically."""
    content = draw(found, Path(path).suffix.lower().removeprefix("."), times=times)
    with atomic_writer(path, overwrite=overwrite) as stream:
        stream.write(content)


def draw(found: Sequence[Convergence], kind: str, *, times: bool = True) -> bytes:
    """The picture as the bytes of an SVG or PNG file: digits against terms, and with `times` seconds against digits if measured."""
    pyplot = _pyplot()
    figure = draw_figure(found, times=times)
    with pyplot.rc_context({"svg.hashsalt": "pi-engine", "svg.fonttype": "none"}), warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", message="Glyph .* missing"
        )  # of a reader's own series: they are drawn as boxes
        try:
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind, dpi=130, metadata={"Date": None} if kind == "svg" else None)
        finally:
            pyplot.close(figure)
    return buffer.getvalue()


def draw_figure(found: Sequence[Convergence], *, times: bool) -> Any:
    """The picture as matplotlib's figure, which the caller closes."""
    with _pyplot().rc_context({"font.size": _FONT}):
        return _figure(found, times=times)


def _figure(found: Sequence[Convergence], *, times: bool) -> Any:
    lines = list(map(_Line, found, _colours(found), _named(found)))
    timed = [line for line in lines if line.of.seconds] if times else []
    panels = 1 + bool(timed)
    figure, axes = _pyplot().subplots(1, panels, figsize=(8.2 * panels, 6.6), layout="constrained", squeeze=False)
    _draw_digits(axes[0][0], lines)
    if timed:
        _draw_seconds(axes[0][1], timed)
    groups = dict(sorted({_group(line.of): line.colour for line in lines}.items(), key=lambda x: _order(x[0])))
    if len(found) > MOST_NAMED and len(groups) > 1:
        handles = [_pyplot().Line2D([], [], color=colour, lw=2.5, label=group) for group, colour in groups.items()]
        axes[0][0].legend(handles=handles, loc="upper left", frameon=True, framealpha=0.9, edgecolor="none")
    return figure


class _Line(NamedTuple):
    """How a series is drawn."""

    of: Convergence
    colour: str
    named: bool

    @property
    def label(self) -> str:
        name = self.of.series.name
        return name if len(name) <= _LONGEST_LABEL else name[: _LONGEST_LABEL - 1] + "…"

    def draw(self, axis: Any, x: Sequence[float], y: Sequence[float]) -> None:
        axis.plot(
            x,
            y,
            color=self.colour,
            lw=1.6 if self.named else 0.8,
            alpha=0.95 if self.named else 0.45,
            marker="o" if len(y) <= _MOST_MARKERS else None,
            ms=3.5 if self.named else 2,
            clip_on=False,
            zorder=3 if self.named else 2,
        )


def _group(x: Convergence) -> str:
    return next((group for start, group in _GROUPS.items() if x.series.family.startswith(start)), x.series.family)


def _order(group: str) -> int:
    return list(_GROUPS.values()).index(group) if group in _GROUPS.values() else len(_GROUPS)


def _colours(found: Sequence[Convergence]) -> list[str]:
    """A colour for each series, or for each group where there are many series of several groups."""
    groups = list(dict.fromkeys(map(_group, found)))
    grouped = len(found) > MOST_NAMED and len(groups) > 1
    return [_COLOURS[(groups.index(_group(x)) if grouped else i) % len(_COLOURS)] for i, x in enumerate(found)]


def _named(found: Sequence[Convergence]) -> list[bool]:
    """Which series have a name in the picture: all of few; of many the best known, and those of the reader's own."""
    if len(found) <= MOST_NAMED:
        return [True] * len(found)
    named = [x.series.name in WELL_KNOWN or x.series.family == "user" for x in found]
    return named if any(named) else [True] * len(found)


def _draw_digits(axis: Any, lines: Sequence[_Line]) -> None:
    ends = []
    most = max(len(line.of.digits_after_terms) for line in lines)
    for line in lines:
        series = line.of.series
        digits = [max(0.0, d) for d in line.of.digits_after_terms]  # an error above 1 is no digit
        line.draw(axis, range(1, most + 1), digits)
        if line.named:
            rate = f"  {series.digits_per_term:.2f}" if series.order is None else ""
            ends.append((digits[-1], line.label + rate, line.colour, float(most)))
    axis.set(xlabel="terms summed", ylabel="digits of π that are right", xlim=(0, most * 1.02))
    axis.set_ylim(0, max(1.0, axis.get_ylim()[1]))
    axis.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    rated = any(line.named and line.of.series.order is None for line in lines)
    subtitle = "after each name: the digits that one more term adds in the long run" if rated else ""
    finish_axes(axis, "Digits of π gained, term by term", subtitle, ends)


def _draw_seconds(axis: Any, timed: Sequence[_Line]) -> None:
    sizes = sorted({n for line in timed for n in line.of.seconds})
    if len(sizes) == 1:
        _draw_ranking(axis, sorted(timed, key=lambda line: -line.of.seconds[sizes[0]]), sizes[0])
        return
    ends = []
    for line in timed:
        digits, seconds = zip(*sorted(line.of.seconds.items()), strict=True)
        line.draw(axis, digits, seconds)
        if line.named:
            ends.append((seconds[-1], line.label, line.colour, float(digits[-1])))
    axis.set(xlabel="digits of π", ylabel="seconds of the sum")
    axis.set_xlim(*log_limits(sizes))
    axis.set_ylim(*log_limits([s for line in timed for s in line.of.seconds.values()]))
    for direction in ("x", "y"):
        log_scale(axis, direction)
    finish_axes(axis, "Time of the sum", "both axes logarithmic: each step is the same factor", ends)


def _draw_ranking(axis: Any, timed: Sequence[_Line], size: int) -> None:
    """The seconds of each series at one size, the last on top."""
    seconds = [line.of.seconds[size] for line in timed]
    rows = range(len(timed))
    few = len(timed) <= _MOST_LARGE_ROWS
    axis.scatter(seconds, rows, c=[line.colour for line in timed], s=22 if few else 10, zorder=3)
    font = LABEL_FONT if few else _SMALLEST_FONT
    axis.set_yticks(rows, [line.label for line in timed], fontsize=font, parse_math=False)
    for label, line in zip(axis.get_yticklabels(), timed, strict=True):
        label.set_color(line.colour)
    axis.set(xlabel="seconds of the sum", ylim=(-0.7, len(timed) - 0.3), xlim=log_limits(seconds))
    log_scale(axis, "x")
    finish_axes(axis, f"Time of the sum to {plain(size)} digits", "axis logarithmic: each step is the same factor", [])


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
