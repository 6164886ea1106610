"""The paper of a picture: its size, its colours, its title and the line that says where the digits are from."""

from __future__ import annotations

import textwrap
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from pi_engine.errors import PiEngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "pi-engine",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "text.parse_math": False,  # names of files may have dollars
}
_USUAL_WIDTH, _USUAL_HEIGHT = 9.0, 6.0
LEAST_SCALE = 0.62
"""Fonts do not get smaller than 6 points."""
_LEAST_SIDES = (4.0, 3.5)
_MOST_INCHES = 120.0
_DPI_RANGE = (10, 1200)
_MOST_PIXELS = 10**8
"""An A1 poster at 300 dots an inch has 7·10⁷. Each takes about 16 bytes while it is drawn."""
_MARGIN = 0.14
_FONT, _TITLE_FONT, _SMALL_FONT = 9.5, 13.0, 8.0
_EM = 0.56
"""The mean width of a character, as a share of the size of its font."""


class Colours(NamedTuple):
    """The colours of a picture; those of `lines` can be distinguished by people who do not see red and green as different."""

    paper: str
    ink: str
    muted: str
    grid: str
    band: str
    accent: str
    bar: str
    second: str
    lines: tuple[str, ...]
    diverging: str


LIGHT = Colours(
    paper="#ffffff",
    ink="#1b1f23",
    muted="#545b64",
    grid="#e1e4e8",
    band="#dfe3e8",
    accent="#0b5d91",
    bar="#8dbbdc",
    second="#c2410c",
    lines=("#000000", "#b36b00", "#1f8fcf", "#00795a", "#8a7a00", "#0a4f8a", "#c44601", "#b0467f"),
    diverging="PuOr_r",
)
DARK = Colours(
    paper="#14171b",
    ink="#eceff2",
    muted="#a9b1ba",
    grid="#2c323a",
    band="#2b323b",
    accent="#5ab4f0",
    bar="#2f6c9c",
    second="#ff9d57",
    lines=("#ffffff", "#e69f00", "#56b4e9", "#1fc39a", "#f0e442", "#4d8fe0", "#ff7d3b", "#e39ac4"),
    diverging="managua_r",
)


class Sheet:
    """A figure with its title, its subtitle and its source line, between which axes are placed.

    Attributes:
        figure: matplotlib's.
        colours: of the picture.
        scale: how large fonts and lines are, 1 on nine by six inches.
        top: the height that title and subtitle take, in inches.
        bottom: that of the source line.
    """

    def __init__(
        self,
        size: tuple[float, float],
        dpi: float,
        colours: Colours,
        *,
        layout: str | None = "constrained",
        scale: float | None = None,
    ) -> None:
        """Take a sheet of a given number of inches; with `layout` None axes are placed by hand."""
        from matplotlib.figure import Figure

        self.figure: Figure = Figure(figsize=size, dpi=dpi, facecolor=colours.paper, layout=layout)  # type: ignore[arg-type]
        self.colours = colours
        self.width, self.height = size
        self.scale = scale or max(LEAST_SCALE, min(size[0] / _USUAL_WIDTH, size[1] / _USUAL_HEIGHT))
        self.top = self.bottom = 0.0

    def inscribe(self, title: str, subtitle: str, source: str) -> None:
        """Write title, subtitle and source line; what is in between is for axes."""
        margin = _MARGIN * self.scale
        self.top, self.bottom = self.heights(title, subtitle, source)
        lower = self._put(title, margin, self.title_font, self.colours.ink, weight="bold")
        self._put(subtitle, lower + 0.25 * margin, self.font, self.colours.muted)
        self._put(source, self.height - self.bottom + 0.2 * margin, self.small_font, self.colours.muted)
        engine = self.figure.get_layout_engine()
        if engine is not None:
            w, h, low = self.width, self.height, self.bottom + 0.2 * margin
            engine.set(  # type: ignore[call-arg]
                rect=(margin / w, low / h, 1 - 2.2 * margin / w, (h - self.top - low) / h),
                w_pad=0.04 * self.scale,
                h_pad=0.05 * self.scale,
            )

    def heights(self, title: str, subtitle: str, source: str) -> tuple[float, float]:
        """The inches that title and subtitle take above, and the source line beneath."""
        margin = _MARGIN * self.scale
        above = [(title, self.title_font), (subtitle, self.font)]
        return (
            1.75 * margin + sum(len(self._wrapped(text, font)) * _line(font) for text, font in above),
            margin + len(self._wrapped(source, self.small_font)) * _line(self.small_font),
        )

    @property
    def font(self) -> float:
        """Points of usual text."""
        return _FONT * self.scale

    @property
    def title_font(self) -> float:
        """Points of the title."""
        return _TITLE_FONT * self.scale

    @property
    def small_font(self) -> float:
        """Points of labels and of the source line."""
        return _SMALL_FONT * self.scale

    def finish(self, axes: Axes, *, x: str, y: str) -> None:
        """Label the axes, and give them the colours, fonts and lines of the sheet."""
        ink, muted = self.colours.ink, self.colours.muted
        axes.set_facecolor(self.colours.paper)
        axes.set_xlabel(x, fontsize=self.font, color=ink)
        axes.set_ylabel(y, fontsize=self.font, color=ink)
        axes.tick_params(
            which="both", labelsize=self.small_font, colors=muted, labelcolor=ink, width=0.7 * self.scale, pad=3 * self.scale,
            length=3 * self.scale,
        )  # fmt: skip
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set(color=muted, linewidth=0.7 * self.scale)
        axes.grid(visible=True, which="major", color=self.colours.grid, lw=0.7 * self.scale)
        axes.set_axisbelow(True)

    def settle(self) -> None:
        """Lay the axes out, once for all: from here on the figure is the same for every format, and each time.

        The solver of the constraints is exact to rounding errors only, which depend on where objects lie in memory.
        """
        engine = self.figure.get_layout_engine()
        if engine is not None:
            self.figure.draw_without_rendering()
            self.figure.set_layout_engine("none")
            for axes in self.figure.axes:
                place = axes.get_position(original=True)
                axes.set_position([round(x, 6) for x in place.bounds])  # type: ignore[arg-type]

    def logarithmic(self, axes: Axes, direction: str) -> None:
        """Make the x or y axis logarithmic within its limits, with powers of ten written out."""
        from matplotlib.ticker import LogLocator, NullFormatter

        low, high = getattr(axes, f"get_{direction}lim")()
        getattr(axes, f"set_{direction}scale")("log")
        getattr(axes, f"set_{direction}lim")(low, high)
        ticks = getattr(axes, f"{direction}axis")
        ticks.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 150 else (1,), numticks=12))
        ticks.set_major_formatter(lambda value, _: power_text(value))
        ticks.set_minor_locator(LogLocator(subs=tuple(range(2, 10)), numticks=12))
        ticks.set_minor_formatter(NullFormatter())

    def _put(self, text: str, top: float, font: float, colour: str, weight: str = "normal") -> float:
        """Write lines of text, the first a given number of inches from above, and give the place below the last."""
        lines = self._wrapped(text, font)
        for i, line in enumerate(lines):
            self.figure.text(
                _MARGIN * self.scale / self.width,
                1 - (top + (i + 0.8) * _line(font)) / self.height,
                line,
                fontsize=font,
                color=colour,
                fontweight=weight,
            )
        return top + len(lines) * _line(font)

    def _wrapped(self, text: str, font: float) -> list[str]:
        room = (self.width - 2 * _MARGIN * self.scale) * 72
        return textwrap.wrap(text, max(10, int(room / (_EM * font))))


def _line(font: float) -> float:
    """The height of a line of text, in inches."""
    return 1.32 * font / 72


def require_dpi(dpi: float) -> None:
    """Refuse a number of pixels an inch that nothing can be drawn with.

    Raises:
        UsageError: it says which can be taken.
    """
    low, high = _DPI_RANGE
    if not low <= dpi <= high:
        raise UsageError(f"{dpi:g} pixels per inch cannot be drawn: take {low} to {high}")


def require_size(size: tuple[float, float], dpi: float) -> None:
    """Refuse a sheet on which nothing could be read, or which would not fit in memory.

    Raises:
        UsageError: it says what is possible.
    """
    width, height = size
    low, high = _LEAST_SIDES
    if not (width >= low and height >= high):
        raise UsageError(
            f"a picture of {width:.3g} by {height:.3g} inches is too small to be read: take at least {low:g} by {high:g}, "
            "that is 384 by 336 pixels"
        )
    if not (width <= _MOST_INCHES and height <= _MOST_INCHES):
        raise UsageError(
            f"a picture of {width:_.6g} by {height:_.6g} inches is too large: take at most {_MOST_INCHES:g} by "
            f"{_MOST_INCHES:g}; a size in pixels is written like 1600x900px"
        )
    if width * height * dpi * dpi > _MOST_PIXELS:
        raise UsageError(
            f"a picture of {width:.4g} by {height:.4g} inches has {width * height * dpi * dpi:_.0f} pixels at {dpi:g} pixels per "
            f"inch: take fewer, at most {_MOST_PIXELS:_}"
        )


def require_matplotlib() -> None:
    """Import matplotlib.

    Raises:
        PiEngineError: it is not installed; the message says what installs it.
    """
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError as error:
        from pi_engine.runtime.installation import command_to_install

        command = command_to_install("matplotlib", "plots")
        raise PiEngineError(f"pictures need matplotlib, which is not installed: run {command}") from error


@contextmanager
def usual_style() -> Iterator[None]:
    """Draw as matplotlib does by itself, whatever the user has set."""
    import matplotlib as mpl
    import matplotlib.style

    with mpl.style.context("default"), mpl.rc_context(_STYLE):
        yield


def power_text(value: float) -> str:
    """Powers of ten and their small multiples: 0.1, 1, 1000, 10⁴, 2·10⁵."""
    if 0.001 <= value < 9_999:
        return f"{value:g}"
    mantissa, exponent = f"{value:.0e}".split("e")
    power = "10" + str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return power if mantissa == "1" else f"{mantissa}·{power}"
